"""Mapping a dcat:Dataset to a Data Package."""

import json
from pathlib import Path

import pyoxigraph
import pytest

from harvesters.dcat import Dcat
from harvesters.package import Package, encode
from harvesters.profile import validate_profile
from harvesters.spool_lines import Part, Record
from tests.harvesters.dcat_pages import FIXTURES, SOURCE, URL, Read, packages, reader, records


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def test_a_whole_dataset_is_mapped(read: Read) -> None:
    contracts, declarations = packages(read((FIXTURES / "catalog.ttl").read_bytes()))
    said = contracts.catalogue
    assert contracts.title == "Public contracts"
    assert said.titles == {
        "en": "Public contracts", "fr": "Marchés publics", "ru": "Публичные контракты", "fr-t-en": "Contrats publics",
    }  # fmt: skip
    assert said.keywords == {"en": ["contracts", "procurement"], "fr": ["marchés"]}
    assert [language.tag for language in said.languages] == ["en", "fr"]
    assert said.modified is not None
    assert said.modified.value == "2025-06-30T10:00:00Z"
    assert said.issued is not None
    assert said.issued.precision == "day"
    assert said.publisher is not None
    assert (said.publisher.name, said.publisher.url) == ("Procurement Agency", "https://agency.example/")
    assert said.contact is not None
    assert (said.contact.name, said.contact.url) == ("Procurement agency", "mailto:info@data.example")
    assert said.frequency is not None
    assert said.frequency.period == "P1M"
    assert said.access_rights == "public"
    assert [licence.spdx for licence in said.licences] == ["CC-BY-4.0"]
    assert [(place.text, place.bbox) for place in said.spatial] == [("The whole country", (10.0, 50.0, 12.0, 51.0))]
    assert [(period.start and period.start.value, period.end and period.end.value) for period in said.temporal] == [
        ("2024-01-01", "2024-12-31")
    ]
    assert said.identifiers == ["contracts-2025", "doi:10.0000/contracts"]
    assert contracts.version == "3"
    assert contracts.homepage == "https://data.example/contracts"
    assert said.more == {"http://purl.org/dc/terms/provenance": ["Taken from the procurement system"]}
    assert b"somebody" not in encode(contracts)
    assert b"private person" not in encode(contracts)

    table, interface = sorted(contracts.resources, key=lambda resource: resource.path, reverse=True)
    assert (table.path, table.catalogue.access_url) == (
        "https://data.example/files/contracts.csv",
        "https://data.example/contracts",
    )
    assert (table.format, table.mediatype, table.bytes) == ("CSV", "text/csv", 43008)
    assert table.hash == "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"
    assert table.catalogue.native_id == "https://data.example/dataset/contracts/csv"
    assert (interface.path, interface.format) == ("https://api.data.example/contracts", "JSON")

    assert declarations.catalogue.titles == {"en": "Asset declarations"}  # the dataset's own language
    assert declarations.catalogue.publisher is not None
    assert declarations.catalogue.publisher.name == "Ethics Commission"
    assert declarations.resources == []
    assert declarations.schema is None
    for package in (contracts, declarations):
        assert validate_profile(json.loads(encode(package))) == []


def test_the_order_of_statements_does_not_change_the_package(read: Read) -> None:
    page = (FIXTURES / "catalog.ttl").read_bytes()
    triples = [quad.triple for quad in pyoxigraph.parse(page, format=pyoxigraph.RdfFormat.TURTLE)]
    backwards = pyoxigraph.serialize(reversed(triples), format=pyoxigraph.RdfFormat.N_TRIPLES)
    forwards = {package.id: encode(package) for package in packages(read(page))}
    assert {package.id: encode(package) for package in packages(read(backwards))} == forwards


def _package(read: Read, statements: str, more: str = "") -> tuple[Package, list[str]]:
    events = read(f'<https://data.example/1> a dcat:Dataset ; dct:title "T"@en ; {statements} .\n{more}')
    parts = {event.id: event.text for event in events if isinstance(event, Part)}
    result = Dcat.package(records(events)[0], SOURCE, parts.get)
    assert result.package is not None
    assert validate_profile(json.loads(encode(result.package))) == []
    return result.package, [finding.code for finding in result.findings]


