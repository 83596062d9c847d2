"""Portals of fictional States, one per protocol, to try everything on: demo, tests and benchmarks use them."""
