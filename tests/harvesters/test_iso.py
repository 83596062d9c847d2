"""Every peculiarity that real ISO 19115 and FGDC records have, mapped to packages that are valid."""

import pytest

from catalogue.assess.validation import check
from harvesters import markup
from harvesters.base import Source
from harvesters.findings import blocks
from harvesters.iso import record as iso
from harvesters.iso.fgdc import map_fgdc
from harvesters.iso.mapping import map_iso
from harvesters.package import Mapped, Package, encode
from harvesters.spool_lines import Record

SOURCE = Source("xa-source", "https://data.xa.example/csw", "csw")
NAMES = {
    "gmd": "http://www.isotc211.org/2005/gmd", "gmi": "http://www.isotc211.org/2005/gmi",
    "che": "http://www.geocat.ch/2008/che", "gco": "http://www.isotc211.org/2005/gco",
    "gmx": "http://www.isotc211.org/2005/gmx", "gml": "http://www.opengis.net/gml/3.2",
    "srv": "http://www.isotc211.org/2005/srv", "xlink": "http://www.w3.org/1999/xlink",
}  # fmt: skip
DECLARED = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items())


def text(words: str) -> str:
    return f"<gco:CharacterString>{words}</gco:CharacterString>"


def code(name: str, value: str) -> str:
    return f'<gmd:{name} codeList="x" codeListValue="{value}"/>'


def record(
    *, root: str = "gmd:MD_Metadata", identification: str = "gmd:MD_DataIdentification", name: str = text("d1"),
    head: str = "", title: str = text("Contracts"), citation: str = "", data: str = "", online: str = "",
) -> str:  # fmt: skip
    """A record of ISO 19139: what stands beside the title, in the identification, and in the distribution."""
    links = (
        "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>"
        f"{online}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
    )
    return (
        f"<{root} {DECLARED}><gmd:fileIdentifier>{name}</gmd:fileIdentifier>{head}<gmd:identificationInfo>"
        f"<{identification}><gmd:citation><gmd:CI_Citation><gmd:title>{title}</gmd:title>{citation}</gmd:CI_Citation>"
        f"</gmd:citation><gmd:abstract>{text('All of them')}</gmd:abstract>{data}</{identification}>"
        f"</gmd:identificationInfo>{links}</{root}>"
    )


def mapped(content: str) -> Mapped:
    """As a harvest would map it: under the record's own identifier."""
    root = markup.parse(content.encode(), "x")
    held = Record(id=iso.identifier(root), url=SOURCE.url, at="", status=200, text=markup.serialised(root))
    return map_iso(held, SOURCE, "csw")


def package(content: str) -> Package:
    found = mapped(content)
    assert found.package is not None, found.findings
    assert not blocks([*found.findings, *check(encode(found.package))])
    return found.package


def codes(content: str) -> list[str]:
    return [finding.code for finding in mapped(content).findings]


def online(url: str, protocol: str = "", function: str = "") -> str:
    return (
        f"<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{url}</gmd:URL></gmd:linkage>"
        f"<gmd:protocol>{text(protocol)}</gmd:protocol>"
        + (f"<gmd:function>{code('CI_OnLineFunctionCode', function)}</gmd:function>" if function else "")
        + "</gmd:CI_OnlineResource></gmd:onLine>"
    )


