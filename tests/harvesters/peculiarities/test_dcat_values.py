"""Peculiarities of single values in real catalogues in RDF (DCAT): dates, addresses, licences, formats and who publishes."""

import json
from pathlib import Path

import pytest

from tests.harvesters.dcat_pages import (
    EU,
    IANA,
    PREFIXES,
    RDF_XML,
    Read,
    dataset,
    mapped,
    notices,
    reader,
)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


# -- dates


@pytest.mark.parametrize(
    ("literal", "text", "value", "precision"),
    [
        pytest.param('"2024-05-06"^^xsd:date', "2024-05-06", "2024-05-06", "day", id="xsd:date"),
        pytest.param(
            '"2024-05-06T07:08:09+02:00"^^xsd:dateTime', "2024-05-06T07:08:09+02:00", "2024-05-06T07:08:09+02:00",
            "second", id="dateTime with a zone",
        ),
        pytest.param(
            '"2024-05-06T07:08:09.123456"^^xsd:dateTime', "2024-05-06T07:08:09.123456", "2024-05-06T07:08:09",
            "second", id="dateTime with microseconds and no zone",
        ),
        pytest.param('"2024"^^xsd:gYear', "2024", "2024", "year", id="gYear"),
        pytest.param('"2024-05-06"', "2024-05-06", "2024-05-06", "day", id="without a type"),
        pytest.param('"06.05.2024"^^xsd:date', "06.05.2024", "2024-05-06", "day", id="ill-typed"),
    ],
)  # fmt: skip
def test_dates_of_any_type_keep_their_zone_and_precision(
    literal: str, text: str, value: str, precision: str, read: Read
) -> None:
    package, findings = mapped(read(dataset(f"dct:issued {literal} ; dct:modified {literal}")))
    for moment in (package.catalogue.issued, package.catalogue.modified):
        assert moment is not None
        assert (moment.text, moment.value, moment.precision) == (text, value, precision)
    assert findings == []


def test_an_empty_date_is_nothing_said_and_no_fault(read: Read) -> None:
    events = read(dataset('dct:issued ""^^xsd:date ; dct:modified ""^^xsd:dateTime'))
    package, findings = mapped(events)
    assert (package.catalogue.issued, package.catalogue.modified) == (None, None)
    assert (notices(events), findings) == ([], [])


def test_an_empty_date_beside_a_real_one_gives_the_real_one(read: Read) -> None:
    modified = mapped(read(dataset('dct:modified ""^^xsd:date, "2024-05-06"^^xsd:date')))[0].catalogue.modified
    assert modified is not None
    assert modified.value == "2024-05-06"


def test_line_ends_and_blanks_inside_a_date_in_rdf_xml_are_passed_over(read: Read) -> None:
    page = RDF_XML.format(
        '<dcat:Dataset rdf:about="https://data.xa.example/1"><dct:title>T</dct:title>'
        '<dct:issued rdf:datatype="http://www.w3.org/2001/XMLSchema#dateTime">1901-12-31T00:00:00\n                '
        "</dct:issued></dcat:Dataset>"
    )
    package, findings = mapped(read(page.encode()))
    assert package.catalogue.issued is not None
    assert package.catalogue.issued.value == "1901-12-31T00:00:00"
    assert findings == []


# -- IRIs


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            RDF_XML.format(
                '<dcat:Dataset rdf:about="https://data.xa.example/1"><dct:title>T</dct:title><dcat:contactPoint>'
                "<vcard:Organization><vcard:fn>Data Office</vcard:fn>"
                '<vcard:hasTelephone rdf:resource="tel:+49 40 4 28 40 - 3494"/></vcard:Organization>'
                "</dcat:contactPoint></dcat:Dataset>"
            ),
            id="RDF/XML",
        ),
        pytest.param(
            PREFIXES + '<https://data.xa.example/1> a dcat:Dataset ; dct:title "T" ; dcat:contactPoint '
            '[ a vcard:Organization ; vcard:fn "Data Office" ; vcard:hasTelephone <tel:+49 40 4 28 40 - 3494> ] .',
            id="Turtle",
        ),
    ],
)
def test_a_telephone_number_with_blanks_as_iri_spoils_nothing_around_it(page: str, read: Read) -> None:
    package, findings = mapped(read(page.encode()))
    assert package.title == "T"
    assert package.catalogue.contact is not None
    assert package.catalogue.contact.name == "Data Office"
    assert findings == []


