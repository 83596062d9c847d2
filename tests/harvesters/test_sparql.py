"""SPARQL endpoints: graphs and rows, answers cut short, lists page by page, hostile answers, and a real server."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from harvesters import sparql_queries
from sandbox.pages import Pages
from sandbox.portal import Portal, Robots
from sandbox.sparql import SparqlEndpoint
from tests.conftest import Reply, Site
from tests.harvesters.filereading import detected
from tests.harvesters.harvesting import Harvest, harvest
from tests.sandbox.portals import portal
from tests.servers import sparql_server

REAL_SERVER = "rdflib-endpoint 0.6"

ENDPOINTS = {
    "graphs": SparqlEndpoint(),
    "rows alone": SparqlEndpoint(graphs=False),
    "answers cut at 400 triples": SparqlEndpoint(most_rows=400),
}
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))
PAGES_OF_TEN = {"page_size": 10}


def served(endpoint: SparqlEndpoint, count: int = 27) -> Portal:
    return portal(Robots(), endpoint, Pages(), count=count)


def results(*rows: dict[str, str], variables: tuple[str, ...] = ("d",)) -> Reply:
    bindings = [{key: {"type": "uri", "value": value} for key, value in row.items()} for row in rows]
    body = {"head": {"vars": list(variables)}, "results": {"bindings": bindings}}
    return Reply(json.dumps(body).encode(), headers={"Content-Type": "application/sparql-results+json"})


@each_endpoint
def test_all_of_an_endpoint_becomes_packages_that_say_what_it_says(endpoint: SparqlEndpoint, tmp_path: Path):
    with served(endpoint) as office:
        done = harvest(tmp_path, f"{office.url}/sparql", "sparql", options=PAGES_OF_TEN)
        held = {f"{office.catalogue.home}/dataset/{dataset.name}": dataset for dataset in office.datasets}
    valid = done.valid()
    assert (done.state, done.verdict.advertised) == ("complete", (27, 27)), done.verdict
    assert valid.keys() == held.keys()
    for name, package in valid.items():
        dataset, said = held[name], package.catalogue
        assert said.titles == dataset.titles
        assert said.descriptions == dataset.descriptions
        assert said.publisher is not None
        assert said.publisher.names == dataset.publisher.names
        assert said.modified is not None
        assert (said.modified.value or "")[:10] == dataset.modified[:10]
        assert len(package.resources) == len(dataset.distributions)
        assert "somebody@" not in repr(package)


@each_endpoint
def test_a_second_harvest_finds_what_changed(endpoint: SparqlEndpoint, tmp_path: Path):
    with served(endpoint) as office:
        first = harvest(tmp_path, f"{office.url}/sparql", "sparql").valid()
        changed = office.datasets[3] = msgspec.structs.replace(office.datasets[3], titles={"en": "Another title"})
        second = harvest(tmp_path, f"{office.url}/sparql", "sparql").valid()
        name = f"{office.catalogue.home}/dataset/{changed.name}"
    assert [key for key in second if second[key] != first[key]] == [name]


def test_an_endpoint_gives_fewer_than_were_asked_for(tmp_path: Path):
    """As many do silently: only an empty page is the last one."""

    class Seven(SparqlEndpoint):
        def answer(self, request, catalogue):
            query = request.query.get("query", "").replace("LIMIT 1000", "LIMIT 7")
            return super().answer(msgspec.structs.replace(request, query={"query": query}), catalogue)

    with served(Seven()) as office:
        done = harvest(tmp_path, f"{office.url}/sparql", "sparql")
    assert (done.state, len(done.records)) == ("complete", 27)


def test_a_list_that_goes_in_a_circle_ends_and_is_told(tmp_path: Path):
    class Circle(SparqlEndpoint):
        """It does not understand FILTER, and begins anew with every page."""

        def answer(self, request, catalogue):
            query = request.query.get("query", "")
            if "LIMIT" in query:
                query = sparql_queries.listed(None, "", 10)
            return super().answer(msgspec.structs.replace(request, query={"query": query}), catalogue)

    with served(Circle()) as office:
        done = harvest(tmp_path, f"{office.url}/sparql", "sparql", options=PAGES_OF_TEN)
    assert done.state == "partial"
    assert len(set(done.ids)) == 10
    assert len(done.asked) < 12


def test_one_named_graph_alone(site: Site, tmp_path: Path):
    asked: list[str] = []

    def answer(query: dict[str, str]) -> Reply:
        asked.append(query["query"])
        return results(variables=("n",) if "COUNT" in query["query"] else ("d",))

    site.routes["/sparql"] = answer
    harvest(tmp_path, f"{site.url}/sparql", "sparql", options={"graph": "https://data.xa.example/g"})
    assert all("FROM <https://data.xa.example/g>" in query for query in asked)
    assert len(asked) == 2


def test_what_cannot_stand_in_a_question_is_not_asked(site: Site, tmp_path: Path):
    hostile = 'https://x.example/a> } ; DROP ALL ; { <"'
    asked: list[str] = []

    def answer(query: dict[str, str]) -> Reply:
        asked.append(query["query"])
        if "COUNT" in query["query"]:
            return results(variables=("n",))
        return results({"d": hostile}) if "STR(?d) >" not in query["query"] else results()

    site.routes["/sparql"] = answer
    done = harvest(tmp_path, f"{site.url}/sparql", "sparql")
    assert not any("DROP" in query for query in asked if "STR(?d) >" not in query)
    assert not any("CONSTRUCT" in query for query in asked)
    assert [finding.code for finding in done.noticed if finding.severity != "informs"]
    assert done.state != "complete"


def test_a_dataset_that_the_endpoint_does_not_describe_is_told(site: Site, tmp_path: Path):
    graph = b"<https://x.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> 'One' ."

    def answer(query: dict[str, str]) -> Reply:
        if "CONSTRUCT" in query["query"]:
            return Reply(graph, headers={"Content-Type": "text/turtle"})
        if "COUNT" in query["query"] or "STR(?d) >" in query["query"]:
            return results(variables=("n", "d"))
        return results({"d": "https://x.example/1"}, {"d": "https://x.example/2"})

    site.routes["/sparql"] = answer
    done = harvest(tmp_path, f"{site.url}/sparql", "sparql")
    assert list(done.valid()) == ["https://x.example/1"]
    assert "dataset-undescribed" in [finding.code for finding in done.noticed]


@pytest.mark.parametrize(
    "body",
    [b"<html><body>Welcome</body></html>", b"", b"{}", b"[]", b'{"head": {"vars": ["x"]}, "results": {"bindings": []}}',
     b'{"head": {}, "boolean": true}', b'{"head": {"vars": ["d"]}, "results": {"bindings": [{"d": {"type": "uri"'],
)  # fmt: skip
def test_what_is_no_answer_is_said_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    site.routes["/sparql"] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}/sparql", "sparql")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


@pytest.mark.parametrize("path", ["/sparql", "/"])
def test_it_is_detected_by_counting(path: str):
    with served(SparqlEndpoint()) as office:
        found = detected(f"{office.url}{path}").candidates[0]
        assert (found.protocol, found.advertised, found.url) == ("sparql", 27, f"{office.url}/sparql")


def test_questions_fit_into_an_address():
    datasets = [f"https://data.xa.example/dataset/{'x' * 40}-{number:04}" for number in range(20)]
    query = sparql_queries.described(None, datasets)
    assert sparql_queries.batch_of(query) == datasets
    assert parse_qs(urlsplit("http://x/?query=a").query) == {"query": ["a"]}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(SparqlEndpoint()) as office, sparql_server.serving(tmp_path_factory.mktemp("sparql"), office) as url:
        yield url


def test_all_of_a_real_server_is_read_page_by_page(real: str, tmp_path: Path):
    done: Harvest = harvest(tmp_path, real, "sparql", options=PAGES_OF_TEN)
    assert (done.state, done.verdict.advertised) == ("complete", (27, 27)), done.verdict
    assert len(done.valid()) == 27
    assert all(package.catalogue.publisher for package in done.valid().values())


def test_a_real_server_is_detected(real: str):
    found = detected(real).candidates[0]
    assert (found.protocol, found.advertised) == ("sparql", 27)
