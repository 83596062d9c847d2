"""Datasets of schema.org: found in pages and documents (`nodes`), and mapped to packages (`mapping`)."""