@pytest.mark.parametrize(
    ("statements", "value"),
    [
        ('dct:modified ""^^xsd:date', None),
        ('dct:modified "1901-12-31T00:00:00\\n          "^^xsd:dateTime', "1901-12-31T00:00:00"),
        ('dct:modified "2017"^^xsd:gYear', "2017"),
        ('dct:modified "2017-05"', "2017-05"),
        ('<http://purl.org/dc/terms/updated> "2021-05-05"', "2021-05-05"),
        ('dct:modified "2020-01-01", "2021-01-01", "unknown"', "2021-01-01"),
    ],
)
def test_dates(read: Read, statements: str, value: str | None) -> None:
    modified = _package(read, statements)[0].catalogue.modified
    assert (modified.value if modified is not None else None) == value


def test_a_date_that_cannot_be_read_is_kept_as_text(read: Read) -> None:
    package, codes = _package(read, 'dct:issued "in spring"')
    assert package.catalogue.issued is not None
    assert (package.catalogue.issued.text, package.catalogue.issued.value) == ("in spring", None)
    assert "date-unreadable" in codes


@pytest.mark.parametrize(
    ("statement", "name", "identifier"),
    [
        ('dct:publisher "Ministry of Finance"', "Ministry of Finance", None),
        ("dct:publisher <https://data.example/org/1>", None, "https://data.example/org/1"),
        ('dct:publisher [ a foaf:Agent ; foaf:name "Agency" ]', "Agency", None),
        ('dct:publisher [ a vcard:Kind ; vcard:fn "Agency" ]', "Agency", None),
        ('dct:publisher [ a foaf:Organization ; rdfs:label "Agency"@en, "Agence"@fr ]', "Agency", None),
        ('dct:publisher [ a foaf:Person ; foaf:name "A person" ]', None, None),
        ('<http://purl.org/dc/elements/1.1/publisher> "Ministry"', "Ministry", None),
    ],
)
def test_publishers(read: Read, statement: str, name: str | None, identifier: str | None) -> None:
    publisher = _package(read, statement)[0].catalogue.publisher
    assert (publisher.name if publisher else None, publisher.id if publisher else None) == (name, identifier)


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ('a vcard:Organization ; vcard:fn "Office" ; vcard:hasEmail <mailto:j.doe@a.example>', "Office"),
        ('a vcard:Organization ; vcard:fn "Doe" ; vcard:organization-name "Office"', "Office"),
        (
            'a vcard:Individual ; vcard:fn "J. Doe" ; vcard:organisation-name "Office" ; vcard:hasURL <https://j.doe.example>',
            "Office",
        ),
        ('a vcard:Individual ; vcard:fn "J. Doe" ; vcard:hasEmail <mailto:info@a.example>', None),
        ('a vcard:Kind ; vcard:fn "J. Doe" ; vcard:hasEmail <mailto:j.doe@a.example>', None),
        ('a vcard:Kind ; vcard:fn "Office" ; vcard:hasURL <https://office.example>', "Office"),
        ('vcard:fn "Office" ; vcard:hasEmail "opendata@office.example"', "Office"),
        ('a vcard:Organization ; vcard:fn "j.doe@office.example"', None),
    ],
)
def test_contacts_are_offices_and_never_persons(read: Read, contact: str, name: str | None) -> None:
    package, _ = _package(read, f"dcat:contactPoint [ {contact} ]")
    found = package.catalogue.contact
    assert (found.name if found is not None else None) == name
    for personal in (b"doe", b"Doe"):
        assert personal not in encode(package)


def test_persons_do_not_slip_in_with_what_no_field_holds(read: Read) -> None:
    package, _ = _package(
        read,
        """dct:creator "J. Doe", [ a foaf:Person ; foaf:name "J. Doe" ], <https://doe.example/#me> ;
        dct:contributor [ a foaf:Organization ; foaf:name "An institute" ] ;
        <http://data.europa.eu/930/custodian> [ a vcard:Individual ; vcard:fn "Doe" ;
            vcard:hasEmail <mailto:doe@a.example> ] ;
        <https://p.example/mail> <mailto:doe@a.example>, "doe@a.example" ; <https://p.example/note> "kept" ;
        foaf:isPrimaryTopicOf [ a dcat:CatalogRecord ; dcat:contactPoint [ vcard:fn "Doe" ] ]""",
        '<https://doe.example/#me> a foaf:Person ; foaf:name "J. Doe" ; foaf:givenName "J." .',
    )
    assert package.catalogue.more == {
        "http://purl.org/dc/terms/contributor": ["An institute"], "https://p.example/note": ["kept"],
    }  # fmt: skip


