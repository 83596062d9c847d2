"""Text that no database keeps, on whichever database is set: what becomes of it in tables, and of datasets known by it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from catalogue.assess.validation import check
from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.harvests.assemble import Assembled, Assembler
from catalogue.harvests.models import Run, RunFinding
from catalogue.register.models import Source
from catalogue.register.models import Version as RegisterVersion
from catalogue.states.models import State
from catalogue.text_fields import CharField, JSONField, TextField
from harvesters import base, identity
from harvesters.findings import find
from harvesters.phrases import phrase
from harvesters.spool import SpoolWriter
from harvesters.spool_lines import Checkpoint, Gone, Header, Line, Noticed, Record
from tests.catalogue.desk.api.calls import API, ENTRY, LIST, Register
from tests.conftest import dataset

LONG = "https://data.example.org/wfs?" + "&".join(f"filter{number}=value-{number * 7919}" for number in range(200))
"""A query of some 4,900 bytes: more than an index of PostgreSQL takes, and hardly to be compressed."""

NUL = "contracts\x00of 2026"
DAY = datetime(2026, 1, 2, tzinfo=UTC)
DJANGOS = ("password",)
"""Columns of a base class of Django's: what is in it is a digest."""


@pytest.fixture
def source() -> Source:
    state = State.objects.create(code="XA", kind="fictional", names={"en": "Xanadu"})
    return Source.objects.create(
        id="xa-portal", state=state, title={"en": "T"}, url="https://x.example", protocol="ckan", schedule="weekly", entry={}
    )  # fmt: skip


def assembled(source: Source, folder: Path, *lines: Line) -> tuple[Run, Assembled]:
    """A run whose spool has these lines, assembled."""
    run = Run.objects.create(source=source, state="running", started=DAY)
    spool = folder / f"{run.pk}.zst"
    writer = SpoolWriter.create(spool, Header("xa-portal", "1", "https://x.example", "ckan", "2026-01-02", "1"))
    writer.write(lines)
    writer.checkpoint(Checkpoint())
    writer.close()
    wanted = base.Source("xa-portal", "https://x.example", "ckan")
    with ThreadPoolExecutor(1) as workers:
        return run, Assembler(wanted, run.pk, DAY, workers, check).assemble(spool, lambda records: None)


def record(identifier: str, **more: object) -> Record:
    said = msgspec.json.encode(dataset(1, id=identifier, **more))
    return Record(id=identifier, url="https://x.example/1", at="2026-01-02T00:00:00Z", json=msgspec.Raw(said))


def test_every_column_for_text_replaces_what_no_database_keeps():
    kinds = {models.TextField: TextField, models.CharField: CharField, models.JSONField: JSONField}
    columns = [
        field
        for model in apps.get_models()
        if model.__module__.startswith("catalogue.")
        for field in model._meta.concrete_fields
        if type(field) not in {models.SlugField, models.EmailField}  # of which forms and the register's file check each
        and isinstance(field, tuple(kinds))
        and field.name not in DJANGOS
    ]
    assert len(columns) > 100
    assert [str(field) for field in columns if type(field) not in kinds.values()] == []


@pytest.mark.django_db
def test_text_is_replaced_wherever_it_comes_in_and_is_found_again(source):
    said = [msgspec.to_builtins(phrase("it-says", words="a\x00b"))]
    run = Run.objects.create(source=source, state="failed", started=DAY, sentence="a\x00b", said=said)
    Run.objects.filter(pk=run.pk).update(missing_parts=["https://x.example/\x00", "half \ud800"])
    RunFinding.objects.bulk_create(
        [RunFinding(run=run, url="u\x00", finding=msgspec.to_builtins(find("no-title", "p\x00", "v\x00", why="w\x00")))]
    )
    run = Run.objects.get(sentence="a\x00b")
    assert (run.sentence, run.said[0]["params"]) == ("a\ufffdb", {"words": "a\ufffdb"})
    assert run.missing_parts == ["https://x.example/\ufffd", "half \ufffd"]
    (kept,) = RunFinding.objects.filter(url="u\x00")
    assert kept.finding | {"code": ""} == {
        "code": "", "severity": "warns", "path": "p\ufffd", "value": "v\ufffd", "params": {"why": "w\ufffd"}
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "identifier", [LONG, NUL, "a\x00" * 2000, "…sha256:" + "0" * 64], ids=["long", "nul", "both", "alike"]
)
def test_a_dataset_with_an_odd_identifier_stays_the_same_one(source, tmp_path, identifier):
    _, first = assembled(source, tmp_path, record(identifier), record("plain"))
    assert first.outcome == store.Outcome(new=2)
    (codes,) = ([f["code"] for f in row.findings] for row in Dataset.objects.exclude(native_id="plain"))
    assert len(set(codes) & {"identifier-too-long", "identifier-unstorable"}) == len(codes) == 1
    odd = Dataset.objects.exclude(native_id="plain").get()
    assert str(odd.pk) == identity.package_id("xa-portal", identifier), (
        "what is outside follows from what the portal said"
    )
    run, again = assembled(source, tmp_path, record(identifier), record("plain"))
    assert again.outcome == store.Outcome(unchanged=2)
    run, changed = assembled(source, tmp_path, record(identifier, title="Other"), record(identifier, title="Last"))
    assert (changed.outcome, changed.repeated) == (store.Outcome(changed=1), 1)
    # Listed, though its record cannot be read; then deleted by the portal; then not listed.
    unread = Noticed(find("record-too-large", value="u", size=1, limit=1), received=True, id=identifier)
    run, _ = assembled(source, tmp_path, unread)
    store.mark_missing("xa-portal", run.pk, DAY)
    assert set(Dataset.objects.filter(missing_since=None)) == {odd}
    run, told = assembled(source, tmp_path, Gone(identifier))
    store.mark_gone("xa-portal", told.gone, run.pk, DAY)
    assert Dataset.objects.filter(missing_since=None).count() == 0
    assembled(source, tmp_path, record(identifier, title="Last"))
    odd.refresh_from_db()
    assert (odd.missing_since, odd.title, Dataset.objects.count()) == (None, "Last", 2)


