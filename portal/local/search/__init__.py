"""A small search server that stands in for Solr, for trying CKAN out and for testing. It is not Solr.

It speaks the part of Solr's HTTP API that CKAN 2.12 uses, over an index held in memory and kept in one SQLite file, and
takes fields and analysis from CKAN's own schema.xml. Real Solr differs in: scores (alike, not equal), commits (here every
write is seen at once), synonyms, highlighting, local parameters `{!...}`, functions, spelling and everything distributed.
"""

USER = "ckan"
"""The user name that goes with the server's password."""
