"""Reconciliation: what follows from a run for the datasets that it did not list.

Nothing is ever withdrawn because of one bad night. Only a whole run (complete, unlimited, of all datasets, each with an
identifier) says that a dataset is missing; it is withdrawn after a grace; and where more is missing than the ceiling
allows, or most of it stands there again under other identifiers, the run is held: the published catalogue of that source
stays as it was until a person has looked at the difference (`decisions`).
"""

from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.harvests.models import Run
from catalogue.reconcile.models import Hold, HoldItem, kept_out
from catalogue.reconcile.renumbering import Fingerprint, Pair, fingerprint, pairs

CEILING_LEAST = 10
"""So many missing datasets never hold a run by their number alone, however small the source (DESIGN.md, Reconciliation)."""

RENUMBERED_LEAST = 3
"""Fewer pairs than this are a few datasets made anew, and no renumbering."""

RENUMBERED_SHARE = 0.5
"""From this share of pairs among what is missing (or new) on, the portal is taken to have renumbered."""

ITEM_ROWS = 1000


class Rules(msgspec.Struct, frozen=True):
    """When to withdraw and when to hold. ceiling: a share of a source's datasets, 0 to 1."""

    grace_runs: int
    grace: timedelta
    ceiling: float

    def held(self, missing: int, live: int) -> bool:
        """Whether so many missing of so many are more than may go without a person's look: above the ceiling, or all."""
        return missing > max(CEILING_LEAST, self.ceiling * live) or missing == live > 0

    def renumbered(self, found: int, of: int, live: int) -> bool:
        """Whether so many pairs, of so many datasets that could have one, say that the portal renumbered."""
        return found >= max(RENUMBERED_LEAST, RENUMBERED_SHARE * of) and found > self.ceiling * live


class Reconciled(msgspec.Struct, frozen=True):
    """What reconciling a run came to. missing: in all, as of now. hold: the number of the hold that waits, if one does."""

    missing: int
    withdrawn: int = 0
    hold: int | None = None
    sentence: str = ""


def reconcile(run: Run, gone: list[str], rules: Rules, now: datetime) -> Reconciled:
    """Mark what is missing after a run that was assembled, hold or withdraw. gone: what the portal says it deleted."""
    with transaction.atomic():
        if run.whole:
            store.mark_missing(run.source_id, run.pk, run.started)
        elif gone:
            store.mark_gone(run.source_id, gone, run.pk, run.started)
        _forget_returned(run.source_id)
        hold = _judge(run, rules, now)
        withdrawn = _withdraw_due(run, rules, now) if hold is None and run.whole else 0
    missing = _live(run.source_id).exclude(missing_since=None).count()
    return Reconciled(missing, withdrawn, hold.pk if hold else None, _sentence(hold))


def _live(source: str) -> "QuerySet[Dataset]":
    return Dataset.objects.filter(source=source, withdrawn=None)


def _shown(source: str) -> "QuerySet[Dataset]":
    """The datasets that the catalogue shows, or would: live, once valid, and not kept out by a decision."""
    return _live(source).exclude(content_hash="").exclude(kept_out())


def _undecided(rows: "QuerySet[Dataset]") -> "QuerySet[Dataset]":
    """Without those that a person has already refused to let go."""
    refused = HoldItem.objects.filter(dataset=OuterRef("pk"), role="missing", hold__state="refused")
    return rows.exclude(Exists(refused))


def _forget_returned(source: str) -> None:
    """A missing dataset that is listed again needs nobody's protection any more."""
    HoldItem.objects.filter(
        hold__source=source, hold__state="refused", role="missing", dataset__missing_since=None
    ).update(dataset=None)


