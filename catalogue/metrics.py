"""Metrics for Prometheus, counted from the database when they are asked for: no process has to live for them.

Names follow the practice of Prometheus: a unit at the end, `_total` for what only grows, labels for what can be summed.
"""

from collections.abc import Iterable
from wsgiref.simple_server import WSGIServer

from django.db import close_old_connections
from django.db.models import Count, Max, Q, Sum
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catalogue.datasets.models import Dataset
from catalogue.harvests.models import Appointment, Run
from catalogue.publish.models import Publication
from catalogue.reconcile.models import undecided
from catalogue.register.models import Withdrawal

PREFIX = "catalogue"


class Counted(Collector):
    """Everything that is counted, anew each time."""

    def collect(self) -> Iterable[Metric]:
        """The metrics of this moment."""
        try:
            yield from _runs()
            yield from _datasets()
            yield from _sources()
        finally:
            close_old_connections()


def text() -> str:
    """All metrics in Prometheus's text format."""
    return generate_latest(_registry()).decode()


def serve(host: str, port: int) -> WSGIServer:
    """Serve them at `/metrics`, in a thread of its own, until the process ends or the server is shut down."""
    server, _ = start_http_server(port, host, registry=_registry())
    return server


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Counted())
    return registry


def _runs() -> Iterable[Metric]:
    runs = CounterMetricFamily(f"{PREFIX}_runs", "Harvests by how they ended.", labels=["source", "state", "failure"])
    for source, state, failure, count in (
        Run.objects.order_by().values_list("source", "state", "failure").annotate(n=Count("pk"))
    ):
        runs.add_metric([source, state, failure], count)
    yield runs
    requests = CounterMetricFamily(f"{PREFIX}_requests", "Requests to a source's portal.", labels=["source"])
    seconds = CounterMetricFamily(f"{PREFIX}_run_seconds", "Time spent on a source.", labels=["source", "step"])
    complete = GaugeMetricFamily(
        f"{PREFIX}_last_complete_timestamp_seconds", "When a source was last read to its end.", labels=["source"]
    )
    sums = Run.objects.order_by().values("source").annotate(
        asked=Sum("requests"), read=Sum("harvest_seconds"), kept=Sum("assemble_seconds"),
        last=Max("ended", filter=Q(state="complete")),
    )  # fmt: skip
    for row in sums:
        requests.add_metric([row["source"]], row["asked"])
        seconds.add_metric([row["source"], "harvest"], row["read"])
        seconds.add_metric([row["source"], "assemble"], row["kept"])
        if row["last"] is not None:
            complete.add_metric([row["source"]], row["last"].timestamp())
    yield from (requests, seconds, complete)


def _datasets() -> Iterable[Metric]:
    datasets = GaugeMetricFamily(f"{PREFIX}_datasets", "Datasets that are held, by state.", labels=["source", "state"])
    here = Q(withdrawn=None)
    counts = Dataset.objects.order_by().values("source").annotate(
        valid=Count("pk", filter=here & Q(state="valid")), invalid=Count("pk", filter=here & Q(state="invalid")),
        missing=Count("pk", filter=here & Q(missing_since__isnull=False)), withdrawn=Count("pk", filter=~here),
    )  # fmt: skip
    for row in counts:
        datasets.add_metric([row["source"], "valid"], row["valid"])
        datasets.add_metric([row["source"], "invalid"], row["invalid"])
        datasets.add_metric([row["source"], "missing"], row["missing"])
        datasets.add_metric([row["source"], "withdrawn"], row["withdrawn"])
    yield datasets
    published = GaugeMetricFamily(
        f"{PREFIX}_published", "Datasets that CKAN confirmed or refused.", labels=["ckan", "state"]
    )
    took = Q(refused__isnull=True)
    stood = Publication.objects.order_by().values("target").annotate(
        confirmed=Count("pk", filter=took & Q(withdrawn=False)),
        deleted=Count("pk", filter=took & Q(withdrawn=True)), refused=Count("pk", filter=~took),
    )  # fmt: skip
    for of_ckan in stood:
        published.add_metric([of_ckan["target"], "confirmed"], of_ckan["confirmed"])
        published.add_metric([of_ckan["target"], "deleted"], of_ckan["deleted"])
        published.add_metric([of_ckan["target"], "refused"], of_ckan["refused"])
    yield published


def _sources() -> Iterable[Metric]:
    failures = GaugeMetricFamily(f"{PREFIX}_failures_in_a_row", "Harvests in a row that failed.", labels=["source"])
    due = GaugeMetricFamily(
        f"{PREFIX}_due_timestamp_seconds", "When a source is due, unless it is paused or withdrawn.", labels=["source"]
    )
    withdrawn = GaugeMetricFamily(
        f"{PREFIX}_withdrawn_timestamp_seconds", "Since when a source is withdrawn.", labels=["source"]
    )
    for withdrawal in Withdrawal.objects.all():
        withdrawn.add_metric([withdrawal.source_id], withdrawal.since.timestamp())
    for appointment in Appointment.objects.filter(source__withdrawal=None):
        failures.add_metric([appointment.source_id], appointment.failures)
        if appointment.due is not None and not appointment.paused:
            due.add_metric([appointment.source_id], appointment.due.timestamp())
    held = undecided().count()
    yield from (
        failures,
        due,
        withdrawn,
        GaugeMetricFamily(f"{PREFIX}_held_runs", "Runs that wait for a person.", value=held),
    )
