"""RDF as DCAT portals write it: serialisations told apart and mended, pages, and what a dataset consists of.

`dcat.py` in the folder above is the harvester; everything here is what it needs of RDF, one subject a file.
"""
