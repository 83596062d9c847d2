"""OGC API - Records against a real pygeoapi."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.evidence import Seen
from harvesters.ogcapi_records import OgcapiRecords
from sandbox.content import make_datasets
from sandbox.ogcapi_records import Items
from sandbox.portal import Catalogue
from tests.conftest import REALDATA, Reply, Site, needs_realdata
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import COUNTRY, ask
from tests.servers.pygeoapi import serving

REAL_SERVER = "pygeoapi 0.21.0"
CATALOGUE = Catalogue(COUNTRY, {"en": "Portal"}, "https://data.xa.example", make_datasets(COUNTRY, 27))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pygeoapi")
    members = [Items().render(dataset, CATALOGUE, "https://data.xa.example") for dataset in CATALOGUE.datasets]
    table = {"_default": {str(number): member for number, member in enumerate(members, 1)}}
    (folder / "made.json").write_text(json.dumps(table), encoding="utf-8")
    with serving(folder, folder / "made.json") as url:
        yield url


@pytest.mark.parametrize("path", ["/", "/collections", "/collections/catalogue", "/collections/catalogue/items"])
def test_all_of_a_pygeoapi_is_read_page_by_page(real: str, path: str, tmp_path: Path):
    done = harvest(tmp_path, f"{real}{path}", "ogcapi-records")
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert done.verdict.advertised == (27, 27)
    assert {package.title for package in valid.values()} == {dataset.titles["en"] for dataset in CATALOGUE.datasets}
    for dataset in CATALOGUE.datasets:
        package = valid[dataset.name]
        assert len(package.resources) == len(dataset.distributions)
        assert package.catalogue.publisher is not None
        assert package.catalogue.publisher.name == dataset.publisher.names["en"]


def test_a_collection_of_features_is_not_read(real: str, tmp_path: Path):
    done = harvest(tmp_path, f"{real}/", "ogcapi-records")
    assert not any("lakes" in asked for asked in done.asked)


def test_a_pygeoapi_is_detected(real: str):
    url = f"{real}/collections?f=json"
    answer = ask(url)
    found = OgcapiRecords.recognise(Seen(url, url, answer.status, answer.headers, answer.body))
    assert found is not None
    assert found.confidence >= 90


def test_its_filter_by_time_does_not_tell_every_change(real: str):
    """Why the protocol is not incremental: `datetime` compares the property that the server was told to, here `created`."""
    since = sorted(dataset.issued[:10] for dataset in CATALOGUE.datasets)[20]
    changed = {dataset.name for dataset in CATALOGUE.datasets if dataset.modified[:10] >= since}
    answer = ask(f"{real}/collections/catalogue/items?f=json&datetime={since}T00:00:00Z/..")
    told = {feature["id"] for feature in json.loads(answer.body)["features"]}
    assert changed - told
    assert not OgcapiRecords.incremental


@needs_realdata
def test_a_pygeoapi_over_real_records_is_read(tmp_path: Path):
    with serving(tmp_path, REALDATA / "ogcapi-records/nl-ngr_records_tinydb.json") as url:
        done = harvest(tmp_path, f"{url}/", "ogcapi-records")
    assert done.state == "complete", done.verdict
    assert len(done.valid()) == 3
    assert done.verdict.advertised == (3, 3)


# -- what the records of the WMO's information system have


def record(**more: object) -> dict[str, object]:
    return {
        "id": "urn:wmo:md:xa-met:hourly", "type": "Feature", "geometry": None, "time": None,
        "conformsTo": ["http://wis.wmo.int/spec/wcmp/2/conf/core"],
        "properties": {"type": "dataset", "title": "Hourly observations"}, "links": [], **more,
    }  # fmt: skip


def package_of(site: Site, folder: Path, member: dict[str, object]):
    answer = {"type": "FeatureCollection", "features": [member], "numberMatched": 1, "links": []}
    site.routes["/collections/c/items"] = lambda query: Reply(json.dumps(answer).encode())
    (package,) = harvest(folder, f"{site.url}/collections/c/items", "ogcapi-records").valid().values()
    return package


@pytest.mark.parametrize(
    ("time", "start"),
    [
        (None, None),
        ({"interval": ["1840-01-01", ".."]}, "1840-01-01"),
        ({"interval": [None, None]}, None),
        ({"interval": ["..", ".."]}, None),
    ],
)
def test_a_time_may_be_none_or_open(time: object, start: str | None, site: Site, tmp_path: Path):
    package = package_of(site, tmp_path, record(time=time))
    found = [period.start.value for period in package.catalogue.temporal if period.start]
    assert found == ([start] if start else [])
    assert all(period.end is None or period.end.value is None for period in package.catalogue.temporal)


def test_the_password_of_a_broker_is_not_kept(site: Site, tmp_path: Path):
    links = [
        {"rel": "items", "href": f"{scheme}://everyone:secret@broker.example:8883/x", "type": "application/json"}
        for scheme in ("mqtts", "wss", "https")
    ]
    package = package_of(site, tmp_path, record(links=links))
    assert "secret" not in repr(package)
    assert [resource.path for resource in package.resources] == ["https://broker.example:8883/x"]