MDB = (
    '<mdb:MD_Metadata xmlns:mdb="http://standards.iso.org/iso/19115/-3/mdb/2.0" xmlns:mcc="http://standards.iso.org/iso/19115/-3/mcc/1.0"'
    ' xmlns:mri="http://standards.iso.org/iso/19115/-3/mri/1.0" xmlns:cit="http://standards.iso.org/iso/19115/-3/cit/2.0"'
    ' xmlns:gco="http://standards.iso.org/iso/19115/-3/gco/1.0" xmlns:lan="http://standards.iso.org/iso/19115/-3/lan/1.0">'
    "<mdb:metadataIdentifier><mcc:MD_Identifier><mcc:code><gco:CharacterString>d1</gco:CharacterString></mcc:code>"
    "<mcc:codeSpace><gco:CharacterString>urn:uuid</gco:CharacterString></mcc:codeSpace></mcc:MD_Identifier></mdb:metadataIdentifier>"
    '<mdb:defaultLocale><lan:PT_Locale id="FR"><lan:language><lan:LanguageCode codeList="x" codeListValue="fre"/></lan:language>'
    "</lan:PT_Locale></mdb:defaultLocale><mdb:dateInfo><cit:CI_Date><cit:date><gco:DateTime>2024-02-03T04:05:06Z</gco:DateTime></cit:date>"
    '<cit:dateType><cit:CI_DateTypeCode codeList="x" codeListValue="revision"/></cit:dateType></cit:CI_Date></mdb:dateInfo>'
    "<mdb:identificationInfo><mri:MD_DataIdentification><mri:citation><cit:CI_Citation><cit:title><gco:CharacterString>Contracts"
    "</gco:CharacterString></cit:title></cit:CI_Citation></mri:citation><mri:pointOfContact><cit:CI_Responsibility><cit:role>"
    '<cit:CI_RoleCode codeList="x" codeListValue="owner"/></cit:role><cit:party><cit:CI_Organisation><cit:name><gco:CharacterString>'
    "Ministry</gco:CharacterString></cit:name><cit:individual><cit:CI_Individual><cit:name><gco:CharacterString>Withheld"
    "</gco:CharacterString></cit:name></cit:CI_Individual></cit:individual></cit:CI_Organisation></cit:party></cit:CI_Responsibility>"
    "</mri:pointOfContact></mri:MD_DataIdentification></mdb:identificationInfo></mdb:MD_Metadata>"
)


@pytest.mark.parametrize(
    "content",
    [
        record(),
        record(root="gmi:MI_Metadata"),
        record(root="che:CHE_MD_Metadata", identification="che:CHE_MD_DataIdentification"),
        MDB,
    ],
    ids=["gmd", "gmi", "che", "mdb"],
)
def test_four_roots_are_one_kind_of_record(content: str):
    found = package(content)
    assert (found.title, found.catalogue.native_id) == ("Contracts", "d1")


def test_the_newer_edition_keeps_its_things_elsewhere():
    said = package(MDB).catalogue
    assert said.titles == {"fr": "Contracts"}
    assert said.modified is not None
    assert said.modified.value == "2024-02-03T04:05:06Z"
    assert said.publisher is not None
    assert said.publisher.name == "Ministry"
    assert "Withheld" not in repr(said)


def test_without_its_own_identifier_a_record_has_that_of_the_data():
    identifier = f"<gmd:identifier><gmd:RS_Identifier><gmd:code>{text('urn:data:1')}</gmd:code></gmd:RS_Identifier></gmd:identifier>"
    assert package(record(name="", citation=identifier)).catalogue.native_id == "urn:data:1"
    assert codes(record(name="")) == ["no-identifier"]


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        (text("fre"), "fr"),
        (text("fr"), "fr"),
        (code("LanguageCode", "ger"), "de"),
        (text("eng; CAN"), "en"),
        ("", "und"),
    ],
)
def test_languages_in_every_spelling(stated: str, tag: str):
    head = f"<gmd:language>{stated}</gmd:language>"
    found = package(record(head=head, data=head))
    assert found.catalogue.titles == {tag: "Contracts"}
    assert [language.tag for language in found.catalogue.languages] == ([tag] if stated else [])


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        ("<gco:Date>2017</gco:Date>", "2017"),
        ("<gco:Date>2017-05</gco:Date>", "2017-05"),
        ("<gco:Date>20170531</gco:Date>", "2017-05-31"),
        ("<gco:DateTime>2017-05-31T10:00:00.123+01:00</gco:DateTime>", "2017-05-31T10:00:00+01:00"),
        ("<gco:Date>spring 2017</gco:Date>", None),
    ],
)
def test_dates_keep_their_precision_and_guess_nothing(stated: str, value: str | None):
    citation = (
        f"<gmd:date><gmd:CI_Date><gmd:date>{stated}</gmd:date><gmd:dateType>{code('CI_DateTypeCode', 'publication')}"
        "</gmd:dateType></gmd:CI_Date></gmd:date>"
    )
    content = record(citation=citation)
    issued = package(content).catalogue.issued
    assert issued is not None
    assert issued.value == value
    assert ("date-unreadable" in codes(content)) == (value is None)