@pytest.mark.django_db
def test_identifiers_that_are_alike_are_different_datasets(source, tmp_path):
    alike = [f"{LONG}&of=1", f"{LONG}&of=2", "a\x00b", "a\ufffdb", "ab", identity.store_key("a\x00b")]
    _, first = assembled(source, tmp_path, *map(record, alike))
    assert first.outcome == store.Outcome(new=len(alike))
    assert assembled(source, tmp_path, *map(record, alike))[1].outcome == store.Outcome(unchanged=len(alike))


@pytest.mark.django_db(transaction=True)
def test_datasets_that_were_known_by_an_odd_identifier_go_on(source, tmp_path):
    executor = MigrationExecutor(connection)
    executor.migrate([("datasets", "0002_withdrawn")])
    # What the database was able to keep before: PostgreSQL what could be compressed, SQLite anything.
    odd = "x" * 5000 if connection.vendor == "postgresql" else f"{LONG}\x00"
    old = executor.loader.project_state([("datasets", "0002_withdrawn")]).apps.get_model("datasets", "Dataset")
    for native_id in (odd, "plain"):
        old.objects.create(
            pk=identity.package_id("xa-portal", native_id), source_id="xa-portal", native_id=native_id, name=native_id[-9:],
            state="valid", record_hash="0", first_seen=DAY, last_seen=DAY, changed=DAY, last_run=1,
        )  # fmt: skip
    call_command("migrate", verbosity=0)
    _, done = assembled(source, tmp_path, record(odd), record("plain"))
    assert (done.outcome.new, Dataset.objects.count()) == (0, 2)
    assert Dataset.objects.get(native_id=identity.store_key(odd)).findings


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:No directory at:UserWarning")  # static files are collected when the desk starts
def test_a_list_with_nul_comes_through_the_api():
    register = Register()
    entry = {
        **ENTRY,
        "title": "Public\x00 contracts",
        "authority": "Ministry\x00",
        "description": "a\x00b",
        "articles": ["9(1)\x00"],
    }
    stated = {**LIST, "document": "Note\x00 verbale", "covers": "\x00", "entries": [entry]}
    key = register.key(register.focal, "submit")
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": '"once"'}
    answers = [
        Client().post(f"{API}/states/XA/submissions", stated, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].content
    assert answers[0].json() == answers[1].json()
    version = RegisterVersion.objects.get(pk=answers[0].json()["entries"][0]["version"])
    assert "\x00" not in "".join(map(str, [version.fields, version.submission.document, version.searched]))
    assert version.fields["title"] == "Public contracts"
    refused = Client().post(
        f"{API}/states/XA/submissions", {**stated, "covers": "half \ud800"}, content_type="application/json", headers=headers
    )  # fmt: skip
    assert (refused.status_code, refused.json()["error"]) == (400, "unreadable")


@pytest.mark.django_db
def test_half_characters_within_a_text_that_is_json_are_replaced(source, tmp_path):
    half = '{"en": "Half \\ud83d", "ru": "\\ud800"}'
    odd = record("odd", title=half, notes=half, title_translated=half, spatial='{"type": "\\ud83d"}', half=half, resources=[
        {"id": "\\ud800", "url": "https://data.example.org/1.csv", "format": half, "name": half},
    ])  # fmt: skip
    _, done = assembled(source, tmp_path, odd, record("plain"))
    assert (done.outcome, done.findings_by_code.get("mapping-failed")) == (store.Outcome(new=2), None)
    assert Dataset.objects.get(native_id="odd").title == "Half \ufffd"
