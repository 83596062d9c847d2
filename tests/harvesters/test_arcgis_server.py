"""ArcGIS Server: the whole directory, one folder, one service, logins and errors with status 200, extents, and detection."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from harvesters.arcgis_extent import box_of, interval_of
from sandbox.arcgis_server import DIRECTORY, LOCKED, ServicesDirectory
from sandbox.pages import Pages
from sandbox.portal import Portal, Robots
from tests.conftest import Reply, Site
from tests.harvesters.filereading import detected
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal


def served(*, locked: bool = False) -> Portal:
    return portal(Robots(), ServicesDirectory(locked=locked), Pages(), count=12)


def test_all_of_a_directory_becomes_packages_that_say_what_it_says(tmp_path: Path):
    with served() as server:
        done = harvest(tmp_path, f"{server.url}{DIRECTORY}", "arcgis-server")
        held = {f"{dataset.theme}/{dataset.name}": dataset for dataset in server.datasets}
        address = server.url
    valid = done.valid()
    assert (done.state, done.verdict.advertised) == ("complete", None)
    assert valid.keys() == held.keys()
    for name, package in valid.items():
        dataset, said = held[name], package.catalogue
        assert package.title == dataset.titles["en"]
        assert package.description == dataset.descriptions["en"]
        assert said.keywords["und"] == dataset.keywords["en"]
        assert said.temporal[0].text == "2020-01-01/.."
        assert said.spatial[0].bbox == (-10.0, 0.0, 10.0, 10.0)
        assert package.homepage == f"{address}{DIRECTORY}/{name}/MapServer"
        assert [resource.path.rpartition("/")[2] for resource in package.resources] == [
            "MapServer", "FeatureServer", *(str(number) for number in range(1, len(dataset.distributions) + 1)),
        ]  # fmt: skip
        assert "somebody" not in repr(package)
    assert [finding.value for finding in done.noticed] == ["GeometryServer"]


def test_a_second_harvest_finds_what_changed(tmp_path: Path):
    with served() as server:
        first = harvest(tmp_path, f"{server.url}{DIRECTORY}", "arcgis-server").valid()
        changed = server.datasets[3] = msgspec.structs.replace(server.datasets[3], titles={"en": "Another title"})
        second = harvest(tmp_path, f"{server.url}{DIRECTORY}", "arcgis-server").valid()
    assert [name for name in second if second[name] != first[name]] == [f"{changed.theme}/{changed.name}"]


def test_one_folder_and_one_service(tmp_path: Path):
    with served() as server:
        dataset = server.datasets[0]
        folder = harvest(tmp_path, f"{server.url}{DIRECTORY}/{dataset.theme}?f=html", "arcgis-server")
        service = harvest(
            tmp_path, f"{server.url}{DIRECTORY}/{dataset.theme}/{dataset.name}/FeatureServer/1", "arcgis-server"
        )
        within = sum(each.theme == dataset.theme for each in server.datasets)
    assert (folder.state, len(folder.records)) == ("complete", within)
    assert service.ids == [f"{dataset.theme}/{dataset.name}"]
    assert service.valid().popitem()[1].resources[0].path.endswith("/FeatureServer")


def test_a_folder_that_asks_for_a_login_is_said_and_the_rest_is_read(tmp_path: Path):
    with served(locked=True) as server:
        done = harvest(tmp_path, f"{server.url}{DIRECTORY}", "arcgis-server")
    assert (done.state, done.verdict.failure, len(done.records)) == ("partial", "auth", 12)
    assert any(LOCKED in sentence and "login" in sentence for sentence in done.verdict.missing)


@pytest.mark.parametrize(
    ("body", "failure", "words"),
    [
        (
            b'{"error": {"code": 500, "message": "Could not access any server machines"}}',
            "malformed",
            "server machines",
        ),
        (b'{"error": {"code": 499, "message": "Token Required"}}', "auth", "login"),
        (b"<html><body>Welcome</body></html>", "malformed", "JSON"),
        (b"{}", "malformed", "as ArcGIS Server does"),
        (b"[]", "malformed", "Check the address"),
        (b"", "malformed", "."),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(body: bytes, failure: str, words: str, site: Site, tmp_path: Path):
    site.routes[DIRECTORY] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}{DIRECTORY}", "arcgis-server")
    assert (done.state, done.verdict.failure) == ("failed", failure)
    assert words in done.verdict.sentence


def test_folders_in_a_circle_end(site: Site, tmp_path: Path):
    document = {"currentVersion": 11, "folders": ["A", "A", ".", "", 7], "services": [{"name": "x"}, 3]}
    for path in (DIRECTORY, f"{DIRECTORY}/A", f"{DIRECTORY}/."):
        site.routes[path] = lambda query: Reply(json.dumps(document).encode())
    done = harvest(tmp_path, f"{site.url}{DIRECTORY}", "arcgis-server")
    assert len(site.asked) < 6
    assert "record-malformed" in [finding.code for finding in done.noticed]


def test_names_of_arcgis_online_come_without_their_folder(site: Site, tmp_path: Path):
    root = "/xa/ArcGIS/rest/services"
    listed = {"currentVersion": 11, "services": [{"name": "Public works", "type": "FeatureServer"}]}
    site.routes[f"{root}/F"] = lambda query: Reply(json.dumps(listed).encode())
    site.routes[f"{root}/F/Public%20works/FeatureServer"] = lambda query: Reply(
        b'{"currentVersion": 11, "layers": [{"id": 0, "name": "Works"}], "serviceDescription": "<p>All</p>"}'
    )
    done = harvest(tmp_path, f"{site.url}{root}/F", "arcgis-server")
    (package,) = done.valid().values()
    assert (package.title, package.description, done.state) == ("Public works", "All", "complete")


@pytest.mark.parametrize("path", [DIRECTORY, f"{DIRECTORY}/", "/arcgis/"])
def test_it_is_detected_from_its_addresses(path: str):
    with served() as server:
        found = detected(f"{server.url}{path}").candidates[0]
        assert (found.protocol, found.url.rstrip("/")) == ("arcgis-server", f"{server.url}{DIRECTORY}")


@pytest.mark.parametrize(
    ("extent", "box"),
    [
        ({"xmin": -10, "ymin": 1, "xmax": 10, "ymax": 2, "spatialReference": {"wkid": 4326}}, (-10, 1, 10, 2)),
        ({"xmin": -10, "ymin": 1, "xmax": 10, "ymax": 2, "spatialReference": {"wkid": 27700}}, None),
        ({"xmin": "NaN", "ymin": 1, "xmax": 10, "ymax": 2, "spatialReference": {"wkid": 4326}}, None),
        ({"xmin": math.nan, "ymin": 1, "xmax": 10, "ymax": 2, "spatialReference": {"wkid": 4326}}, None),
        ({"xmin": -2e9, "ymin": 1, "xmax": 10, "ymax": 2, "spatialReference": {"wkid": 3857}}, None),
        ({}, None),
    ],
)
def test_only_what_plainly_is_a_box_becomes_one(extent: dict[str, object], box: tuple[float, ...] | None):
    assert box_of(extent) == box


@pytest.mark.parametrize(
    ("extent", "interval"),
    [([0, 86400000], "1970-01-01/1970-01-02"), ([None, 0], "../1970-01-01"), ([None, None], None), ([1e30, 0], "../1970-01-01"), ("x", None)],
)  # fmt: skip
def test_times_are_days(extent: object, interval: str | None):
    assert interval_of(extent) == interval