@pytest.mark.parametrize(
    "end",
    [
        '<gml:endPosition indeterminatePosition="now"/>',
        '<gml:endPosition indeterminatePosition="unknown"/>',
        "<gml:endPosition/>",
        "",
    ],
)
def test_a_period_may_have_no_end(end: str):
    extent = (
        '<gmd:extent><gmd:EX_Extent><gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="t">'
        f"<gml:beginPosition>1950-07-31</gml:beginPosition>{end}</gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent>"
        "</gmd:temporalElement></gmd:EX_Extent></gmd:extent>"
    )
    (period,) = package(record(data=extent)).catalogue.temporal
    assert period.start is not None
    assert (period.start.value, period.end) == ("1950-07-31", None)


@pytest.mark.parametrize("reason", ["inapplicable", "unknown", "missing"])
def test_what_is_nil_is_not_said(reason: str):
    nil = f'gco:nilReason="{reason}"'
    content = record(
        citation=f"<gmd:date {nil}/>",
        data=f"<gmd:purpose {nil}>{text('')}</gmd:purpose><gmd:pointOfContact {nil}/>"
        f"<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword {nil}>{text('')}</gmd:keyword></gmd:MD_Keywords></gmd:descriptiveKeywords>",
    )
    said = package(content).catalogue
    assert (said.issued, said.publisher, said.keywords, "purpose" in said.more) == (None, None, {}, False)


def test_an_anchor_stands_for_a_text():
    anchor = '<gmx:Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</gmx:Anchor>'
    limits = (
        f"<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useConstraints>{code('MD_RestrictionCode', 'license')}"
        f"</gmd:useConstraints><gmd:otherConstraints>{anchor}</gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>"
    )
    title = '<gmx:Anchor xlink:href="https://data.xa.example/d1">Contracts</gmx:Anchor>'
    found = package(record(name='<gmx:Anchor xlink:href="x">d1</gmx:Anchor>', title=title, data=limits))
    assert (found.title, found.catalogue.native_id) == ("Contracts", "d1")
    assert [licence.name for licence in found.licenses] == ["CC-BY-4.0"]


def test_texts_in_several_languages_by_the_ids_of_locales():
    locale = '<gmd:locale><gmd:PT_Locale id="{}"><gmd:languageCode>{}</gmd:languageCode></gmd:PT_Locale></gmd:locale>'
    free = '<gmd:textGroup><gmd:LocalisedCharacterString locale="#{}">{}</gmd:LocalisedCharacterString></gmd:textGroup>'
    head = (
        f"<gmd:language>{code('LanguageCode', 'ger')}</gmd:language>"
        f"{locale.format('FR', code('LanguageCode', 'fre'))}{locale.format('L2', code('LanguageCode', 'eng'))}"
    )
    title = f"{text('Verträge')}<gmd:PT_FreeText>{free.format('FR', 'Marchés')}{free.format('L2', 'Contracts')}</gmd:PT_FreeText>"
    assert package(record(head=head, title=title)).catalogue.titles == {
        "de": "Verträge",
        "fr": "Marchés",
        "en": "Contracts",
    }


