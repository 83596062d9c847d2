"""The outbox: what each CKAN has confirmed beside what the store holds, and so what it still has to be told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.harvests.models import Run
from catalogue.harvests.retention import GOES_ON
from catalogue.publish.models import Publication
from catalogue.publish.payload import Payload, payload, public_name, stamp
from catalogue.reconcile.models import kept_out, undecided
from catalogue.register.models import Source
from harvesters import package as packages
from harvesters.findings import Finding

BATCH_ROWS = 200


class Tally(msgspec.Struct, frozen=True):
    """What publishing one source would come to; refused: was refused before, and has not changed since."""

    created: int
    updated: int
    deleted: int
    unchanged: int
    refused: int

    @property
    def waiting(self) -> int:
        """How many datasets CKAN has to be told of."""
        return self.created + self.updated + self.deleted


class Waiting(msgspec.Struct, frozen=True):
    """One dataset that CKAN has to be told of; known: whether CKAN once confirmed it. withdrawn: CKAN is to delete it, and
    then the payload has nothing but its id and name."""

    dataset: str
    state: str
    content_hash: str
    stamp: str
    payload: Payload
    known: bool
    withdrawn: bool = False


class Outbox(msgspec.Struct, frozen=True):
    """The outbox of one CKAN. again: what is confirmed, or was refused, counts as waiting too."""

    target: str
    again: bool = False

    def tally(self, source: Source) -> Tally:
        """Count the datasets of a source by what publishing would do with them."""
        flags = {
            "settled": self._settled(source),
            "accepted": Exists(self._here().filter(refused__isnull=True)),
            "judged": ~_unjudged(),
        }
        counts = (
            _held(source)
            .annotate(**flags)
            .aggregate(
                created=Count("pk", filter=Q(settled=False, accepted=False, judged=True)),
                updated=Count("pk", filter=Q(settled=False, accepted=True, judged=True)),
                unchanged=Count("pk", filter=Q(settled=True, accepted=True)),
                refused=Count("pk", filter=Q(settled=True, accepted=False)),
            )
        )
        return Tally(**counts, deleted=self._withdrawn(source).count())

    def waiting(self, source: Source) -> Iterator[Waiting]:
        """The datasets of a source that CKAN has to be told of, by native identifier, a batch in memory at a time.

        A harvest of the source may go on meanwhile: what it brings, and all once its run is held, is not among them.
        """
        held = Exists(undecided().filter(source=OuterRef("source")))
        rows = _held(source).filter(~self._settled(source), ~_unjudged(), ~held).order_by("native_id")
        current = stamp(source)
        after: str | None = None
        while batch := list((rows if after is None else rows.filter(native_id__gt=after))[:BATCH_ROWS]):
            before = {
                str(publication.dataset_id): publication
                for publication in Publication.objects.filter(target=self.target, dataset__in=batch)
            }
            for row in batch:
                yield self._waiting(row, source, current, before.get(str(row.pk)))
            after = batch[-1].native_id

    def withdrawals(self, source: Source) -> Iterator[Waiting]:
        """The withdrawn datasets of a source that this CKAN may still show, each once, a batch in memory at a time."""
        rows = self._withdrawn(source).order_by("pk")
        after = 0
        while batch := list(rows.filter(pk__gt=after)[:BATCH_ROWS]):
            for publication in batch:
                yield Waiting(
                    dataset=str(publication.dataset_id),
                    state=source.state_id,
                    content_hash=publication.content_hash,
                    stamp=publication.stamp,
                    payload=Payload({"id": str(publication.dataset_id), "name": publication.name}, []),
                    known=True,
                    withdrawn=True,
                )
            after = batch[-1].pk

    def confirm(self, item: Waiting, now: datetime, refused: Finding | None) -> Publication:
        """The line of the outbox that says what CKAN did with a dataset; `record` keeps it."""
        return Publication(
            dataset_id=item.dataset,
            target=self.target,
            name=item.payload.dataset["name"],
            # CKAN shows what it was not willing to delete: whatever that is, it is sent again if the dataset comes back.
            content_hash="" if item.withdrawn and refused else item.content_hash,
            stamp=item.stamp,
            confirmed=now,
            refused=msgspec.to_builtins(refused) if refused else None,
            findings=msgspec.to_builtins(item.payload.findings),
            withdrawn=item.withdrawn and refused is None,
        )

    def _here(self) -> QuerySet[Publication]:
        return Publication.objects.filter(dataset=OuterRef("pk"), target=self.target)

    def _settled(self, source: Source) -> Exists:
        """Whether there is nothing to tell: this content was confirmed, or refused, with this stamp."""
        same = self._here().filter(withdrawn=False, content_hash=OuterRef("content_hash"), stamp=stamp(source))
        return Exists(same.none() if self.again else same)

    def _withdrawn(self, source: Source) -> QuerySet[Publication]:
        """What CKAN may still show of datasets that are withdrawn. What it refused is among it: an earlier version may be
        there, or the delete itself was refused. To delete what it never took does no harm, and is said to it once."""
        return Publication.objects.filter(
            target=self.target,
            dataset__source=source,
            dataset__withdrawn__isnull=False,
            withdrawn=False,
        )

    @staticmethod
    def _waiting(row: Dataset, source: Source, current: str, before: Publication | None) -> Waiting:
        package = packages.decode(store.unpack(row.descriptor))
        name = before.name if before else public_name(package)
        return Waiting(
            dataset=str(row.pk),
            state=source.state_id,
            content_hash=row.content_hash,
            stamp=current,
            payload=payload(package, source, name, row.changed),
            known=before is not None and before.refused is None,
        )


def _held(source: Source) -> QuerySet[Dataset]:
    """The datasets of a source that are to be shown: they have a valid package, if only a former one, and are neither
    withdrawn nor kept out by a person's decision."""
    return Dataset.objects.filter(source=source, withdrawn=None).exclude(content_hash="").exclude(kept_out())


def _unjudged() -> Exists:
    """For a query of datasets: whether one was last seen by a run that goes on, so that nobody knows yet whether it will be
    held."""
    return Exists(Run.objects.filter(pk=OuterRef("last_run"), state__in=GOES_ON))


def record(lines: Sequence[Publication]) -> None:
    """Keep lines of the outbox, each in the place of an earlier one; a dataset's name stays as first published."""
    Publication.objects.bulk_create(
        lines,
        BATCH_ROWS,
        update_conflicts=True,
        unique_fields=["dataset", "target"],
        update_fields=["content_hash", "stamp", "confirmed", "refused", "findings", "withdrawn"],
    )
