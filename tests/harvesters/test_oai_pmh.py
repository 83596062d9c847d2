"""OAI-PMH against a real pycsw, and against answers that real repositories give."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.base import Source
from harvesters.datacite import map_datacite
from harvesters.detect import Detection
from harvesters.evidence import Seen
from harvesters.oai_pmh import OaiPmh
from harvesters.phrases import in_words
from harvesters.spool_lines import Record
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_csw import CATALOGUE, DATASET, in_rdf, records
from tests.sandbox.portals import ask
from tests.servers.pycsw import Pycsw, serving

REAL_SERVER = "pycsw 2.6.2"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    with serving(tmp_path_factory.mktemp("pycsw"), records()) as server:
        yield server


@pytest.mark.parametrize("prefix", ["iso19139", "oai_dc"])
def test_all_of_a_pycsw_is_read(real: Pycsw, prefix: str, tmp_path: Path):
    url = f"{real.url}?mode=oaipmh"
    found = OaiPmh.recognise(_seen(f"{url}&verb=Identify"))
    assert found is not None
    assert found.url == url
    done = harvest(tmp_path, url, "oai-pmh", options={"metadata_prefix": prefix})
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert len(valid) == 27
    assert {package.title for package in valid.values()} == {dataset.titles["en"] for dataset in CATALOGUE.datasets}


def test_a_pycsw_is_asked_for_what_changed(real: Pycsw, tmp_path: Path):
    done = harvest(
        tmp_path,
        f"{real.url}?mode=oaipmh",
        "oai-pmh",
        options={"metadata_prefix": "oai_dc"},
        since="2030-01-01T00:00:00Z",
    )
    assert (done.state, done.records) == ("complete", []), done.verdict


def _seen(url: str) -> Seen:
    answer = ask(url)
    return Seen(url, url, answer.status, answer.headers, answer.body)


DC = (
    '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{title}</dc:title><dc:type>{kind}</dc:type><dc:identifier>https://data.example.org/{title}</dc:identifier></oai_dc:dc></metadata>"
)


def listing(inner: str) -> Reply:
    return Reply(f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>'.encode())


def record(name: str, kind: str = "Dataset", status: str = "") -> str:
    header = f"<header{status}><identifier>oai:{name}</identifier><datestamp>2026-01-01</datestamp></header>"
    return f"<record>{header}{'' if status else DC.format(title=name, kind=kind)}</record>"


def formats(query: dict[str, str]) -> Reply:
    return listing(
        "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix></metadataFormat></ListMetadataFormats>"
    )


def serve(site: Site, answer) -> str:
    site.routes["/oai"] = lambda query: formats(query) if query["verb"] == "ListMetadataFormats" else answer(query)
    return f"{site.url}/oai"


def test_tokens_are_followed_deletions_told_and_articles_left_out(site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if query.get("resumptionToken") == "////2":
            return listing(f"<ListRecords>{record('c')}{record('e', 'Article')}<resumptionToken/></ListRecords>")
        token = '<resumptionToken completeListSize="5">////2</resumptionToken>'
        deleted = ' status="deleted"'
        return listing(f"<ListRecords>{record('a')}{record('b')}{record('d', status=deleted)}{token}</ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert done.state == "complete", done.verdict
    assert done.ids == ["oai:a", "oai:b", "oai:c"]
    assert done.gone == ["oai:d"]
    assert done.codes()["not-a-dataset"] == 1
    assert done.valid()["oai:a"].resources[0].path == "https://data.example.org/a"


def test_nothing_that_matches_is_a_whole_answer(site: Site, tmp_path: Path):
    url = serve(site, lambda query: listing('<error code="noRecordsMatch">none</error>'))
    done = harvest(tmp_path, url, "oai-pmh", since="2026-01-01T00:00:00Z")
    assert (done.state, done.verdict.records) == ("complete", 0)


def test_tokens_that_go_in_a_circle_end(site: Site, tmp_path: Path):
    url = serve(
        site, lambda query: listing(f"<ListRecords>{record('a')}<resumptionToken>x</resumptionToken></ListRecords>")
    )
    done = harvest(tmp_path, url, "oai-pmh")
    assert done.state == "partial"
    assert "page-loop" in done.codes()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>Maintenance</html>"),
        Reply(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRec'),
        Reply(
            b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken">expired</error></OAI-PMH>'
        ),
        Reply(b""),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(reply: Reply, site: Site, tmp_path: Path):
    done = harvest(tmp_path, serve(site, lambda query: reply), "oai-pmh")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


def test_datacite_is_preferred_and_mapped(site: Site, tmp_path: Path):
    resource = (
        '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5072/1</identifier><titles>'
        '<title xml:lang="fr">Marchés</title><title xml:lang="en">Contracts</title></titles><publisher>Ministry</publisher>'
        '<publicationYear>2024</publicationYear><dates><date dateType="Updated">2026-02-03</date></dates>'
        '<resourceType resourceTypeGeneral="Dataset">data</resourceType><rightsList><rights rightsIdentifier="CC-BY-4.0"/></rightsList>'
        "</resource>"
    )
    body = f"<ListRecords><record><header><identifier>oai:1</identifier></header><metadata>{resource}</metadata></record></ListRecords>"
    offered = "".join(
        f"<metadataFormat><metadataPrefix>{p}</metadataPrefix></metadataFormat>" for p in ("oai_dc", "datacite")
    )

    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return listing(f"<ListMetadataFormats>{offered}</ListMetadataFormats>")
        assert query["metadataPrefix"] == "datacite"
        return listing(body)

    site.routes["/oai"] = answer
    (package,) = harvest(tmp_path, f"{site.url}/oai", "oai-pmh").valid().values()
    assert package.catalogue.titles == {"fr": "Marchés", "en": "Contracts"}
    assert package.catalogue.issued is not None
    assert (package.catalogue.issued.value, package.homepage) == ("2024", "https://doi.org/10.5072/1")
    assert package.licenses[0].name == "CC-BY-4.0"


# -- peculiarities of real repositories


def test_a_token_of_slashes_is_sent_as_it_came(site: Site, tmp_path: Path):
    tokens = []

    def answer(query: dict[str, str]) -> Reply:
        tokens.append(query.get("resumptionToken"))
        if tokens[-1] is not None:
            return listing(f"<ListRecords>{record('b')}<resumptionToken/></ListRecords>")
        return listing(f"<ListRecords>{record('a')}<resumptionToken>////100</resumptionToken></ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert (done.state, tokens) == ("complete", [None, "////100"])


def test_an_empty_500_in_the_middle_leaves_what_was_read(site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if "resumptionToken" in query:
            return Reply(b"", 500)
        return listing(f"<ListRecords>{record('a')}<resumptionToken>2</resumptionToken></ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert (done.state, done.ids) == ("partial", ["oai:a"])
    assert done.verdict.failure == "down"
    assert done.verdict.sentence.endswith(".")


def test_a_token_that_expired_leaves_what_was_read(site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if "resumptionToken" in query:
            return listing('<error code="badResumptionToken">The\n token expired.</error>')
        return listing(f"<ListRecords>{record('a')}<resumptionToken>2</resumptionToken></ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert (done.state, done.ids) == ("partial", ["oai:a"])
    assert "It says: badResumptionToken The token expired. What was whole is kept" in done.verdict.sentence


def test_a_stylesheet_does_no_harm(site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        body = listing(f"<ListRecords>{record('a')}</ListRecords>").body
        return Reply(b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="static/style.xsl"?>' + body)

    assert harvest(tmp_path, serve(site, answer), "oai-pmh").ids == ["oai:a"]


@pytest.mark.parametrize("name", ["10.5072/abc", "urn:nbn:de:101-1", "461204", "https://data.example.org/record/1/"])
def test_identifiers_of_every_kind_are_kept(name: str, site: Site, tmp_path: Path):
    body = record("x").replace("<identifier>oai:x", f"<identifier>{name}")
    done = harvest(tmp_path, serve(site, lambda query: listing(f"<ListRecords>{body}</ListRecords>")), "oai-pmh")
    assert list(done.valid()) == [name]


def test_dublin_core_without_an_element_around_it_is_read(site: Site, tmp_path: Path):
    body = (
        '<record><header><identifier>1</identifier></header><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:identifier>https://data.example.org/1</dc:identifier><dc:title xml:lang="da">Kontrakter</dc:title>'
        "<dc:type>Dataset</dc:type><dc:creator>First Last</dc:creator><dc:rights>info:eu-repo/semantics/openAccess</dc:rights>"
        "</metadata></record>"
    )
    done = harvest(tmp_path, serve(site, lambda query: listing(f"<ListRecords>{body}</ListRecords>")), "oai-pmh")
    (package,) = done.valid().values()
    assert package.catalogue.titles == {"da": "Kontrakter"}
    assert (package.catalogue.licences, package.catalogue.access_rights) == ([], "info:eu-repo/semantics/openAccess")
    assert "First Last" not in repr(package)


def test_a_record_without_metadata_is_told(site: Site, tmp_path: Path):
    bare = "<record><header><identifier>oai:b</identifier></header></record>"
    url = serve(site, lambda query: listing(f"<ListRecords>{record('a')}{bare}</ListRecords>"))
    done = harvest(tmp_path, url, "oai-pmh")
    assert (done.state, done.ids) == ("complete", ["oai:a"])
    assert done.codes()["record-malformed"] == 1


@pytest.mark.parametrize("inner", ["<ListIdentifiers/>", "<ListSets/>", "<Identify/>", ""])
def test_another_answer_in_the_place_of_a_list_is_said(inner: str, site: Site, tmp_path: Path):
    done = harvest(tmp_path, serve(site, lambda query: listing(inner)), "oai-pmh")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")


# -- formats


def offering(*prefixes: str) -> Reply:
    return listing(
        "<ListMetadataFormats>"
        + "".join(f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix></metadataFormat>" for prefix in prefixes)
        + "</ListMetadataFormats>"
    )


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        (("oai_dc", "oai_datacite", "iso19139", "dcat"), "dcat"),
        (("oai_dc", "oai_datacite", "iso19139"), "iso19139"),
        (("oai_dc", "marc21", "oai_datacite"), "oai_datacite"),
        (("marc21",), "oai_dc"),
    ],
)
def test_the_format_that_says_most_is_asked_for(offered: tuple[str, ...], asked: str, site: Site, tmp_path: Path):
    prefixes = []

    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return offering(*offered)
        prefixes.append(query["metadataPrefix"])
        return listing(f"<ListRecords>{record('a')}</ListRecords>")

    site.routes["/oai"] = answer
    assert harvest(tmp_path, f"{site.url}/oai", "oai-pmh").state == "complete"
    assert prefixes == [asked]


@pytest.mark.parametrize("code", ["noRecordsMatch", "cannotDisseminateFormat"])
def test_where_the_best_format_has_nothing_dublin_core_is_read(code: str, site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return offering("iso19139", "oai_dc")
        if query["metadataPrefix"] == "iso19139":
            return listing(f'<error code="{code}"/>')
        return listing(f"<ListRecords>{record('a')}</ListRecords>")

    site.routes["/oai"] = answer
    done = harvest(tmp_path, f"{site.url}/oai", "oai-pmh")
    assert (done.state, done.ids) == ("complete", ["oai:a"])


def test_dcat_has_the_identifier_by_which_it_may_be_deleted(site: Site, tmp_path: Path):
    dataset = DATASET.format(n=1)

    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return offering("dcat", "oai_dc")
        header = "<header><identifier>oai:1</identifier></header>"
        return listing(f"<ListRecords><record>{header}<metadata>{in_rdf(dataset)}</metadata></record></ListRecords>")

    site.routes["/oai"] = answer
    done = harvest(tmp_path, f"{site.url}/oai", "oai-pmh")
    assert {key: package.title for key, package in done.valid().items()} == {"oai:1": "Marchés 1"}


def test_iso_records_of_services_are_left_out(site: Site, tmp_path: Path):
    member = records()[0].replace('codeListValue="dataset">dataset', 'codeListValue="service">service')
    body = f"<record><header><identifier>1</identifier></header><metadata>{member}</metadata></record>"

    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return offering("iso19139")
        return listing(f"<ListRecords>{body}</ListRecords>")

    site.routes["/oai"] = answer
    done = harvest(tmp_path, f"{site.url}/oai", "oai-pmh")
    assert (done.state, done.records) == ("complete", [])
    assert done.codes()["not-a-dataset"] == 1


@pytest.mark.parametrize(
    ("place", "box"),
    [
        ("<geoLocationBox>45.8 5.9 47.8 10.4</geoLocationBox>", (5.9, 45.8, 10.4, 47.8)),
        (
            "<geoLocationPoint><pointLongitude>8.5</pointLongitude><pointLatitude>47</pointLatitude></geoLocationPoint>",
            (8.5, 47.0, 8.5, 47.0),
        ),
        ("<geoLocationPoint>47 8.5</geoLocationPoint>", (8.5, 47.0, 8.5, 47.0)),
        ("<geoLocationBox>north</geoLocationBox>", None),
    ],
)
def test_places_of_datacite(place: str, box: tuple[float, ...] | None):
    content = (
        '<resource xmlns="http://datacite.org/schema/kernel-4"><titles><title xml:lang="en-us">T</title></titles>'
        f"<geoLocations><geoLocation>{place}</geoLocation></geoLocations></resource>"
    )
    held = Record(id="1", url="https://data.example.org/oai", at="", status=200, text=content)
    package = map_datacite(held, Source("xa-source", held.url, "oai-pmh"), "oai-pmh").package
    assert package is not None
    assert package.catalogue.titles == {"en-US": "T"}
    assert [place.bbox for place in package.catalogue.spatial] == ([box] if box else [])


# -- changes


class RepositoryDouble:
    """Records by name with the day of their last change; a name that was deleted stays as such."""

    def __init__(self, site: Site) -> None:
        self.days = {"a": "2026-01-01", "b": "2026-01-01", "c": "2026-01-01"}
        self.deleted: set[str] = set()
        self.url = serve(site, self.answer)

    def answer(self, query: dict[str, str]) -> Reply:
        assert "T" not in query.get("from", ""), "days are what every repository knows"
        chosen = [name for name, day in self.days.items() if day >= query.get("from", "")]
        if not chosen:
            return listing('<error code="noRecordsMatch"/>')
        deleted = ' status="deleted"'
        return listing(
            "<ListRecords>"
            + "".join(record(name, status=deleted if name in self.deleted else "") for name in chosen)
            + "</ListRecords>"
        )


def test_a_second_harvest_tells_what_changed_and_what_was_deleted(site: Site, tmp_path: Path):
    repository = RepositoryDouble(site)
    assert harvest(tmp_path, repository.url, "oai-pmh").ids == ["oai:a", "oai:b", "oai:c"]
    repository.days |= {"b": "2026-05-02", "c": "2026-05-03"}
    repository.deleted.add("c")
    done = harvest(tmp_path, repository.url, "oai-pmh", since="2026-05-01T12:00:00Z")
    assert (done.state, done.ids, done.gone) == ("complete", ["oai:b"], ["oai:c"])
    later = harvest(tmp_path, repository.url, "oai-pmh", since="2026-06-01T00:00:00Z")
    assert (later.state, later.ids, later.gone) == ("complete", [], [])


@pytest.mark.parametrize("front", ["DSpace", '<a href="/oai/request">OAI-PMH</a>'])
def test_it_is_detected_from_a_front_page(front: str, site: Site):
    site.routes["/"] = lambda query: Reply(
        f"<!doctype html><html><body>{front}</body></html>".encode(), headers={"Content-Type": "text/html"}
    )
    site.routes["/oai/request"] = lambda query: listing("<Identify><repositoryName>Archive</repositoryName></Identify>")
    detection = Detection(f"{site.url}/")
    while (lead := detection.next()) is not None and len(detection.steps) < 25:
        answer = ask(lead.url)
        detection.take(
            lead, Seen(lead.url, lead.url, answer.status, answer.headers, answer.body, reported=not detection.steps)
        )
    best = detection.candidates[0]
    assert (best.protocol, best.url) == ("oai-pmh", f"{site.url}/oai/request")
    assert "Archive" in in_words(best.evidence)
