"""ISO 19139 and 19115-3, CSW and folders: what real records have that no other test pins, one test for each peculiarity."""

from pathlib import Path

import pytest

from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_iso import FGDC, MDB, code, mapped, online, package, record, text
from tests.harvesters.test_waf import line, listing

NEWER = {
    "gcx": "http://standards.iso.org/iso/19115/-3/gcx/1.0", "mrd": "http://standards.iso.org/iso/19115/-3/mrd/1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}  # fmt: skip


def newer(old: str = "", new: str = "") -> str:
    """The record of ISO 19115-3 with one of its parts replaced."""
    assert old in MDB
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NEWER.items())
    return MDB.replace(old, new, 1).replace("<mdb:MD_Metadata ", f"<mdb:MD_Metadata {declared} ", 1)


TITLE = "<cit:title><gco:CharacterString>Contracts</gco:CharacterString></cit:title>"


def test_an_anchor_stands_for_a_text_in_the_newer_edition_too():
    anchor = '<cit:title><gcx:Anchor xlink:href="https://data.xa.example/d1">Contracts</gcx:Anchor></cit:title>'
    assert package(newer(TITLE, anchor)).title == "Contracts"


@pytest.mark.parametrize("reason", ["inapplicable", "unknown", "missing"])
def test_what_is_nil_is_not_said_in_the_newer_edition_either(reason: str):
    nil = f'<mri:abstract gco:nilReason="{reason}"><gco:CharacterString/></mri:abstract><mri:purpose gco:nilReason="{reason}"/>'
    said = package(newer("</mri:citation>", f"</mri:citation>{nil}")).catalogue
    assert (said.descriptions, "purpose" in said.more) == ({}, False)


def test_texts_in_several_languages_in_the_newer_edition():
    locale = (
        '<mdb:otherLocale><lan:PT_Locale id="DE"><lan:language><lan:LanguageCode codeList="x" codeListValue="ger"/>'
        "</lan:language></lan:PT_Locale></mdb:otherLocale>"
    )
    free = (
        "<cit:title><gco:CharacterString>Marchés</gco:CharacterString><lan:PT_FreeText><lan:textGroup>"
        '<lan:LocalisedCharacterString locale="#DE">Verträge</lan:LocalisedCharacterString></lan:textGroup></lan:PT_FreeText></cit:title>'
    )
    content = newer(TITLE, free).replace("<mdb:dateInfo>", f"{locale}<mdb:dateInfo>", 1)
    assert package(content).catalogue.titles == {"fr": "Marchés", "de": "Verträge"}


@pytest.mark.parametrize(
    "parent",
    [
        '<mdb:parentMetadata uuidref="s1"/>',
        "<mdb:parentMetadata><cit:CI_Citation><cit:identifier><mcc:MD_Identifier><mcc:code><gco:CharacterString>s1"
        "</gco:CharacterString></mcc:code></mcc:MD_Identifier></cit:identifier></cit:CI_Citation></mdb:parentMetadata>",
        "<mdb:parentMetadata><cit:CI_Citation><cit:title><gco:CharacterString>s1</gco:CharacterString></cit:title>"
        "</cit:CI_Citation></mdb:parentMetadata>",
    ],
    ids=["a reference", "an identifier", "a title"],
)
def test_the_parent_of_a_record_in_the_newer_edition(parent: str):
    assert package(newer("<mdb:dateInfo>", f"{parent}<mdb:dateInfo>")).catalogue.more["parent"] == "s1"


@pytest.mark.parametrize("stated", ["2017-05-31Z", "2017-05-31+02:00"])
def test_a_day_with_a_zone_is_that_day(stated: str):
    citation = (
        f"<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{stated}</gco:Date></gmd:date>"
        f"<gmd:dateType>{code('CI_DateTypeCode', 'publication')}</gmd:dateType></gmd:CI_Date></gmd:date>"
    )
    issued = package(record(citation=citation)).catalogue.issued
    assert issued is not None
    assert (issued.value, issued.text) == ("2017-05-31", stated)


def test_an_address_that_cannot_be_used_is_kept_as_it_was_written():
    tiles, bare = "https://data.xa.example/{z}/{x}/{y}.png", "www.data.xa.example/a.csv"
    found = package(record(online=online(tiles, "wmts") + online(bare)))
    assert found.resources == []
    assert [each["linkage"] for each in found.catalogue.more["resources_left_out"]] == [tiles, bare]


def test_an_address_that_leads_nowhere_is_found_at_its_place_in_the_record():
    content = record(online=online("https://data.xa.example/a.csv") + online("www.data.xa.example"))
    told = [(finding.code, finding.path, finding.value) for finding in mapped(content).findings]
    assert told == [("resource-url-invalid", "onLine[1].linkage", "www.data.xa.example")]


def test_the_country_beside_a_language_leaves_the_texts_in_it():
    head = f"<gmd:language>{text('fra; CAN')}</gmd:language>"
    assert package(record(head=head)).catalogue.titles == {"fr": "Contracts"}


def test_files_of_four_roots_of_fgdc_and_an_index_in_one_folder(site: Site, tmp_path: Path):
    files = {
        "gmd.xml": record(name=text("gmd")),
        "gmi.xml": record(root="gmi:MI_Metadata", name=text("gmi")),
        "che.xml": record(root="che:CHE_MD_Metadata", identification="che:CHE_MD_DataIdentification", name=text("che")),
        "mdb.xml": newer("<gco:CharacterString>d1<", "<gco:CharacterString>mdb<"),
        "fgdc.xml": FGDC.format(pubdate="2017", end="Present", use="None"),
    }
    names = [*files, "index.html"]
    site.routes["/waf/"] = lambda query: listing(*(line("apache", name, "2026-01-31") for name in names))
    site.routes["/waf/index.html"] = lambda query: Reply(b"<html><body>Welcome</body></html>")
    for name, content in files.items():
        site.routes[f"/waf/{name}"] = lambda query, content=content: Reply(content.encode())
    done = harvest(tmp_path, f"{site.url}/waf/", "waf")
    assert done.state == "complete", done.verdict
    assert set(done.valid()) == {"gmd", "gmi", "che", "mdb", f"{site.url}/waf/fgdc.xml"}


def test_a_file_without_an_identifier_costs_no_other_file(site: Site, tmp_path: Path):
    files = {"a.xml": record(name=""), "b.xml": record()}
    site.routes["/waf/"] = lambda query: listing(*(line("apache", name, "2026-01-31") for name in files))
    for name, content in files.items():
        site.routes[f"/waf/{name}"] = lambda query, content=content: Reply(content.encode())
    done = harvest(tmp_path, f"{site.url}/waf/", "waf")
    assert done.state == "complete", done.verdict
    assert len(done.records) == 2
    assert "d1" in done.valid()