@pytest.mark.parametrize("syntax", ["xml", "turtle"])
def test_an_iri_with_letters_beyond_ascii_is_kept_as_it_is_written(syntax: str, read: Read) -> None:
    iri = "https://data.xa.example/données/marchés_Ω"
    xml = RDF_XML.format(f'<dcat:Dataset rdf:about="{iri}"><dct:title>T</dct:title></dcat:Dataset>')
    turtle = PREFIXES + f'<{iri}> a dcat:Dataset ; dct:title "T" .'
    package, _ = mapped(read((xml if syntax == "xml" else turtle).encode()))
    assert package.catalogue.native_id == iri


def test_an_access_url_with_letters_beyond_ascii_leads_to_the_file(read: Read) -> None:
    package, findings = mapped(read(dataset("dcat:distribution [ dcat:accessURL <https://f.xa.example/données.csv> ]")))
    assert [resource.path for resource in package.resources] == ["https://f.xa.example/donn%C3%A9es.csv"]
    assert findings == []


def test_an_access_url_of_two_addresses_in_one_is_told_with_its_place(read: Read) -> None:
    page = RDF_XML.format(
        '<dcat:Dataset rdf:about="https://data.xa.example/1"><dct:title>T</dct:title><dcat:distribution>'
        '<dcat:Distribution><dcat:accessURL rdf:resource="https://a.xa.example/1 https://b.xa.example/2"/>'
        "</dcat:Distribution></dcat:distribution></dcat:Dataset>"
    )
    package, findings = mapped(read(page.encode()))
    assert package.resources == []
    assert "https://a.xa.example/1 https://b.xa.example/2" in json.dumps(package.catalogue.more)
    assert [(finding.code, finding.path) for finding in findings] == [
        ("resource-url-invalid", "dcat:distribution[0].accessURL")
    ]


# -- licences


def test_no_licence_is_no_licence(read: Read) -> None:
    package, findings = mapped(read(dataset("dcat:distribution [ dcat:accessURL <a> ]")))
    assert (package.catalogue.licences, findings) == ([], [])


def test_a_licence_as_literal_in_two_languages_is_open(read: Read) -> None:
    package, findings = mapped(read(dataset('dct:license "Licence ouverte / Open Licence"')))
    (licence,) = package.catalogue.licences
    assert (licence.text, licence.spdx, licence.open) == ("Licence ouverte / Open Licence", None, True)
    assert findings == []


@pytest.mark.parametrize(
    ("licence", "text"),
    [
        pytest.param('"license"', "license", id="the word license"),
        pytest.param("<https://agency.xa.example/terms>", "https://agency.xa.example/terms", id="the publisher's page"),
        pytest.param('[ a dct:LicenseDocument ; dct:title "Our terms" ]', "Our terms", id="a blank node"),
    ],
)
@pytest.mark.parametrize("of", ["dataset", "distribution"])
def test_a_licence_that_nobody_knows_is_kept_and_told(licence: str, text: str, of: str, read: Read) -> None:
    inside = f"dct:license {licence}"
    statements = inside if of == "dataset" else f"dcat:distribution [ dcat:accessURL <a> ; {inside} ]"
    package, findings = mapped(read(dataset(statements)))
    (found,) = package.catalogue.licences  # that of the only distribution is the dataset's
    assert (found.text, found.spdx, found.open) == (text, None, None)
    where = "dct:license" if of == "dataset" else "dcat:distribution[0].license"
    assert [(finding.code, finding.path) for finding in findings] == [("licence-unknown", where)]


def test_a_blank_node_as_licence_of_which_nothing_is_said_is_no_licence(read: Read) -> None:
    package, findings = mapped(read(dataset("dct:license [ a dct:LicenseDocument ]")))
    assert (package.catalogue.licences, findings) == ([], [])