BOX = "POLYGON((10 50,12 50,12 51,10 51,10 50))"
CRS = "http://www.opengis.net/def/crs"
GML = f"""<gml:Envelope srsName="{CRS}/OGC/1.3/CRS84">
    <gml:lowerCorner>10 50</gml:lowerCorner><gml:upperCorner>12 51</gml:upperCorner></gml:Envelope>"""


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ('"Whole country"', [("Whole country", None, None)]),
        ("<https://sws.geonames.example/1>", [(None, "https://sws.geonames.example/1", None)]),
        (f'[ locn:geometry "{BOX}"^^gsp:wktLiteral ]', [("POLYGON", None, (10, 50, 12, 51))]),
        (f'[ dcat:bbox "<{CRS}/OGC/1.3/CRS84> {BOX}" ]', [("POLYGON", None, (10, 50, 12, 51))]),
        (f'[ rdfs:label "Here" ; dcat:bbox "<{CRS}/EPSG/0/4326> {BOX}" ]', [("Here", None, None)]),
        ('[ locn:geometry \'{"type":"Point","coordinates":[10.5,50.5]}\' ]', [("{", None, (10.5, 50.5, 10.5, 50.5))]),
        (f"[ rdfs:label 'Here' ; locn:geometry '''{GML}''' ]", [("Here", None, (10, 50, 12, 51))]),
        ('[ gsp:hasGeometry [ gsp:asWKT "POINT(10 50)" ] ]', [("POINT", None, (10, 50, 10, 50))]),
        ('[ dcat:bbox "POLYGON((1000 50,12 50,12 51))" ; rdfs:label "Here" ]', [("Here", None, None)]),
    ],
)
def test_places(
    read: Read, statement: str, places: list[tuple[str | None, str | None, tuple[float, ...] | None]]
) -> None:
    found = _package(read, f"dct:spatial {statement}")[0].catalogue.spatial
    assert len(found) == len(places)
    for place, (text, iri, box) in zip(found, places, strict=True):
        assert (place.text or "").startswith(text or "")
        assert (place.iri, place.bbox) == (iri, box)


@pytest.mark.parametrize(
    ("statement", "ends"),
    [
        ("[ dcat:startDate '2020-01-01' ; dcat:endDate '2020-12-31' ]", ("2020-01-01", "2020-12-31")),
        ("[ <http://schema.org/startDate> '2020' ]", ("2020", None)),
        ("[ <https://schema.org/endDate> '2020' ]", (None, "2020")),
        ("[ time:hasBeginning [ time:inXSDDate '2020-01-01' ] ]", ("2020-01-01", None)),
        ("[ time:hasEnd [ time:inXSDDateTimeStamp '2020-02-01T00:00:00Z' ] ]", (None, "2020-02-01T00:00:00Z")),
        ("'2004-11-03T00:00:00+01:00\\n /\\n 2005-03-30'", ("2004-11-03T00:00:00+01:00", "2005-03-30")),
        ("'start=2015; end=2017; scheme=W3C-DTF'", ("2015", "2017")),
        ("'2010/..'", ("2010", None)),
    ],
)
def test_periods(read: Read, statement: str, ends: tuple[str | None, str | None]) -> None:
    (period,) = _package(read, f"dct:temporal {statement}")[0].catalogue.temporal
    assert (period.start and period.start.value, period.end and period.end.value) == ends


CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("statement", "spdx"),
    [
        ("dct:license <https://creativecommons.org/publicdomain/zero/1.0/>", "CC0-1.0"),
        ("dct:license <https://data.example/licence>", None),
        (f'dct:license [ a dct:LicenseDocument ; dct:title "Ours" ; foaf:page <{CC_BY}> ]', "CC-BY-4.0"),
        (f"dcat:distribution [ dcat:accessURL <a> ; dct:license <{CC_BY}> ]", "CC-BY-4.0"),
        ('dct:license "CC0-1.0"', "CC0-1.0"),
    ],
)  # fmt: skip
def test_licences(read: Read, statement: str, spdx: str | None) -> None:
    licences = _package(read, statement)[0].catalogue.licences
    assert [licence.spdx for licence in licences] == [spdx]


