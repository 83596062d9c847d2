"""ArcGIS Hub: version 3 that gives fewer than were asked for, and the feeds as sites have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Reply, Site
from tests.harvesters.filereading import File
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_arcgis_hub import mapped

HUB = "https://hub.xa.example"


@pytest.mark.parametrize("cap", [20, 64])
def test_version_3_gives_20_of_64_and_no_links_and_all_64_are_read_by_number(cap: int, site: Site, tmp_path: Path):
    """It caps a page below what was asked for, so the numbers of the pages are those of its own size."""
    held = [{"id": f"{n:032x}_0", "type": "dataset", "attributes": {"name": f"Layer {n}"}} for n in range(64)]

    def page(query: dict[str, str]) -> Reply:
        size = min(int(query["page[size]"]), cap)
        first = (int(query["page[number]"]) - 1) * size
        body = {"data": held[first : first + size], "meta": {"stats": {"totalCount": 64, "count": size}}}
        return Reply(json.dumps(body).encode())

    site.routes["/api/v3/datasets"] = page
    done = harvest(tmp_path, site.url, "arcgis-hub")
    assert (done.state, done.verdict.advertised) == ("complete", (64, 64)), done.verdict
    assert done.ids == [member["id"] for member in held]


def test_a_page_of_version_3_that_lacks_one_does_not_ask_for_itself_again(site: Site, tmp_path: Path):
    """What a site hides is counted and not listed."""
    held = [{"id": f"{n:032x}_0", "type": "dataset", "attributes": {"name": f"Layer {n}"}} for n in range(60)]

    def page(query: dict[str, str]) -> Reply:
        size, number = min(int(query["page[size]"]), 20), int(query["page[number]"])
        members = held[(number - 1) * size : number * size]
        shown = members[:-1] if number == 2 else members
        return Reply(json.dumps({"data": shown, "meta": {"stats": {"totalCount": 60}}}).encode())

    site.routes["/api/v3/datasets"] = page
    done = harvest(tmp_path, site.url, "arcgis-hub")
    assert len(done.ids) == len(set(done.ids)) == 59
    assert "page-loop" not in done.codes()


def test_an_id_without_a_layer_is_an_id():
    assert mapped("0123abcd").catalogue.native_id == "0123abcd"


def feed(folder: Path, **more: Any) -> Any:
    """A feed of DCAT-AP with one dataset, as a site writes it."""
    dataset = {
        "@id": f"{HUB}/datasets/0123abcd_4", "@type": "dcat:Dataset", "dct:title": "Parks",
        "dct:issued": {"@type": "xsd:dateTime", "@value": "2020-01-01T00:00:00.000Z"}, **more,
    }  # fmt: skip
    document = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "@id": f"{HUB}/catalog", "@type": "dcat:Catalog", "dct:title": "Hub of Xalandia",
        "dct:description": "Create your own initiative by combining existing applications with a custom site.",
        "dcat:dataset": [dataset],
    }  # fmt: skip
    return File(folder, "dcat", document, f"{HUB}/api/feed/dcat-ap/2.0.1.json", media="application/ld+json").package


def test_a_feed_with_the_date_of_issue_alone_gets_no_date_of_change_and_no_licence(tmp_path: Path):
    said = feed(tmp_path).catalogue
    assert (said.issued.value[:10], said.modified, said.licences) == ("2020-01-01", None, [])


@pytest.mark.parametrize(
    ("stated", "text"),
    [("", None), ('<div style="text-align:Left;"><p>Parks &amp; gardens</p></div>', "Parks & gardens")],
)
def test_a_description_in_a_feed_is_empty_or_html(stated: str, text: str | None, tmp_path: Path):
    assert feed(tmp_path, **{"dct:description": stated}).description == text


def test_the_template_text_of_a_catalogue_is_not_given_to_its_datasets(tmp_path: Path):
    assert "initiative" not in repr(feed(tmp_path))


def test_two_layers_of_one_item_in_a_dcat_us_feed_stay_two(tmp_path: Path):
    items = [f"https://www.arcgis.example/home/item.html?id=0123abcd&sublayer={layer}" for layer in (0, 1)]
    listed = [
        {"@id": item, "@type": "dcat:Dataset", "identifier": item, "title": "Parks", "description": "d", "keyword": []}
        for item in items
    ]
    document = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": listed}
    packages = File(tmp_path, "dcat-us", document, f"{HUB}/api/feed/dcat-us/1.1.json").packages
    assert [package.catalogue.native_id for package in packages] == items
