"""`catalogue status`: the whole at a glance."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, Exists, Max, OuterRef, Q

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table


def status(as_json: AsJson = False) -> None:
    """Show per State party: its sources, its datasets, and when it was last read."""
    from catalogue.datasets.models import Dataset
    from catalogue.harvests.models import Run
    from catalogue.publish.models import Publication
    from catalogue.reconcile.models import undecided
    from catalogue.register.models import Source, Withdrawal
    from catalogue.states.models import State

    database.prepare()
    here = Q(withdrawn=None)
    held = Counter(undecided().values_list("source__state", flat=True))
    gone = list(Withdrawal.objects.select_related("source").order_by("pk"))
    counts: dict[str, Mapping[str, object]] = {
        row["source__state"]: row
        for row in Dataset.objects.values("source__state").annotate(
            datasets=Count("pk", filter=here),
            invalid=Count("pk", filter=here & Q(state="invalid")),
            missing=Count("pk", filter=here & Q(missing_since__isnull=False)),
            withdrawn=Count("pk", filter=~here),
        )
    }
    published = dict(
        Publication.objects.filter(refused__isnull=True, withdrawn=False)
        .values_list("dataset__source__state")
        .annotate(count=Count("dataset", distinct=True))
    )
    last = dict(Run.objects.values_list("source__state").annotate(at=Max("ended")))
    rows = []
    for state in State.objects.annotate(count=Count("sources")).filter(count__gt=0):
        counted = counts.get(state.code, {})
        rows.append(
            {
                "state": state.code,
                "name": str(state),
                "sources": state.sources.count(),
                "datasets": counted.get("datasets", 0),
                "invalid": counted.get("invalid", 0),
                "missing": counted.get("missing", 0),
                "withdrawn": counted.get("withdrawn", 0),
                "published": published.get(state.code, 0),
                "held_runs": held[state.code],
                "withdrawn_sources": [
                    {"id": each.source_id, "since": each.since.isoformat(timespec="seconds"), "note": each.note}
                    for each in gone
                    if each.source.state_id == state.code
                ],
                "last_read": last[state.code].isoformat(timespec="seconds") if last.get(state.code) else None,
            }
        )
    parties = State.objects.exclude(kind="fictional")
    without = parties.filter(sources=None).count()
    # What is publicly known of a State is no submission, however many sources it is.
    submitted = Source.objects.filter(state=OuterRef("pk"), basis_kind="submission")
    silent = parties.filter(~Exists(submitted), submissions=None).count()
    if as_json:
        print_json({"states": rows, "parties_without_a_source": without, "parties_without_a_submission": silent})
        return
    columns = ("name", "sources", "datasets", "invalid", "missing", "withdrawn", "published", "held_runs", "last_read")
    print_table("Catalogue", columns, [[row[c] if row[c] is not None else "never" for c in columns] for row in rows])
    for each in gone:
        print(
            f"{each.source_id} is withdrawn since {each.since:%Y-%m-%d %H:%M} UTC{f': {each.note}' if each.note else ''}"
        )
    print(f"{silent} parties: no submission received.")