def test_licences_that_differ_stay_with_their_distributions(read: Read) -> None:
    package, _ = _package(
        read,
        """dcat:distribution [ dcat:accessURL <a> ; dct:license <https://creativecommons.org/licenses/by/4.0/> ],
        [ dcat:accessURL <b> ; dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ]""",
    )
    assert package.catalogue.licences == []
    assert {r.catalogue.licence.spdx for r in package.resources if r.catalogue.licence} == {"CC-BY-4.0", "CC0-1.0"}


@pytest.mark.parametrize(
    ("statement", "period"),
    [
        ("<http://publications.europa.eu/resource/authority/frequency/ANNUAL>", "P1Y"),
        ("<http://purl.org/cld/freq/daily>", "P1D"),
        ('"R/P3M"', "P3M"),
        ("[ a dct:Frequency ; rdf:value [ a time:DurationDescription ; time:years 1.0 ] ]", "P1Y"),
    ],
)
def test_frequencies(read: Read, statement: str, period: str) -> None:
    frequency = _package(read, f"dct:accrualPeriodicity {statement}")[0].catalogue.frequency
    assert frequency is not None
    assert frequency.period == period


@pytest.mark.parametrize(
    ("distribution", "path", "codes"),
    [
        (
            "[ dcat:downloadURL <https://f.example/1.csv> ; dcat:accessURL <https://p.example/1> ]",
            "https://f.example/1.csv",
            [],
        ),
        ("[ dcat:accessURL <https://p.example/1> ]", "https://p.example/1", []),
        ('[ dcat:accessUrl "https://p.example/1" ]', "https://p.example/1", []),
        ("[ dcat:accessService [ dcat:endpointURL <https://api.example/> ] ]", "https://api.example/", []),
        ('"https://p.example/1"', "https://p.example/1", []),
        ('[ dcat:accessURL "" ; dct:title "Nothing" ]', None, ["resource-url-empty"]),
        ("[ dcat:accessURL <javascript:alert(1)> ]", None, ["resource-url-invalid"]),
        ("<https://data.example/1/csv>", None, ["distribution-undescribed"]),
    ],
)
def test_addresses_of_distributions(read: Read, distribution: str, path: str | None, codes: list[str]) -> None:
    package, found = _package(read, f"dcat:distribution {distribution}")
    assert [resource.path for resource in package.resources] == ([path] if path else [])
    assert [code for code in found if code != "no-distribution"] == codes
    if path is None:
        assert "resources_left_out" in package.catalogue.more


def test_formats_that_are_described_are_read_from_their_description(read: Read) -> None:
    package, _ = _package(
        read,
        """dcat:distribution [ dcat:accessURL <a> ;
            dct:format [ rdfs:label "XLS" ; rdf:value "application/vnd.ms-excel" ] ]""",
    )
    assert (package.resources[0].format, package.resources[0].mediatype) == ("XLS", "application/vnd.ms-excel")


def test_nodes_that_describe_each_other_come_to_an_end(read: Read) -> None:
    package, _ = _package(
        read, "dct:description _:a", "_:a dct:title _:b ; rdfs:label _:a . _:b dct:title _:a ; rdfs:label 'B' ."
    )
    assert package.catalogue.descriptions == {}
    links = "\n".join(f"_:n{i} rdfs:seeAlso {', '.join(f'_:n{j}' for j in range(60))} ." for i in range(60))
    _package(
        read,
        f"dct:relation {', '.join(f'_:n{i}' for i in range(60))}, [ dct:source _:n1 ] ; dcat:theme _:n1, _:n2",
        links,
    )


def test_a_record_that_is_not_rdf_is_quarantined() -> None:
    for text in (None, "", "not RDF"):
        result = Dcat.package(Record("1", URL, "2026-01-01T00:00:00Z", text=text), SOURCE)
        assert result.package is None
        assert [finding.code for finding in result.findings] == ["record-malformed"]
