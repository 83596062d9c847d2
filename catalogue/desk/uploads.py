"""Uploaded lists between reading and taking over: kept with their file, mended row by row, read anew with other columns.

Each row is judged when it is read and when it changes, never because a page is looked at: a list has thousands.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from catalogue.desk.models import Upload, UploadedFile, UploadedRow
from catalogue.people.models import Person
from catalogue.register import drafts, list_files, lists, remarks
from catalogue.register.fields import BY_NAME
from catalogue.register.list_columns import CONTACT
from catalogue.register.many import AT_ONCE
from catalogue.register.models import Rank, ranked
from catalogue.states.models import State

KEPT = timedelta(days=30)
"""After somebody last did something about a list: longer than a holiday. The file may name persons, whom nothing needs then."""


class Anew(NamedTuple):
    """What became of a list that was read anew. kept, lost: corrections beside rows. shadowed: header and field of columns
    that were not taken for what was said, because another column is that already."""

    kept: int
    lost: int
    shadowed: list[tuple[str, str]]


def current() -> QuerySet[Upload]:
    """The lists that are kept still; others are as good as gone, whenever `expire` comes to them."""
    return Upload.objects.filter(changed__gte=timezone.now() - KEPT)


def expire() -> int:
    """Delete the lists that nobody has done anything about for `KEPT`, with their files; says how many."""
    gone = Upload.objects.filter(changed__lt=timezone.now() - KEPT)
    count = gone.count()
    gone.delete()
    return count


def kept_until(upload: Upload) -> datetime:
    """When a list expires, if nobody does anything about it."""
    return upload.changed + KEPT


def begin(person: Person, state: State, name: str, content: bytes, authority: str) -> Upload:
    """Read a list and keep it. Raises ListRefused."""
    read = _read(content, name, authority, None, None)
    if not read.rows and not read.left_out:
        list_files.refuse("no-rows", name)
    with transaction.atomic():
        made = Upload.objects.create(person=person, state=state, name=name[-200:], authority=authority, **_said(read))
        UploadedFile.objects.create(upload=made, content=content)
        UploadedRow.objects.bulk_create([_row(made, row) for row in read.rows], AT_ONCE)
    return made


def read_anew(upload: Upload, fields: Mapping[str, str | None], sheet: str, authority: str) -> Anew:
    """Read the file again, as a person says. fields: by header, None for what is not taken over. sheet: of which; where it is
    another one than before, nothing is known of its columns, and its rows are others.

    Corrections beside rows are kept for fields that the same columns say as before, and rows that were left out stay so.
    Raises ListRefused, and leaves the list as it is, where no row says anything then.
    """
    same_sheet = sheet == upload.sheets.get("read", "")
    stated = {c["header"]: _meaning(c, fields.get(c["header"])) for c in upload.columns} if same_sheet else None
    read = _read(bytes(upload.file.content), upload.name, authority, stated, sheet or None)
    if not read.rows:
        list_files.refuse("nothing-known", upload.name)
    before, after = _sources(upload.columns), _sources(msgspec.to_builtins(read.columns))
    with transaction.atomic():
        _lock(upload)
        touched = [row for row in upload.rows.all() if row.struck or row.mended]
        found = {row.number: _row(upload, row) for row in read.rows}
        kept = 0
        for old in touched:
            new = found.get(old.number) if same_sheet else None
            if new is None:
                continue
            new.struck = old.struck
            new.mended = {name: text for name, text in old.mended.items() if before[name] == after[name]}
            new.values |= new.mended
            kept += len(new.mended)
            judge(new)
        upload.rows.all().delete()
        UploadedRow.objects.bulk_create(found.values(), AT_ONCE)
        for name, value in _said(read).items():
            setattr(upload, name, value)
        upload.authority, upload.changed = authority, timezone.now()
        upload.save()
    shadowed = [
        (c.header, said) for c in read.columns if same_sheet and (said := fields.get(c.header)) and c.field != said
    ]
    return Anew(kept, sum(len(row.mended) for row in touched) - kept, shadowed)


def mend(upload: Upload, cells: Mapping[tuple[int, str], str], struck: Iterable[int]) -> None:
    """Take corrections over, by number of row and name of field, and leave rows out. Only these rows are judged."""
    by_row: dict[int, dict[str, str]] = defaultdict(dict)
    for (number, name), text in cells.items():
        if name in BY_NAME:
            by_row[number][name] = text
    with transaction.atomic():
        _lock(upload)
        rows = list(upload.rows.filter(number__in=by_row))
        for row in rows:
            changes = {name: text for name, text in by_row[row.number].items() if text != row.values.get(name, "")}
            row.values |= changes
            row.mended |= changes
            if "url" in changes:
                row.twice = []  # that was said of the address before
        _find_repeated(upload, [row for row in rows if "url" in by_row[row.number]])
        for row in rows:
            judge(row)
        UploadedRow.objects.bulk_update(rows, ["values", "mended", "twice", "rank"], 100)
        upload.rows.filter(number__in=list(struck)).update(struck=True)
        upload.changed = timezone.now()
        upload.save(update_fields=["changed"])


def _find_repeated(upload: Upload, rows: Sequence[UploadedRow]) -> None:
    """Remark upon each row whose new address another one has."""
    new = {row.number: lists.same_address(row.values["url"]) for row in rows if row.values.get("url")}
    if not new:
        return
    known: dict[str, str] = {}
    others = upload.rows.filter(struck=False).values_list("number", "values__url", "values__title")
    for number, url, title in others.order_by("number"):
        if url and number not in new:
            known.setdefault(lists.same_address(url), title or url)
    for row in rows:
        if row.number in new and new[row.number] in known:
            remark = remarks.Remark("url", "twice", value=known[new[row.number]])
            row.twice = [msgspec.to_builtins(remark)]


def take(upload: Upload) -> int | None:
    """Make drafts of all rows that were not left out, and forget the list: all or nothing. None where a mistake blocks, or
    there is no row."""
    with transaction.atomic():
        _lock(upload)
        rows = upload.rows.filter(struck=False)
        if not rows.exists() or rows.filter(rank=Rank.BLOCKED).exists():
            return None
        made = drafts.new_many(upload.state_id, rows.order_by("number").values_list("values", flat=True))
        upload.delete()
    return len(made)


def _lock(upload: Upload) -> None:
    """One at a time. Raises Http404 where the list was taken over or thrown away meanwhile, in another tab."""
    get_object_or_404(Upload.objects.select_for_update(), pk=upload.pk)


def judge(row: UploadedRow) -> remarks.Read:
    """What is to be said of a row as it stands now; its rank follows."""
    read = remarks.read(row.values)
    twice = msgspec.convert(row.twice, list[remarks.Remark])
    said = remarks.Read(read.values, [*read.remarks, *(each for each in twice if row.values.get(each.field))])
    row.rank = ranked(said)
    return said


def _read(
    content: bytes, name: str, authority: str, stated: Mapping[str, str | None] | None, sheet: str | None
) -> lists.Listed:
    with tempfile.NamedTemporaryFile(prefix="list-") as kept:
        kept.write(content)
        kept.flush()
        return lists.read_list(Path(kept.name), name, stated, authority=authority, sheet=sheet)


def _said(read: lists.Listed) -> dict[str, Any]:
    """What an upload keeps of what was read, besides the rows."""
    sheets = {"read": read.sheet, "others": read.other_sheets, "left_out": read.left_out_rows}
    return {"columns": msgspec.to_builtins(read.columns), "sheets": sheets}


def _row(upload: Upload, row: lists.Row) -> UploadedRow:
    twice = [msgspec.to_builtins(remark) for remark in row.remarks if remark.code == "twice"]
    return UploadedRow(
        upload=upload, number=row.number, values=row.values, extra=row.extra, twice=twice, rank=ranked(row)
    )


def _meaning(column: Mapping[str, Any], field: str | None) -> str | None:
    """What is stated of a column: what it was taken for, where that is left as it was. A contact stays one, and is left out."""
    if field == column.get("field"):
        meaning: str | None = column.get("meaning")
        return meaning if field or meaning == CONTACT else None
    return field


def _sources(columns: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The headers of the columns that say a field, by field."""
    found: dict[str, list[str]] = defaultdict(list)
    for column in columns:
        if column.get("field"):
            found[column["field"]].append(column["header"])
    return found