def test_a_second_licence_of_a_distribution_is_not_lost(read: Read) -> None:
    stated = '<https://creativecommons.org/publicdomain/zero/1.0/>, "Our terms"'
    (resource,) = mapped(read(dataset(f"dcat:distribution [ dcat:accessURL <a> ; dct:license {stated} ]")))[0].resources
    assert resource.catalogue.licence is not None
    assert resource.catalogue.licence.spdx == "CC0-1.0"
    assert resource.catalogue.more == {"http://purl.org/dc/terms/license": ["Our terms"]}


# -- formats


@pytest.mark.parametrize(
    ("stated", "name", "media_type"),
    [
        pytest.param(f"dct:format <{EU}/file-type/CSV>", "CSV", "text/csv", id="EU file type"),
        pytest.param('dct:format "csv"', "CSV", "text/csv", id="literal in small letters"),
        pytest.param('dct:format "HTML"', "HTML", "text/html", id="literal"),
        pytest.param(f"dcat:mediaType <{IANA}/application/json>", "JSON", "application/json", id="IANA type"),
        pytest.param('dcat:mediaType "application/json"', "JSON", "application/json", id="literal media type"),
        pytest.param(
            f"dct:format <{EU}/file-type/XLSX> ; dcat:mediaType <{IANA}/text/csv>", "XLSX", "text/csv",
            id="two that differ",
        ),
    ],
)  # fmt: skip
def test_formats_as_iri_or_literal(stated: str, name: str, media_type: str, read: Read) -> None:
    package, findings = mapped(read(dataset(f"dcat:distribution [ dcat:accessURL <a> ; {stated} ]")))
    (resource,) = package.resources
    assert (resource.format, resource.mediatype, findings) == (name, media_type, [])


def test_wav_listed_for_what_is_no_audio_is_kept_as_it_is_stated(read: Read) -> None:
    stated = f"dcat:mediaType <{IANA}/audio/vnd.wave> ; dct:format <{EU}/file-type/WAV>"
    page = dataset(f"dcat:distribution [ dcat:downloadURL <https://f.xa.example/a.csv> ; {stated} ]")
    (resource,) = mapped(read(page))[0].resources
    assert (resource.format, resource.mediatype) == ("WAV", "audio/vnd.wave")


def test_a_second_format_of_a_distribution_is_not_lost(read: Read) -> None:
    stated = f'dct:format "CSV", "Table of the ministry" ; dcat:mediaType <{IANA}/text/csv>, "text/x-own"'
    (resource,) = mapped(read(dataset(f"dcat:distribution [ dcat:accessURL <a> ; {stated} ]")))[0].resources
    assert (resource.format, resource.mediatype) == ("CSV", "text/x-own")
    assert resource.catalogue.more == {
        "http://purl.org/dc/terms/format": ["Table of the ministry"],
        "http://www.w3.org/ns/dcat#mediaType": [f"{IANA}/text/csv"],
    }


# -- frequency, publisher


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        pytest.param(f"<{EU}/frequency/QUARTERLY>", "QUARTERLY", id="EU"),
        pytest.param("<http://purl.org/cld/freq/daily>", "DAILY", id="Dublin Core"),
        pytest.param('"continual"', "CONT", id="a word"),
    ],
)
def test_frequency_as_iri_or_word(stated: str, code: str, read: Read) -> None:
    package, findings = mapped(read(dataset(f"dct:accrualPeriodicity {stated}")))
    assert package.catalogue.frequency is not None
    assert (package.catalogue.frequency.code, findings) == (code, [])


@pytest.mark.parametrize("statement", ['dcat:keyword "k"', "dct:publisher []", 'dct:publisher ""'])
def test_a_publisher_that_is_missing_or_empty_is_none(statement: str, read: Read) -> None:
    package, findings = mapped(read(dataset(statement)))
    assert (package.catalogue.publisher, findings) == (None, [])


def test_a_theme_as_described_concept_without_iri_is_its_word(read: Read) -> None:
    concept = (
        '[ a <http://www.w3.org/2004/02/skos/core#Concept> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "Soil" ]'
    )
    agrovoc = "<http://aims.fao.org/aos/agrovoc/c_7156>"
    package, _ = mapped(read(dataset(f'dcat:theme {agrovoc}, {concept}, "Land"')))
    assert sorted(package.catalogue.themes) == ["Land", "Soil", agrovoc.strip("<>")]
