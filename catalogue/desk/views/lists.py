"""Many entries at once, from a spreadsheet: read, shown row by row with what is wrong, mended, taken over whole or not."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.desk.guards import for_state, person_of
from catalogue.desk.models import Upload
from catalogue.errors import CatalogueError
from catalogue.register import drafts, list_files, lists, remarks
from catalogue.register.fields import FIELDS, shown
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
    """Upload a list."""
    trouble = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            trouble = _("Choose a file: XLSX, ODS or CSV.")
        else:
            try:
                read = _read(file, request.POST.get("authority", ""))
            except CatalogueError as error:
                trouble = str(error)
            else:
                made = Upload.objects.create(
                    person=person_of(request), state=state, name=Path(file.name or "").name[-200:],
                    columns=msgspec.to_builtins(read.columns), rows=[_plain(row) for row in read.rows],
                    sheets={"left_out": read.left_out_rows, "others": read.other_sheets},
                )  # fmt: skip
                return redirect("desk:list", code=state.code, key=made.pk)
    return render(request, "desk/upload.html", {"state": state, "trouble": trouble}, status=422 if trouble else 200)


def _read(file: "UploadedFile[Any]", authority: str) -> lists.Listed:
    with tempfile.NamedTemporaryFile(prefix="list-") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        name = Path(file.name or "").name
        read = lists.read_list(Path(kept.name), name, authority=authority.strip())
    if not read.rows:
        list_files.refuse("no-rows", name)
    return read


def _plain(row: lists.Row) -> dict[str, Any]:
    twice = [msgspec.to_builtins(remark) for remark in row.remarks if remark.code == "twice"]
    return {"number": row.number, "values": dict(row.values), "extra": dict(row.extra), "twice": twice}


@for_state
def mend(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """The rows of a list with what is wrong beside each; mended here; taken over as drafts when nothing blocks."""
    found = get_object_or_404(Upload, pk=key, state=state, person=person_of(request))
    if request.method == "POST":
        _mend(found, request)
        if "drop" in request.POST:
            found.delete()
            return redirect("desk:lists", code=state.code)
        rows = found.rows
        read = [_judge(row) for row in rows]
        if "take" in request.POST and not any(each.blocked for each in read):
            with transaction.atomic():
                made = drafts.new_many(state.code, [row["values"] for row in rows])
                found.delete()
            messages.success(request, _("Taken over as drafts: %(count)s.") % {"count": len(made)})
            return redirect("desk:register", code=state.code)
    rows = found.rows
    judged = [(row, _judge(row)) for row in rows]
    blocked = [(row, read) for row, read in judged if read.blocked]
    remarked = [(row, read) for row, read in judged if not read.blocked and read.remarks]
    # What must be mended comes first; then what is only remarked upon; then what is as it should be.
    page = Paginator(
        [*blocked, *remarked, *((row, read) for row, read in judged if not read.remarks)], ROWS_A_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "state": state, "upload": found, "page": page, "total": len(rows), "blocked": len(blocked), "fields": FIELDS,
        "rows": [_row(row, read) for row, read in page],
    }  # fmt: skip
    return render(request, "desk/list.html", context, status=422 if request.method == "POST" and blocked else 200)


def _judge(row: dict[str, Any]) -> remarks.Read:
    """What is to be said of a row as it stands now."""
    read = remarks.read(row["values"])
    twice = msgspec.convert(row.get("twice", []), list[remarks.Remark])
    return remarks.Read(read.values, [*read.remarks, *(each for each in twice if row["values"].get(each.field))])


def _row(row: dict[str, Any], read: remarks.Read) -> dict[str, Any]:
    """A row as it is shown: what is wrong can be mended in its place."""
    blocking = {remark.field for remark in read.remarks if remark.blocks}
    return {
        "number": row["number"],
        "title": shown(row["values"].get("title")),
        "url": shown(row["values"].get("url")),
        "mistakes": [
            (remark, shown(row["values"].get(remark.field)), next(f for f in FIELDS if f.name == remark.field))
            for remark in read.remarks
            if remark.blocks
        ],
        "remarks": [remark for remark in read.remarks if not remark.blocks and remark.field not in blocking],
    }


def _mend(found: Upload, request: HttpRequest) -> None:
    """Take the corrections over that were written beside the rows, and rows that were struck."""
    names = {field.name for field in FIELDS}
    struck = {int(number) for number in request.POST.getlist("strike") if number.isdigit()}
    by_number = {row["number"]: row for row in found.rows}
    for key, value in request.POST.items():
        number, _sep, name = key.removeprefix("cell-").partition("-")
        if key.startswith("cell-") and number.isdigit() and name in names and int(number) in by_number:
            by_number[int(number)]["values"][name] = value
    found.rows = [row for row in found.rows if row["number"] not in struck]
    found.save(update_fields=["rows"])
