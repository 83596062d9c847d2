"""Withdrawing a source and restoring it, in the store: which datasets go, which come back, and what does not bring them back."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from catalogue.datasets import store, withdrawing
from catalogue.datasets.kept import Kept
from catalogue.datasets.models import Dataset
from catalogue.datasets.withdrawing import RESTORE, WITHDRAW
from catalogue.errors import HoldError, RegisterError
from catalogue.harvests import appointments
from catalogue.harvests.models import Run
from catalogue.reconcile import decisions
from catalogue.reconcile.models import Hold, undecided
from catalogue.register import sources
from catalogue.register.life_cycle import Actor
from catalogue.register.models import Event, Source, Withdrawal
from catalogue.register.source_entry import Basis, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.register.sources_file import SourcesFileError
from catalogue.states.models import State
from tests.conftest import Catalogue, CkanDouble, Site, dataset

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
OFFICER = Actor("officer", "officer")


def kept(number: int, title: str = "Contracts") -> Kept:
    return Kept(
        id=f"00000000-0000-4000-8000-{number:012}", native_id=str(number), name=f"contracts-{number}", title=title,
        descriptor=title.encode(), content_hash=f"{title} {number}", record_hash="r", findings=[], blocked=False,
    )  # fmt: skip


def keep(numbers: range | list[int], title: str = "Contracts", run: int = 1) -> None:
    batch = [kept(number, title) for number in numbers]
    store.keep("xa-portal", batch, store.known("xa-portal", [item.native_id for item in batch]), run, NOW)


@pytest.fixture
def source(db: None) -> Source:
    """A source with four datasets: two that are listed, one that is missing, and one that was a tombstone before."""
    State.objects.create(code="XA", kind="fictional", names={"en": "Xanadu"})
    made = row_of(
        SourceEntry("xa-portal", "XA", {"en": "A"}, "https://data.xa.example", Basis("public-knowledge"), "ckan")
    )
    made.save()
    keep(range(4))
    Dataset.objects.filter(native_id="2").update(missing_since=EARLIER)
    Dataset.objects.filter(native_id="3").update(withdrawn=EARLIER)
    return made


def live() -> set[str]:
    return set(Dataset.objects.filter(withdrawn=None).values_list("native_id", flat=True))


def events() -> list[tuple[str, str, str, str]]:
    return list(Event.objects.filter(source="xa-portal").values_list("action", "actor", "role", "note"))


def test_all_datasets_go_and_the_same_ones_come_back(source: Source):
    before = list(Dataset.objects.values())
    effect = withdrawing.withdraw(source, OFFICER, "The State took it back.", NOW)
    assert (effect.changed, effect.datasets, live()) == (True, 3, set())
    assert withdrawing.live(["xa-portal"]) == 0
    assert list(store.descriptors()) == []
    effect = withdrawing.restore(source, OFFICER, "By mistake.")
    assert (effect.changed, effect.datasets) == (True, 3)
    assert list(Dataset.objects.values()) == before, "the tombstone of before is one still"
    assert events() == [
        (WITHDRAW, "officer", "officer", "The State took it back."),
        (RESTORE, "officer", "officer", "By mistake."),
    ]


def test_doing_it_again_changes_nothing(source: Source):
    assert not withdrawing.restore(source, OFFICER).changed
    withdrawing.withdraw(source, OFFICER, "first", NOW)
    before = list(Dataset.objects.values())
    assert not withdrawing.withdraw(source, OFFICER, "second", NOW + timedelta(days=1)).changed
    assert (list(Dataset.objects.values()), Withdrawal.objects.get().note) == (before, "first")
    withdrawing.restore(source, OFFICER)
    assert not withdrawing.restore(source, OFFICER).changed
    assert [action for action, *_ in events()] == [WITHDRAW, RESTORE]


def test_a_tombstone_of_the_very_moment_is_told_apart(source: Source):
    Dataset.objects.filter(native_id="3").update(withdrawn=NOW)
    withdrawing.withdraw(source, OFFICER, "", NOW)
    withdrawing.restore(source, OFFICER)
    assert live() == {"0", "1", "2"}


def test_what_breaks_off_leaves_nothing_half_done(source: Source, monkeypatch: pytest.MonkeyPatch):
    """As where the process is killed before the end of its transaction."""
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        withdrawing.withdraw(source, OFFICER, "", NOW)
        raise KeyboardInterrupt
    assert (live(), Withdrawal.objects.count(), events()) == ({"0", "1", "2"}, 0, [])


def test_a_run_that_was_under_way_brings_nothing_back(source: Source):
    seen = {seen.pk for seen in store.known("xa-portal", ["0", "3"]).values()}
    withdrawing.withdraw(source, OFFICER, "", NOW)
    store.saw("xa-portal", seen, 2, NOW)
    store.listed("xa-portal", ["1"], 2, NOW)
    keep([2, 7], "Changed", run=2)
    assert live() == set()
    withdrawing.restore(source, OFFICER)
    assert live() == {"0", "1", "2", "7"}, "what it read anew is of the source too"
    assert Dataset.objects.get(native_id="2").title == "Changed"
    store.saw("xa-portal", seen, 3, NOW)
    assert "3" in live(), "and a tombstone of before comes back when the portal lists it"


def test_changing_its_words_does_not_bring_it_back(source: Source):
    withdrawing.withdraw(source, OFFICER, "", NOW)
    row_of(SourceEntry("xa-portal", "XA", {"en": "B"}, "https://b.xa.example", Basis("public-knowledge"))).save()
    assert Source.objects.get(pk="xa-portal").withdrawn is not None
    assert live() == set()


def test_the_clock_leaves_it_alone_until_it_is_restored(source: Source):
    def due() -> list[str]:
        return [each.source_id for each in appointments.due(NOW)]

    appointments.ask_for([source])
    (appointment,) = appointments.due(NOW)
    withdrawing.withdraw(source, OFFICER, "Not ours.", NOW)
    assert due() == []
    assert not appointments.take(appointment, NOW), "another clock had seen it a moment before"
    with pytest.raises(
        RegisterError, match=r"withdrawn since 2026-11-28 12:00 UTC \(Not ours\); .*sources restore xa-portal"
    ):
        appointments.ask_for([source])
    withdrawing.restore(source, OFFICER)
    assert due() == ["xa-portal"]
    assert appointments.take(appointment, NOW)


def test_the_clock_sees_that_something_was_decided(source: Source):
    assert withdrawing.latest_decision() == 0
    withdrawing.withdraw(source, OFFICER, "", NOW)
    first = withdrawing.latest_decision()
    withdrawing.restore(source, OFFICER)
    assert 0 < first < withdrawing.latest_decision()


def test_a_hold_waits_while_its_source_is_withdrawn(source: Source):
    run = Run.objects.create(source=source, state="complete", started=NOW)
    hold = Hold.objects.create(source=source, run=run, kind="removal", opened=NOW, live=3, missing=3, new=0, pairs=0)
    hold.items.create(role="missing", native_id="2", dataset=Dataset.objects.get(native_id="2"))
    withdrawing.withdraw(source, OFFICER, "", NOW)
    assert list(undecided()) == []
    for decide in (
        lambda: decisions.release(hold.pk, by="a", note="", adopt=True, now=NOW),
        lambda: decisions.refuse(hold.pk, by="a", note="", now=NOW),
    ):
        with pytest.raises(HoldError, match="sources restore xa-portal"):
            decide()
    withdrawing.restore(source, OFFICER)
    assert list(undecided()) == [hold]
    assert decisions.release(hold.pk, by="a", note="", adopt=False, now=NOW).withdrawn == 1


@pytest.fixture
def portal(site: Site, catalogue: Catalogue) -> CkanDouble:
    double = CkanDouble(site, [dataset(number) for number in range(3)])
    catalogue.register(f"xa-portal ckan {double.url}")
    catalogue.run("harvest", "xa-portal")
    return double


def at_once(catalogue: Catalogue, *actions: str) -> list[dict]:
    processes = [catalogue.start("sources", action, "xa-portal", "--json") for action in actions]
    answers = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(actions), answers
    return [json.loads(out)[0] for out, _ in answers]


def test_two_at_once_agree(catalogue: Catalogue, portal: CkanDouble):
    assert sorted(each["datasets"] for each in at_once(catalogue, "withdraw", "withdraw")) == [0, 3]
    assert catalogue.packages() == []
    assert sorted(each["datasets"] for each in at_once(catalogue, "restore", "restore")) == [0, 3]
    assert len(catalogue.packages()) == 3
    withdrawn, _ = at_once(catalogue, "withdraw", "restore")
    assert withdrawn["changed"]
    is_withdrawn = catalogue.json("sources", "list")[0]["withdrawn_since"] is not None
    assert len(catalogue.packages()) == (0 if is_withdrawn else 3)


def test_the_command_line_says_what_is_so(catalogue: Catalogue, portal: CkanDouble, site: Site):
    told = catalogue.run("sources", "withdraw", "xa-portal", "--note", "The State took it back.").stdout
    assert "3 datasets leave CKAN with the next publish" in told
    (row,) = catalogue.json("sources", "list")
    assert (row["withdrawn_note"], row["paused"]) == ("The State took it back.", "")
    (state,) = catalogue.json("status")["states"]
    assert (state["datasets"], state["withdrawn"]) == (0, 3)
    assert state["withdrawn_sources"] == [
        {"id": "xa-portal", "since": row["withdrawn_since"], "note": "The State took it back."}
    ]
    assert "xa-portal is withdrawn since" in catalogue.run("status").stdout
    site.asked.clear()
    (run,) = catalogue.json("harvest", "xa-portal", status=1)["runs"]
    assert run["run"] is None
    assert "(The State took it back); `catalogue sources restore xa-portal`" in run["sentence"]
    assert catalogue.json("harvest", "--all")["runs"] == []
    assert "catalogue sources restore" in catalogue.run("sources", "now", "xa-portal", status=1).stderr
    catalogue.run("run", "--once", "--no-publish")
    assert site.asked == []
    metrics = catalogue.home.parent / "catalogue.prom"
    catalogue.run("metrics", str(metrics))
    assert 'catalogue_withdrawn_timestamp_seconds{source="xa-portal"}' in metrics.read_text()
    assert "catalogue_due_timestamp_seconds{" not in metrics.read_text()
    assert "3 datasets come back" in catalogue.run("sources", "restore", "xa-portal").stdout
    assert site.asked == [], "the portal need not be asked for what we have"
    assert len(catalogue.packages()) == 3
    assert catalogue.json("harvest", "xa-portal")["runs"][0]["unchanged"] == 3


# -- files of sources

FILE = """sources:
- id: xa-portal
  state: XA
  title: {en: A}
  url: https://data.xa.example
  protocol: ckan
  basis: public-knowledge