def test_an_address_for_each_language_is_one_address():
    free = "<che:URLGroup><che:LocalisedURL locale='#{}'>{}</che:LocalisedURL></che:URLGroup>"
    urls = free.format("DE", "https://data.xa.example/de") + free.format("FR", "https://data.xa.example/fr")
    link = (
        f"<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><che:PT_FreeURL>{urls}</che:PT_FreeURL></gmd:linkage>"
        "</gmd:CI_OnlineResource></gmd:onLine>"
    )
    assert [resource.path for resource in package(record(online=link)).resources] == ["https://data.xa.example/de"]


@pytest.mark.parametrize(
    ("protocol", "function", "shown"),
    [
        ("http", "", None),
        ("text/html", "", "text/html"),
        ("wmts", "", "WMTS"),
        ("OGC:WFS-1.1.0-http-get-feature", "", "WFS"),
        ("WWW:DOWNLOAD-1.0-http--download", "", None),
        ("", "download", None),
    ],
)
def test_protocols_are_free_words(protocol: str, function: str, shown: str | None):
    found = package(record(online=online("https://data.xa.example/x", protocol, function)))
    (resource,) = found.resources
    assert shown in (resource.format, resource.mediatype)


@pytest.mark.parametrize(
    ("url", "path", "said"),
    [
        (" \n https://data.xa.example/a.csv \n", "https://data.xa.example/a.csv", None),
        ("https://data.xa.example/{z}/{x}/{y}.png", None, "resource-url-invalid"),
        ("www.data.xa.example/a.csv", None, "resource-url-invalid"),
        ("", None, "resource-url-empty"),
    ],
)
def test_addresses_of_every_shape_do_not_stop_the_dataset(url: str, path: str | None, said: str | None):
    content = record(online=online(url) + online("https://data.xa.example/b.csv"))
    paths = [resource.path for resource in package(content).resources]
    assert paths == [*([path] if path else []), "https://data.xa.example/b.csv"]
    assert said is None or said in codes(content)


def test_a_file_in_latin_1_is_read():
    content = f"<?xml version='1.0' encoding='ISO-8859-1'?>{record(title=text('Marchés'))}".encode("latin-1")
    root = markup.parse(content, "x")
    held = Record(id="d1", url="x", at="", status=200, text=markup.serialised(root))
    found = map_iso(held, SOURCE, "waf").package
    assert found is not None
    assert found.title == "Marchés"


def test_one_record_may_be_very_large():
    words = "".join(f"<gmd:keyword>{text(f'keyword {number} ' + 'x' * 300)}</gmd:keyword>" for number in range(2_000))
    content = record(
        data=f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{words}</gmd:MD_Keywords></gmd:descriptiveKeywords>"
    )
    assert len(content) > 613_000
    assert len(package(content).keywords) == 1_000
    assert "too-many-keywords" in codes(content)


def test_a_series_is_a_dataset_and_names_no_parent_of_its_own():
    series = record(head=f"<gmd:hierarchyLevel>{code('MD_ScopeCode', 'series')}</gmd:hierarchyLevel>")
    member = record(head=f"<gmd:parentIdentifier>{text('s1')}</gmd:parentIdentifier>")
    assert package(series).catalogue.more["scope"] == "series"
    assert package(member).catalogue.more["parent"] == "s1"
    assert iso.other_kind(markup.parse(series.encode(), "x")) is None


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("service", "service"), ("application", "application"), ("software", "software"), ("dataset", None),
        ("nonGeographicDataset", None), ("tile", None), ("collection", None), ("", None), ("Datenbestand", None),
        ("http://purl.org/dc/dcmitype/Service", "http://purl.org/dc/dcmitype/Service"),
    ],
)  # fmt: skip
def test_services_and_applications_are_no_datasets(scope: str, kind: str | None):
    head = f"<gmd:hierarchyLevel>{code('MD_ScopeCode', scope)}</gmd:hierarchyLevel>"
    assert iso.other_kind(markup.parse(record(head=head).encode(), "x")) == kind


def test_a_service_that_does_not_say_so_is_one():
    content = record(identification="srv:SV_ServiceIdentification")
    assert iso.other_kind(markup.parse(content.encode(), "x")) == "service"


