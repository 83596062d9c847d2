"""Faults: what portals do wrong, done on purpose by any portal of the sandbox.

`portal.FaultyPortal` is a portal that suffers one fault at a time; `catalogue.FAULTS` has them all.
"""