def _judge(run: Run, rules: Rules, now: datetime) -> Hold | None:
    """The hold that this run calls for, opened or brought up to date; None where it calls for none."""
    pending = Hold.objects.filter(source=run.source_id, state="pending").first()
    shown = _shown(run.source_id)
    new = Q(first_seen=run.started, last_run=run.pk)
    if pending is not None:  # and what was new when the hold was opened
        new |= Q(Exists(HoldItem.objects.filter(dataset=OuterRef("pk"), role="new", hold=pending)))
    live = shown.exclude(new).count()
    if not live:
        return pending
    missing = _undecided(shown.exclude(missing_since=None))
    if not run.whole:
        # What is not listed is not missing here, but new datasets may be known ones under other identifiers.
        if pending is not None or shown.filter(new).count() <= rules.ceiling * live:
            return pending
        missing = shown.exclude(last_run=run.pk)
    fresh = shown.filter(new, missing_since=None)
    found = _pairs(missing, fresh) if missing.exists() and fresh.exists() else []
    of = missing.count() if run.whole else fresh.count()
    renumbered = rules.renumbered(len(found), of, live)
    if not renumbered and not (run.whole and rules.held(of, live)):
        if pending is not None:
            pending.state, pending.decided = "overtaken", now
            pending.note = f"Run {run.pk} no longer shows it."
            pending.save(update_fields=["state", "decided", "note"])
        return None
    if not run.whole:
        missing = missing.filter(pk__in=[pair.missing for pair in found])
    return _open(run, pending, "renumbering" if renumbered else "removal", live, missing, fresh, found, now)


def _pairs(missing: "QuerySet[Dataset]", new: "QuerySet[Dataset]") -> list[Pair]:
    def prints(rows: "QuerySet[Dataset]") -> dict[str, Fingerprint]:
        values = rows.order_by("native_id").values_list("pk", "descriptor").iterator(ITEM_ROWS)
        return {str(pk): fingerprint(store.unpack(packed)) for pk, packed in values}

    return pairs(prints(missing), prints(new))


def _open(
    run: Run,
    pending: Hold | None,
    kind: str,
    live: int,
    missing: "QuerySet[Dataset]",
    new: "QuerySet[Dataset]",
    found: list[Pair],
    now: datetime,
) -> Hold:
    hold = pending or Hold(source_id=run.source_id, opened=now)
    hold.run, hold.kind, hold.live = run, kind, live
    hold.missing, hold.new, hold.pairs = missing.count(), new.count(), len(found)
    hold.save()
    fresh = {str(pk): (native_id, title) for pk, native_id, title in new.values_list("pk", "native_id", "title")}
    of = {pair.missing: pair for pair in found}
    items = [
        HoldItem(hold=hold, dataset_id=pk, role="new", native_id=native_id, title=title)
        for pk, (native_id, title) in fresh.items()
    ]
    for pk, native_id, title in missing.values_list("pk", "native_id", "title"):
        pair = of.get(str(pk))
        item = HoldItem(hold=hold, dataset_id=pk, role="missing", native_id=native_id, title=title)
        if pair is not None:
            item.pair_id, item.pair_native_id, item.evidence = pair.new, fresh[pair.new][0], pair.evidence
        items.append(item)
    hold.items.all().delete()
    HoldItem.objects.bulk_create(items, ITEM_ROWS)
    return hold


def _withdraw_due(run: Run, rules: Rules, now: datetime) -> int:
    """Withdraw what has been missing for the whole grace; gives how many."""
    whole = list(
        Run.objects.filter(source=run.source_id, whole=True)
        .order_by("-started")
        .values_list("started", flat=True)[: rules.grace_runs]
    )
    if len(whole) < rules.grace_runs:
        return 0
    latest = min(whole[-1], now - rules.grace)
    due = _undecided(_live(run.source_id).filter(missing_since__lte=latest))
    return Dataset.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(withdrawn=now)


def _sentence(hold: Hold | None) -> str:
    if hold is None:
        return ""
    if hold.kind == "renumbering":
        why = f"{hold.pairs:,} of its datasets seem to have got other identifiers"
    else:
        why = f"{hold.missing:,} of its {hold.live:,} datasets are missing at once"
    return (
        f"The run is held, for {why}; what is published stays as it was. `catalogue held show {hold.pk}` shows the "
        "difference, and a person releases or refuses it."
    )
