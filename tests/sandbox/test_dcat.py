"""The DCAT feed of the sandbox, read with a bare RDF parser."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from sandbox.dcat import DcatFeed, former_terms, present_terms
from sandbox.flaws import empty_url, flawed, no_identifier, script_url
from tests.sandbox.portals import ask, portal

RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DCAT = "http://www.w3.org/ns/dcat#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "xml": RdfFormat.RDF_XML,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "trig": RdfFormat.TRIG,
}


def parsed(answer, form):
    store = Store()
    store.load(answer.body, format=form, base_iri="http://base.example/")
    return store


def subjects(store, kind):
    return {quad.subject for quad in store.quads_for_pattern(None, RDF_TYPE, NamedNode(DCAT + kind), None)}


def objects(store, predicate):
    return [quad.object for quad in store.quads_for_pattern(None, NamedNode(predicate), None, None)]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(("paging", "following"), [(present_terms, "next"), (former_terms, "nextPage")])
def test_the_pages_hold_every_dataset_in_every_serialization(extension, paging, following):
    with portal(DcatFeed(page_size=7, paging=paging)) as running:
        url, pages, found, resources = f"{running.url}/catalog.{extension}", 0, set(), set()
        while url:
            answer = ask(url)
            store = parsed(answer, FORMATS[extension])
            assert objects(store, HYDRA + "totalItems")[0].value == "30"
            found |= subjects(store, "Dataset")
            resources |= subjects(store, "Distribution")
            pages += 1
            url = next((node.value for node in objects(store, HYDRA + following)), None)
        assert pages == 5
        assert {node.value for node in found} == {f"https://data.xa.example/dataset/{d.name}" for d in running.datasets}
        assert len(resources) == sum(len(dataset.distributions) for dataset in running.datasets)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml;q=0.5, application/ld+json", "application/ld+json"),
        ("text/html, application/n-triples;q=0.2", "application/n-triples"),
        ("*/*", "application/rdf+xml"),
    ],
)
def test_the_accept_header_decides_where_the_path_does_not(accept, expected):
    with portal(DcatFeed()) as running:
        assert ask(f"{running.url}/catalog", Accept=accept).headers["content-type"].startswith(expected)


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/catalog?page=none", "text/turtle", 409),
        ("/catalog.ttl?page=0", "*/*", 409),
        ("/catalog", "image/png", 406),
        ("/catalog", "text/turtle;q=0", 406),
        ("/catalog.csv", "*/*", 404),
    ],
)
def test_what_it_refuses(path, accept, status):
    with portal(DcatFeed()) as running:
        assert ask(running.url + path, Accept=accept).status == status


def test_a_page_after_the_last_is_empty():
    with portal(DcatFeed()) as running:
        assert subjects(parsed(ask(f"{running.url}/catalog.ttl?page=99"), RdfFormat.TURTLE), "Dataset") == set()


def test_who_has_the_page_is_told_that_it_did_not_change():
    with portal(DcatFeed()) as running:
        tag = ask(f"{running.url}/catalog.ttl").headers["etag"]
        assert ask(f"{running.url}/catalog.ttl", If_None_Match=tag).status == 304
        running.datasets.pop(0)
        assert ask(f"{running.url}/catalog.ttl", If_None_Match=tag).status == 200


def test_a_portal_behind_a_proxy_links_to_where_it_believes_to_be():
    with portal(DcatFeed(page_size=7, believed_address="http://internal.example:8080")) as running:
        store = parsed(ask(f"{running.url}/catalog.ttl"), RdfFormat.TURTLE)
    assert objects(store, HYDRA + "next") == [NamedNode("http://internal.example:8080/catalog.ttl?page=2")]


def test_flaws_are_written_as_portals_write_them():
    with portal(DcatFeed(page_size=100)) as running:
        running.datasets[:] = flawed(running.datasets, [empty_url, script_url, no_identifier])
        store = parsed(ask(f"{running.url}/catalog.ttl"), RdfFormat.TURTLE)
    addresses = objects(store, DCAT + "accessURL")
    assert Literal("") in addresses
    assert NamedNode("javascript:alert(1)") in addresses
    blank = [node for node in subjects(store, "Dataset") if not isinstance(node, NamedNode)]
    assert len(blank) == 1
