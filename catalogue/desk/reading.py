"""What pages and the API read of the register, in as few queries however long it is."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from catalogue.datasets.models import Dataset
from catalogue.harvests.models import Run
from catalogue.register.drafts import OPEN
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Entry, Event, Source, Submission, Version, Withdrawal
from catalogue.register.searching import folded
from catalogue.states.models import State

ENTRIES_A_PAGE = 50
PUBLIC_ACTIONS = (Action.PUBLISH, Action.SUPERSEDE, Action.CONFIRM, Action.WITHDRAW)
"""What everybody may know of an entry's life."""


def ordered(states: Iterable[State], language: str) -> list[State]:
    """States by their names in a language, in the order that its readers expect."""
    key = {"ar": _in_arabic, "zh": _in_chinese}.get(language, folded)
    return sorted(states, key=lambda state: key(state.name(language)))


def _in_arabic(name: str) -> str:
    """Without the article, which no list goes by; a name that begins with a hamza has none."""
    return folded(name.removeprefix("ال"))


def _in_chinese(name: str) -> str:
    """By pinyin, in whose order GB 2312 has its common characters; two rare ones go where others that sound alike are."""
    return name.replace("斐", "菲").replace("瑙", "脑").encode("gb18030", "replace").decode("latin-1")


def parties(language: str) -> list[State]:
    """Every party, with `entry_count` and `last_day` (of confirmation) of what it reported and is published, and `is_silent`:
    whether it has submitted nothing."""
    reported = Q(entries__published__isnull=False)
    counted = State.objects.annotate(
        entry_count=Count("entries", filter=reported),
        last_day=Max("entries__confirmed", filter=reported),
        is_silent=~Exists(Submission.objects.filter(state=OuterRef("pk"))),
    )
    return ordered(counted, language)


def published(state: str | None = None) -> QuerySet[Entry]:
    """Published entries, with what their pages need."""
    found = Entry.objects.filter(published__isnull=False).select_related("published__submission", "state", "source")
    if state is not None:
        found = found.filter(state_id=state)
    return found.order_by("state_id", "created", "id")


def changes(since: date | None = None) -> QuerySet[Event]:
    """What changed in the published register since a day, the latest first."""
    found = Event.objects.filter(version__isnull=False).filter(
        Q(action__in=(Action.PUBLISH, Action.CONFIRM))
        | Q(action=Action.WITHDRAW, before=Status.PUBLISHED)
        | Q(action=Action.SUPERSEDE, before=Status.PUBLISHED)
    )
    if since is not None:
        found = found.filter(at__date__gte=since)
    return found.select_related("version__entry", "version__submission", "state").order_by("-id")


class Harvested(NamedTuple):
    """What was observed of a source beside the State's words. run: the last that ended. withdrawn: since when the source is."""

    datasets: int
    run: Run | None
    withdrawn: datetime | None


def harvested(sources: Iterable[str]) -> Mapping[str, Harvested]:
    """By source: how many datasets it has in the catalogue, and its last run."""
    keys = list(sources)
    counts = dict(
        Dataset.objects.filter(source__in=keys, withdrawn=None).values_list("source").annotate(count=Count("pk"))
    )
    last = Run.objects.filter(source__in=keys, ended__isnull=False).values("source").annotate(last=Max("pk"))
    runs = {run.source_id: run for run in Run.objects.filter(pk__in=[row["last"] for row in last])}
    since = dict(Withdrawal.objects.filter(source__in=keys).values_list("source", "since"))
    return {key: Harvested(counts.get(key, 0), runs.get(key), since.get(key)) for key in keys}


def publicly_known(state: str, *, withdrawn: bool = False) -> QuerySet[Source]:
    """Sources that the State has not reported, and no draft of it speaks of: those that are in the catalogue, or those that
    are withdrawn."""
    known = Source.objects.filter(state_id=state, basis_kind="public-knowledge", reported=None)
    return known.filter(withdrawal__isnull=not withdrawn).select_related("withdrawal").order_by("id")


def withdrawn(state: str) -> QuerySet[Version]:
    """The latest version of each entry that the State took back, and has not begun to report again."""
    newer = Version.objects.filter(entry=OuterRef("entry"), number__gt=OuterRef("number"))
    found = Version.objects.filter(~Exists(newer), state_id=state, status=Status.WITHDRAWN, entry__published=None)
    return found.select_related("submission").order_by("-decided", "id")


def drafts(state: str) -> QuerySet[Version]:
    """A State's drafts, the one that was kept last first."""
    found = Version.objects.filter(state_id=state, status=Status.DRAFT)
    return found.select_related("submission").order_by("-edited", "-id")


def to_submit(state: str) -> QuerySet[Version]:
    """A State's drafts: those that must be corrected first, then those that something is said against, then the others; each in
    the order in which they were kept."""
    return drafts(state).order_by("rank", "edited", "id")


def returned(state: str) -> QuerySet[Version]:
    """What came back to a State, and has no other version on its way."""
    newer = Version.objects.filter(entry=OuterRef("entry"), status__in=OPEN)
    found = Version.objects.filter(~Exists(newer), state_id=state, status=Status.RETURNED)
    return found.select_related("submission").order_by("-edited", "-id")


def with_the_secretariat(state: str) -> QuerySet[Version]:
    """A State's versions that were submitted and are not published: what waits, and what was found out of scope."""
    statuses = (Status.RECEIVED, Status.UNDER_REVIEW, Status.ACCEPTED, Status.OUT_OF_SCOPE)
    found = Version.objects.filter(state_id=state, status__in=statuses)
    return found.select_related("submission").order_by("-edited", "-id")


def history(entry: Entry) -> QuerySet[Event]:
    """Everything that happened to an entry, the first first."""
    return Event.objects.filter(version__entry=entry).select_related("version").order_by("id")


def before(version: Version) -> Version | None:
    """What stood before a version: the published one, else the one before it."""
    entry = version.entry
    if entry.published_id is not None and entry.published_id != version.pk:
        return entry.published
    return entry.versions.filter(number__lt=version.number).order_by("-number").first()


def count_by_status(state: str | None = None) -> dict[str, int]:
    """How many versions stand where."""
    found = Version.objects.filter(state_id=state) if state else Version.objects.all()
    counts = dict(found.values_list("status").annotate(count=Count("pk")).order_by())
    return {status: counts.get(status, 0) for status in Status.values}