"""


def load(text: str) -> sources.Loaded:
    return sources.load(text.encode(), ["ckan"], withdrawing.follow)


def test_a_file_without_the_word_brings_nothing_back(source: Source):
    withdrawing.withdraw(source, OFFICER, "", NOW)
    loaded = load(FILE.replace("title: {en: A}", "title: {en: B}"))
    assert (loaded.changed, loaded.withdrawn) == (["xa-portal"], ["xa-portal"])
    assert live() == set()
    assert Source.objects.get().title == {"en": "B"}


def test_what_is_withdrawn_is_exported_so_and_loads_so_elsewhere(source: Source):
    withdrawing.withdraw(source, OFFICER, "Closed: by the ministry.", NOW)
    written = sources.export()
    assert "withdrawn:" in written
    assert load(written).unchanged == ["xa-portal"]
    assert sources.export() == written
    # Another register, which has never heard of it.
    Event.objects.all()._raw_delete("default")
    Withdrawal.objects.all().delete()
    Dataset.objects.all().delete()
    Source.objects.all()._raw_delete("default")
    loaded = load(written)
    assert (loaded.added, loaded.withdrawn) == (["xa-portal"], ["xa-portal"])
    assert sources.export() == written
    assert [(action, role) for action, _, role, _ in events()] == [(WITHDRAW, "command-line")]
    assert appointments.due(NOW) == []


def test_a_file_older_than_the_restoration_does_not_withdraw_again(source: Source):
    withdrawing.withdraw(source, OFFICER, "", NOW - timedelta(days=400))
    written = sources.export()
    withdrawing.restore(source, OFFICER)
    assert load(written).withdrawn == []
    assert live() == {"0", "1", "2"}
    ahead = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert load(FILE + f"  withdrawn: {{since: {ahead}}}\n").withdrawn == ["xa-portal"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{note: x}", 'The key "since" is missing'),
        ("{since: yesterday}", "neither a day nor a moment"),
        ("{since: 2026-02-30}", "neither a day nor a moment"),
        ("{since: 0001-01-01T00:00:00+23:59}", "neither a day nor a moment"),
    ],
)
def test_a_mistake_in_the_word_is_told_with_its_line(source: Source, said: str, words: str):
    with pytest.raises(SourcesFileError, match=words):
        load(f"{FILE}  withdrawn: {said}\n")
    assert live() == {"0", "1", "2"}
