"""Operations on what is harvested: sources, their runs, what was found."""

from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router

from catalogue.desk import reading
from catalogue.desk.api.inputs import PagingInLanguage, SourceFilter
from catalogue.desk.api.keys import caller_of
from catalogue.desk.api.paging import changed, part
from catalogue.desk.api.plain import plain
from catalogue.desk.api.schemas import (
    KEYED,
    FindingOut,
    FindingPage,
    RunOut,
    RunPage,
    SourceOut,
    SourcePage,
)
from catalogue.harvests.models import Run, RunFinding
from catalogue.register.models import Source
from catalogue.states.languages import current
from harvesters.findings import Finding, FindingText, describe

router = Router(tags=["harvesting"])
PUBLIC = Q(reported__published__isnull=False) | Q(basis_kind="public-knowledge", withdrawal=None)
MAX_ID = 2**63 - 1


def visible(request: HttpRequest) -> QuerySet[Source]:
    """The sources that whoever asks may know of: the public ones, a State's own, for an officer all."""
    caller = caller_of(request)
    rows = Source.objects.select_related("reported").order_by("state_id", "id")
    if caller.sees_all():
        return rows
    if caller.state is not None and caller.may("read", caller.state):
        return rows.filter(PUBLIC | Q(state_id=caller.state))
    return rows.filter(PUBLIC)


@router.get(
    "/sources", response={200: SourcePage, **KEYED}, operation_id="listSources", summary="Sources",
    description="Sources that are harvested: those whose entry is published, and those that are publicly known. With a key "
    "that may read, a State's own sources too.",
)  # fmt: skip
def sources(request: HttpRequest, response: HttpResponse, page: Query[SourceFilter]) -> SourcePage:
    """The sources that the caller may know of, each with its last run."""
    rows = visible(request)
    if page.state:
        rows = rows.filter(state_id=page.state)
    shown, about = part(rows, page)
    observed = reading.harvested([row.pk for row in shown])
    changed(response, max((each.run.ended for each in observed.values() if each.run and each.run.ended), default=None))
    return SourcePage(items=[_source(row, observed[row.pk], current()) for row in shown], **about)


def _source(row: Any, observed: reading.Harvested, language: str) -> SourceOut:
    entry = getattr(row, "reported", None)
    return SourceOut(
        id=row.pk, state=row.state_id, title={tag: plain(text) for tag, text in row.title.items()}, url=row.url,
        withdrawn=observed.withdrawn, protocol=row.protocol, basis=row.basis_kind, datasets=observed.datasets,
        entry=entry.pk if entry is not None and entry.published_id else None,
        last_run=_run(observed.run, language) if observed.run else None,
    )  # fmt: skip


@router.get(
    "/sources/{source_id}/runs", response={200: RunPage, **KEYED}, operation_id="listRuns", summary="Harvests of a source",
    description="Every harvest of a source: when, how it went, how many datasets, and how many findings by code.",
)  # fmt: skip
def runs(request: HttpRequest, response: HttpResponse, source_id: str, page: Query[PagingInLanguage]) -> RunPage:
    """The runs of a source, the latest first. Raises Http404 for one that the caller may not know of."""
    source = get_object_or_404(visible(request), pk=source_id)
    shown, about = part(source.runs.order_by("-id"), page)
    changed(response, max((run.ended or run.started for run in shown), default=None))
    return RunPage(items=[_run(run, current()) for run in shown], **about)


def _run(run: Run, language: str) -> RunOut:
    advertised = run.advertised_end if run.advertised_end is not None else run.advertised_start
    return RunOut(
        id=run.pk, state=run.state, started=run.started, ended=run.ended, sentence=plain(run.told(language)[0]),
        advertised=advertised, requests=run.requests, records=run.records, new=run.new, changed=run.changed,
        unchanged=run.unchanged, missing=run.missing, invalid=run.invalid, withdrawn=run.withdrawn,
        findings=run.findings_by_code,
    )  # fmt: skip


@router.get(
    "/runs/{run_id}/findings", response={200: FindingPage, **KEYED}, operation_id="listFindings",
    summary="Findings of a harvest",
    description="What a harvest found that belongs to no single dataset, in words of one of the six languages.",
)  # fmt: skip
def findings(
    request: HttpRequest, response: HttpResponse, page: Query[PagingInLanguage], run_id: Path[int]
) -> FindingPage:
    """The findings of a run. Raises Http404 for one whose source the caller may not know of."""
    run = get_object_or_404(Run, pk=min(max(run_id, -1), MAX_ID), source__in=visible(request).order_by())
    shown, about = part(run.findings.order_by("id"), page)
    changed(response, run.ended)
    return FindingPage(items=[_finding(row, current()) for row in shown], **about)


def _finding(row: RunFinding, language: str) -> FindingOut:
    finding = msgspec.convert(row.finding, Finding)
    try:
        words = describe(finding, language)
    except KeyError:  # a code of an older version of the catalogue
        words = FindingText(finding.code, "")
    return FindingOut(
        code=finding.code, severity=finding.severity, path=plain(finding.path), value=plain(finding.value),
        url=row.url, message=plain(words.message), hint=plain(words.hint),
    )  # fmt: skip
