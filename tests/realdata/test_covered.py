"""No real payload is forgotten: each is served, or a list says why it holds no dataset.

Those of CKAN, DCAT and DCAT-US are listed by tests/catalogue/test_realdata.py.
"""

from fnmatch import fnmatch

import pytest

from tests.conftest import REALDATA, needs_realdata
from tests.realdata import csw, interfaces, jkan, lists, oai_pmh, ogcapi_records, schema_org, sdmx, sparql, waf

MODULES = (csw, interfaces, jkan, lists, oai_pmh, ogcapi_records, schema_org, sdmx, sparql, waf)
LISTED_ELSEWHERE = frozenset({"ckan", "dcat", "dcat-us"})
PARTS_OF_OTHERS = {
    "socrata/es-ct_view-j8h8-vxug.json": "one asset of the catalogue search beside it, in the shape of views",
    "portals/commondataio_countries.csv": "countries with their codes",
    "portals/commondataio_full.jsonl.zst": "a registry of portals, of which portals.csv is made",
    "portals/commondataio_software.jsonl": "kinds of software for portals",
    "portals/italia_public-opendata-orgs.jsonl": "the organisations of italia_public-opendata-sources.jsonl",
    "portals/portals.csv": "a registry of portals, for the register of sources",
    "portals/portalwatch_portals.ttl": "a registry of portals in RDF: catalogues are named, and no dataset",
    "portals/re3data_repositories.json": "a registry of repositories",
    "zenodo/zenodo_search_bounds_308.html": "the redirect's body, served before zenodo_search_bounds_200.json",
}
"""Files that hold no dataset of their own, and why."""

FOLDERS = (
    sorted(path.name for path in REALDATA.iterdir() if path.is_dir() and path.name not in LISTED_ELSEWHERE)
    if REALDATA.is_dir()
    else []
)
NAMED = frozenset(
    {
        *PARTS_OF_OTHERS,
        *schema_org.NO_DATASET,
        *(f"csw/{name}" for name in csw.NO_DATASET),
        *(f"sdmx/{name}" for name in sdmx.NO_DATASET),
        *(f"sparql/{name}" for name in sparql.NO_DATASET),
        *(f"oai-pmh/{name}.xml" for name in oai_pmh.ANSWERS_WITHOUT_RECORDS),
        f"oai-pmh/synthetic/{oai_pmh.NOTHING_MATCHES}.xml",
    }
)


@needs_realdata
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_served_or_named(folder: str):
    served = [
        payload.path
        for module in MODULES
        for function in ("payloads", "malformed")
        if hasattr(module, function)
        for payload in getattr(module, function)(REALDATA)
    ]
    files = [str(path.relative_to(REALDATA)) for path in sorted((REALDATA / folder).rglob("*")) if path.is_file()]
    assert files
    forgotten = [
        file
        for file in files
        if file not in NAMED and not any(fnmatch(file, path) or file.startswith(f"{path}/") for path in served)
    ]
    assert forgotten == []
