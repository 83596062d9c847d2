"""No real payload of the XML catalogues is forgotten: each is served, or a list says why it holds no dataset."""

from fnmatch import fnmatch

import pytest

from tests.conftest import REALDATA, needs_realdata
from tests.realdata import csw, interfaces, jkan, oai_pmh, ogcapi_records, sdmx, sparql, waf

MODULES = (csw, interfaces, jkan, oai_pmh, ogcapi_records, sdmx, sparql, waf)
NAMED = frozenset(
    {
        *(f"csw/{name}" for name in csw.NO_DATASET),
        *(f"sdmx/{name}" for name in sdmx.NO_DATASET),
        *(f"sparql/{name}" for name in sparql.NO_DATASET),
        *(f"oai-pmh/{name}.xml" for name in oai_pmh.ANSWERS_WITHOUT_RECORDS),
        f"oai-pmh/synthetic/{oai_pmh.NOTHING_MATCHES}.xml",
    }
)


@needs_realdata
@pytest.mark.parametrize("folder", ["csw", "waf", "oai-pmh", "ogcapi-records", "sdmx", "sparql", "jkan"])
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
