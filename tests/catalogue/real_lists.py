"""The real lists that States and others keep, and what becomes of them when they are uploaded as they are."""

REAL: dict[str, tuple[int, int, int] | str] = {
    "portals/ckan-ecosystem_sites.csv": (1, 0, 0),
    "portals/commondataio_countries.csv": (271, 0, 0),
    "portals/commondataio_full.jsonl.zst": "is a compressed file; unpack it first",
    "portals/commondataio_software.jsonl": (223, 221, 0),
    "portals/dataportals-org_portals.csv": (631, 571, 0),
    "portals/italia_public-opendata-orgs.jsonl": (82, 0, 0),
    "portals/italia_public-opendata-sources.jsonl": (82, 54, 0),
    "portals/opendataguru_portals_de.csv": (897, 0, 0),
    "portals/opendataguru_portals_eu.csv": (60, 0, 0),
    "portals/portals.csv": (12_345, 12_345, 0),
    "portals/portalwatch_portals.ttl": (278, 0, 0),
    "portals/re3data_repositories.json": (0, 0, 385),
    "spreadsheet/ar-plantilla_catalogo.xlsx": (1, 1, 0),
    "spreadsheet/br-mg_compras-coronavirus.csv": (290, 0, 0),
    "spreadsheet/br-mg_compras-coronavirus.xls": (290, 0, 0),
    "spreadsheet/br-mg_compras-coronavirus.xlsx": (290, 0, 0),
}
"""By file: rows that become entries, those of them that could be submitted as they are, and those left out; or the sentence that
refuses it. Most of the others name no authority, which may be said for the whole list; the procurement of Minas Gerais is no
list of sources, and its rows have no titles; the repositories of re3data have no names, but their institutions have."""
