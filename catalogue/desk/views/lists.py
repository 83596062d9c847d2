"""Many entries at once, from a list: read, shown row by row with what is wrong, mended, taken over whole or not."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.desk import uploads
from catalogue.desk.guards import for_state, person_of
from catalogue.desk.models import Upload, UploadedFile, UploadedRow
from catalogue.errors import CatalogueError
from catalogue.register import list_files
from catalogue.register.fields import BY_NAME, FIELDS, shown
from catalogue.register.models import Rank
from catalogue.register.template import write_template
from catalogue.states.languages import current
from catalogue.states.models import State

ROWS_A_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@for_state
@require_safe
def template(request: HttpRequest, state: State) -> HttpResponse:
    """The template, in the reader's language."""
    response = HttpResponse(write_template(current()), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="list-{current()}.xlsx"'
    return response


@for_state
def upload(request: HttpRequest, state: State) -> HttpResponse:
    """Upload a list, or go on with one."""
    uploads.expire()
    trouble = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            trouble = _("Choose a file: XLSX, ODS, CSV, JSON or RDF.")
        else:
            name, authority = Path(file.name or "").name, request.POST.get("authority", "").strip()[:300]
            try:
                if (file.size or 0) > list_files.MAX_BYTES:
                    list_files.refuse("too-large", name, limit=f"{list_files.MAX_BYTES >> 20} MB")
                made = uploads.begin(person_of(request), state, name, file.read(), authority)
            except CatalogueError as error:
                trouble = str(error)
            else:
                return redirect("desk:list", code=state.code, key=made.pk)
    waiting = uploads.current().filter(person=person_of(request), state=state)
    counted = waiting.annotate(count=Count("rows", filter=Q(rows__struck=False)))
    context = {"state": state, "trouble": trouble, "waiting": [(each, uploads.kept_until(each)) for each in counted]}
    return render(request, "desk/upload.html", context, status=422 if trouble else 200)


@for_state
def mend(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """The rows of a list with what is wrong beside each; mended here; taken over as drafts when nothing blocks."""
    found = get_object_or_404(uploads.current(), pk=key, state=state, person=person_of(request))
    trouble = ""
    if request.method == "POST":
        if "drop" in request.POST:
            found.delete()
            return redirect("desk:lists", code=state.code)
        if "read" in request.POST:
            trouble = _read_anew(found, request)
            if not trouble:
                return redirect("desk:list", code=state.code, key=found.pk)
        else:
            uploads.mend(found, _cells(request), _numbers(request.POST.getlist("strike")))
            if "take" in request.POST and (count := uploads.take(found)) is not None:
                messages.success(request, _("Imported as drafts: %(count)s.") % {"count": count})
                return redirect("desk:register", code=state.code)
    counts = found.rows.filter(struck=False).aggregate(
        total=Count("pk"), blocked=Count("pk", filter=Q(rank=Rank.BLOCKED))
    )
    # What must be mended comes first; then what is only remarked upon; then what is as it should be.
    rows = found.rows.filter(struck=False).order_by("rank", "number")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "state": state, "upload": found, "page": page, "fields": FIELDS, **counts, "trouble": trouble,
        "rows": [_row(row) for row in page], "until": uploads.kept_until(found),
        "left_out": _ranges(found.sheets.get("left_out", [])),
        "can_be_read": UploadedFile.objects.filter(upload=found).exists(),
    }  # fmt: skip
    wrong = trouble or (request.method == "POST" and counts["blocked"])
    return render(request, "desk/list.html", context, status=422 if wrong else 200)


def _read_anew(found: Upload, request: HttpRequest) -> str:
    """Read the list as the form of its columns says; returns why that is not possible, or tells what became of it."""
    names = {
        column["header"]: request.POST.get(f"column-{place}") or None for place, column in enumerate(found.columns)
    }
    stated = {header: name if name in BY_NAME else None for header, name in names.items()}
    sheet = request.POST.get("sheet", found.sheets.get("read", ""))
    try:
        anew = uploads.read_anew(found, stated, sheet, request.POST.get("authority", "").strip()[:300])
    except CatalogueError as error:
        return str(error)
    if anew.kept or anew.lost:
        told = _(
            "The list was read again. Corrections preserved: %(kept)s; dropped because their field now "
            "comes from another column: %(lost)s."
        )
        messages.success(request, told % {"kept": anew.kept, "lost": anew.lost})
    else:
        messages.success(request, _("The list was read again."))
    for header, name in anew.shadowed:
        told = _("“%(header)s” is not imported: another column is already “%(field)s”.")
        messages.warning(request, told % {"header": header, "field": BY_NAME[name].label})
    return ""


def _row(row: UploadedRow) -> dict[str, Any]:
    """A row as it is shown: what is wrong can be mended in its place."""
    read = uploads.judge(row)
    blocking = {remark.field for remark in read.remarks if remark.blocks}
    return {
        "number": row.number,
        "title": shown(row.values.get("title")),
        "url": shown(row.values.get("url")),
        "mistakes": [
            (remark, shown(row.values.get(remark.field)), BY_NAME[remark.field])
            for remark in read.remarks
            if remark.blocks
        ],
        "remarks": [remark for remark in read.remarks if not remark.blocks and remark.field not in blocking],
    }


def _cells(request: HttpRequest) -> dict[tuple[int, str], str]:
    """The corrections that were written beside the rows, by number of row and name of field."""
    found = {}
    for key, value in request.POST.items():
        number, _sep, name = key.removeprefix("cell-").partition("-")
        if key.startswith("cell-") and name and (known := _numbers([number])):
            found[known[0], name] = str(value)
    return found


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 9]


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers of rows, shortly: 1–385, 401."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)
