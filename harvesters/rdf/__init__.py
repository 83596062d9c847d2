"""RDF as DCAT portals write it: telling serialisations apart, reading broken ones, pages, and what a dataset consists of.

`dcat.py` in the folder above is the harvester; everything here is what it needs of RDF, one subject a file.
"""
