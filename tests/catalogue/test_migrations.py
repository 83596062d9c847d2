"""From the tables of the first release to today's, on whichever database is set: every row stays, and says the same."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = [(app, "0001_initial") for app in ("states", "register", "datasets", "harvests", "publish")]
DAY = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
TITLE = "ПОРТАЛ закупок \N{GRINNING FACE} ١٢٣"


@pytest.fixture(autouse=True)
def _todays_tables_afterwards():
    yield
    call_command("migrate", verbosity=0)


def migrate(*targets: tuple[str, str | None]):
    """Bring these apps to these migrations; gives the models as they were then."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    there = [(app, name) for app, name in targets if name is not None]
    return MigrationExecutor(connection).loader.project_state(there).apps


def emptied() -> None:
    """A database without tables of the catalogue, and of what builds on them."""
    labels = [config.label for config in apps.get_app_configs() if config.name.startswith("catalogue.")]
    migrated = MigrationExecutor(connection).loader.migrated_apps
    migrate(*((label, None) for label in labels if label in migrated))
    assert "register_source" not in connection.introspection.table_names()


def test_what_the_first_release_kept_is_there_in_todays_tables():
    emptied()
    old = migrate(*FIRST)
    state = old.get_model("states", "State").objects.create(
        code="XA", kind="fictional", names={"en": "Xanadu", "ru": TITLE}
    )
    source = old.get_model("register", "Source").objects.create(
        id="xa-portal", state=state, title={"ru": TITLE}, url="https://x.example", protocol="ckan", schedule="weekly",
        basis_kind="submission", entry={"id": "xa-portal"}, permission=None, options={"deep": [{"a": None}]},
    )  # fmt: skip
    run = old.get_model("harvests", "Run").objects.create(
        source=source, state="complete", started=DAY, findings_by_code={"x": 1}, missing_parts=[["a", "b"]]
    )
    old.get_model("harvests", "RunFinding").objects.create(run=run, finding={"code": "no-distribution"})
    dataset = old.get_model("datasets", "Dataset")
    said = {
        field.name: {"BinaryField": b"\x00\xff", "DateTimeField": DAY, "CharField": "x" * 3, "TextField": TITLE,
                     "BigIntegerField": 1, "BooleanField": True, "JSONField": {"ru": TITLE}}[field.get_internal_type()]
        for field in dataset._meta.concrete_fields
        if not field.primary_key and not field.is_relation and not field.null
    }  # fmt: skip
    kept = dataset.objects.create(pk=uuid4(), **said, source=source)
    before = {name: old.get_model(*name.split(".")).objects.count() for name in
              ("states.State", "register.Source", "harvests.Run", "harvests.RunFinding", "datasets.Dataset")}  # fmt: skip
    call_command("migrate", verbosity=0)
    assert {name: apps.get_model(name).objects.count() for name in before} == before
    assert apps.get_model("states.State").objects.get().names["ru"] == TITLE
    now = apps.get_model("register.Source").objects.get()
    assert (now.title, now.options, now.permission) == ({"ru": TITLE}, {"deep": [{"a": None}]}, None)
    assert apps.get_model("harvests.Run").objects.get(pk=run.pk).started == DAY
    held = apps.get_model("datasets.Dataset").objects.get(pk=kept.pk)
    plain = {name: bytes(value) if isinstance(value := getattr(held, name), memoryview) else value for name in said}
    assert plain == said
    # Ids go on after those that were there.
    assert apps.get_model("harvests.Run").objects.create(source=now, state="running", started=DAY).pk > run.pk


def test_what_the_desk_kept_before_it_could_be_searched_is_found():
    emptied()
    old = migrate(("register", "0002_entry_submission_attachment_version_event_and_more"), ("desk", "0001_initial"))
    state = old.get_model("states", "State").objects.create(code="XA", kind="fictional", names={"en": "Xanadu"})
    entry = old.get_model("register", "Entry").objects.create(state=state)
    version = old.get_model("register", "Version")
    version.objects.bulk_create(
        version(entry=entry, number=n, state=state, fields={"title": f"{TITLE} {n}"}, status="draft") for n in range(1_201)
    )  # fmt: skip
    whole = {"kind": "source", "title": TITLE, "authority": "M", "url": "https://x.example", "language": "ru"}
    version.objects.create(entry=entry, number=2_000, state=state, fields=whole, status="draft")
    submission = old.get_model("register", "Submission").objects.create(
        state=state, document="Note 1", received=date(2026, 2, 3), language="ru", transmitted_by="Mission"
    )
    old.get_model("register", "Event").objects.create(
        state=state, submission=submission, action="invite", role="officer"
    )
    call_command("migrate", verbosity=0)
    now = apps.get_model("register.Version")
    assert now.objects.count() == 1_202
    assert now.objects.filter(searched__contains="портал закупок").count() == 1_202
    assert now.objects.get(rank=2).number == 2_000, "they are judged; a title alone is a mistake"
    assert now.objects.filter(rank=0).count() == 1_201
    assert now.objects.get(number=1_200).fields == {"title": f"{TITLE} 1200"}
    assert apps.get_model("register.Submission").objects.get().received == date(2026, 2, 3)
    assert apps.get_model("register.Event").objects.get().action == "invite"


def test_the_tables_are_as_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
