"""The API: what holds for every answer, also to calls that nobody thought of."""

import itertools
import json

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalogue.desk.api import rates
from catalogue.desk.api.urls import document
from catalogue.desk.models import Check
from tests.catalogue.desk.api.calls import API, ENTRY, LIST, get, make_run, make_source

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]


# -- what holds for all


def test_lists_are_paged(register):
    for number in range(4):
        register.published({**ENTRY, "title": str(number), "url": f"https://{number}.xa.example"})
    whole = get("/entries").json()["items"]
    parts = [get(f"/entries?limit=2&offset={offset}").json() for offset in (0, 2, 4)]
    assert [each["id"] for each in whole] == [each["id"] for part in parts for each in part["items"]]
    assert {(part["count"], part["limit"]) for part in parts} == {(5, 2)}
    assert get("/entries?offset=50").json()["items"] == []
    for wrong in ("limit=0", "limit=201", "limit=x", "offset=-1", f"offset={10**30}"):
        assert get(f"/entries?{wrong}").status_code == 422


def test_what_a_page_costs_does_not_grow(register):
    key = register.key(register.focal, "read")
    paths = ("/states", "/entries", "/changes", "/sources", "/states/XA/register")
    make_run(make_source("xa-known-0", "public-knowledge"))

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(path, key).status_code == 200
        return len(queries)

    get("/entries", key)  # the use of the key is noted
    few = [cost(path) for path in paths]
    for number in range(1, 8):
        register.published({**ENTRY, "title": str(number), "url": f"https://{number}.xa.example"})
        make_run(make_source(f"xa-known-{number}", "public-knowledge"))
    assert [cost(path) for path in paths] == few
    assert max(few) <= 7


@pytest.mark.parametrize("path", ["/states", "/entries", "/changes", "/sources", "/openapi.json"])
def test_what_is_known_already_is_not_sent_again(register, path):
    first = get(path)
    assert first.status_code == 200
    assert first["Cache-Control"] == "public, max-age=60"
    again = get(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert get(path, **{"If-None-Match": f"W/{first['ETag']}"}).status_code == 304
    assert get(path, **{"If-None-Match": '"another"'}).status_code == 200


def test_an_answer_says_when_it_changed_last_and_has_another_tag_then(register):
    first = get("/entries")
    assert first["Last-Modified"].endswith("GMT")
    register.published({**ENTRY, "url": "https://two.xa.example"})
    assert get("/entries", **{"If-None-Match": first["ETag"]}).status_code == 200
    assert get(f"/entries/{register.entry.pk}")["Last-Modified"]


def test_a_head_is_a_get_without_its_body(register):
    whole = get("/entries")
    head = Client().head(f"{API}/entries")
    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == whole["ETag"]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/nothing", "not-found"),
        ("/", "not-found"),
        ("/docs", "not-found"),
        ("/entries/", "not-found"),
        ("/entries?knd=source", "invalid"),
        ("/entries?q=%00", "unreadable"),
        (f"/entries?{'limit=1&' * 5001}", "unreadable"),
    ],
)
def test_mistakes_are_told_in_a_sentence(register, path, error):
    answer = get(path)
    assert answer.json()["error"] == error
    assert answer.json()["message"].endswith(".")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("application/json")


def test_other_methods_are_refused(register):
    answer = Client().delete(f"{API}/entries")
    assert (answer.status_code, answer.json()["error"], answer["Allow"]) == (405, "method", "GET")
    assert Client().delete(f"{API}/openapi.json").status_code == 405


# -- calls that nobody thought of

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.mark.parametrize(
    ("who", "mode", "operations"),
    [
        ("nobody", GenerationMode.POSITIVE, 8),
        ("focal", GenerationMode.POSITIVE, 12),
        ("officer", GenerationMode.POSITIVE, 12),
        ("focal", GenerationMode.NEGATIVE, 0),
    ],
)
def test_whatever_is_asked_the_answer_is_as_the_document_says(register, asked, monkeypatch, who, mode, operations):
    for rate in (rates.ANONYMOUS, rates.TOKENS, rates.CHECKS):
        monkeypatch.setattr(rate, "a_minute", 1_000_000)
    run = make_run(make_source("xa-known", "public-knowledge"))
    check = Check.objects.create(person=getattr(register, who, register.focal), url="https://x.example", language="en")
    known = {
        "code": "XA", "entry_id": str(register.entry.pk), "source_id": "xa-known", "run_id": run.pk, "check_id": str(check.pk),
    }  # fmt: skip
    turns = itertools.count()
    headers = {}
    if who != "nobody":
        headers["Authorization"] = f"Bearer {register.key(getattr(register, who), 'read', 'submit')}"
    described = json.loads(json.dumps(document()))
    schema = schemathesis.openapi.from_dict(described)
    schema.app = get_wsgi_application()
    answered: set[tuple[str, int]] = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=15, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            turn = next(turns) % 3
            if turn:  # mostly of what there is, so that more than 404 is answered
                case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
                if isinstance(case.body, dict) and "url" in case.body:
                    case.body["url"] = "https://x.example"
                if mode is GenerationMode.POSITIVE and turn == 2 and "/submissions" in case.path:
                    case.body = LIST | {"entries": [ENTRY]}
            answer = case.call_and_validate(headers=headers, checks=list(CHECKS))
            answered.add((case.operation.label, answer.status_code))

        ask()
    fine = {label for label, status in answered if status < 300}
    assert len(fine) >= operations, sorted(answered)
