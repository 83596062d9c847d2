"""What is said of the entries of a list before it is submitted: each by itself, and beside what the State has already."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalogue.desk import reading
from catalogue.desk.api.schemas import Judged, RemarkOut
from catalogue.register import remarks
from catalogue.register.remarks import Read, Remark


def judge(state: str, entries: Sequence[Mapping[str, Any]]) -> list[Read]:
    """What each entry says and what is said of it; an address that the State has already is only remarked upon."""
    known = {
        str(entry.published.fields.get("url")): entry.published.title
        for entry in reading.published(state)
        if entry.published is not None
    }
    found = []
    for stated in entries:
        read = remarks.read(stated)
        url = read.values.get("url")
        if url in known:
            read.remarks.append(Remark("url", "twice", value=known[url][:200]))
        if url:
            known.setdefault(url, str(read.values.get("title", "")))
        found.append(read)
    return found


def judged(index: int, read: Read) -> Judged:
    """An entry as the API says it, in the language that is active."""
    return Judged(
        index=index,
        blocked=read.blocked,
        remarks=[
            RemarkOut(field=each.field, code=each.code, blocks=each.blocks, message=each.text) for each in read.remarks
        ],
    )