def test_of_who_is_responsible_only_organisations_are_taken():
    party = (
        "<gmd:pointOfContact><gmd:CI_ResponsibleParty><gmd:individualName>{}</gmd:individualName><gmd:organisationName>{}"
        "</gmd:organisationName><gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address><gmd:electronicMailAddress>{}"
        "</gmd:electronicMailAddress></gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo><gmd:role>{}</gmd:role>"
        "</gmd:CI_ResponsibleParty></gmd:pointOfContact>"
    )
    data = party.format(
        text("First Last"), text("Archive"), text("first.last@data.example"), code("CI_RoleCode", "author")
    ) + party.format(
        text("First Last"), text("Ministry"), text("opendata@data.example"), code("CI_RoleCode", "publisher")
    )
    found = package(record(data=data))
    assert found.catalogue.publisher is not None
    assert found.catalogue.publisher.name == "Ministry"
    assert found.catalogue.contact is not None
    assert found.catalogue.contact.url == "mailto:opendata@data.example"
    assert "First Last" not in repr(found)
    assert "first.last" not in repr(found)


@pytest.mark.parametrize(
    "box", [("200", "0", "10", "1"), ("1", "x", "2", "3"), ("1", "50", "2", "40"), ("", "", "", "")]
)
def test_a_box_outside_the_world_is_no_place(box: tuple[str, str, str, str]):
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    sides = "".join(
        f"<gmd:{name}><gco:Decimal>{side}</gco:Decimal></gmd:{name}>" for name, side in zip(names, box, strict=True)
    )
    extent = (
        "<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>"
        f"{sides}</gmd:EX_GeographicBoundingBox></gmd:geographicElement></gmd:EX_Extent></gmd:extent>"
    )
    assert package(record(data=extent)).catalogue.spatial == []


FGDC = (
    "<metadata><idinfo><citation><citeinfo><origin>Office</origin><pubdate>{pubdate}</pubdate><title>Contracts</title>"
    "<onlink>https://data.xa.example/a.zip</onlink></citeinfo></citation><descript><abstract>All</abstract></descript>"
    "<timeperd><timeinfo><rngdates><begdate>2016</begdate><enddate>{end}</enddate></rngdates></timeinfo></timeperd>"
    "<accconst>None</accconst><useconst>{use}</useconst><ptcontac><cntinfo><cntperp><cntper>First Last</cntper></cntperp>"
    "<cntemail>first.last@data.example</cntemail></cntinfo></ptcontac></idinfo><metainfo><metd>20180906</metd></metainfo></metadata>"
)


@pytest.mark.parametrize(("pubdate", "issued"), [("20170401", "2017-04-01"), ("2017", "2017"), ("Unknown", None)])
def test_an_fgdc_record_is_mapped_by_the_address_of_its_file(pubdate: str, issued: str | None):
    url = "https://data.xa.example/waf/a.xml"
    content = FGDC.format(pubdate=pubdate, end="Present", use="None")
    found = map_fgdc(Record(id=url, url=url, at="", status=200, text=content), SOURCE, "waf").package
    assert found is not None
    said = found.catalogue
    assert (said.native_id, found.title, said.licences) == (url, "Contracts", [])
    assert (said.issued.value if said.issued else None) == issued
    assert said.modified is not None
    assert said.modified.value == "2018-09-06"
    assert [(p.start.value if p.start else None, p.end) for p in said.temporal] == [("2016", None)]
    assert "First Last" not in repr(found)
    assert "first.last" not in repr(found)


@pytest.mark.parametrize("content", ["<gmd:MD_Metadata", "<a/>", ""])
def test_what_is_no_record_is_said(content: str):
    found = map_iso(Record(id="x", url="x", at="", status=200, text=content), SOURCE, "csw")
    assert found.package is None
    assert [finding.code for finding in found.findings] == ["record-malformed"]
