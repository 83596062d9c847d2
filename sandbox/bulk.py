"""A CKAN of any size for benchmarks: datasets of 4 kB with three resources, made page by page from a template.

The template is filled as bytes, without an encoder, so that the portal is far faster than what it is to measure.
"""

import re
from datetime import UTC, datetime, timedelta

import msgspec

from sandbox.ckan import JSON, ROWS_MAX
from sandbox.ckan_dataset import render_present
from sandbox.content import Country, make_dataset
from sandbox.portal import Catalogue, Portal
from sandbox.web import Reply, Request

DATASET_BYTES = 4_096
"""Size of every dataset; issue and measurements speak of "4 kB with 3 resources"."""

RESOURCES = 3
TEMPLATE_NUMBER = 13 * 6
"""The number of a dataset of the sandbox whose shape the template takes (public tenders, in three formats)."""

FIRST_CHANGE = datetime(2020, 1, 1, tzinfo=UTC)
COUNTRY = Country("XZ", {"en": "Bulk"}, ("en",))

_ID = "00000000-0000-4000-8000-"
_MARK = "@NUMBER@"
_DATE_MARK = "@CHANGED@"


class BulkSearch:
    """`package_search` over so many datasets, in the order of their numbers whatever `sort` says."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._template, self._fields = _template()

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """A page; 409 for rows or start that are no numbers, as CKAN has it."""
        if not request.path.endswith("/action/package_search"):
            return None
        rows, start = request.query.get("rows", "10"), request.query.get("start", "0")
        if not (rows.isdecimal() and start.isdecimal()):
            return Reply(b'{"success": false, "error": {"__type": "Validation Error"}}', JSON, 409)
        first = int(start)
        last = min(first + min(int(rows), ROWS_MAX), self.count)
        head = b'{"help":"%s","success":true,"result":{"count":%d,"results":[' % (request.address.encode(), self.count)
        body = b",".join([self.dataset(number) for number in range(first, last)])
        return Reply(head + body + b'],"sort":"id asc","facets":{},"search_facets":{}}}', JSON)

    def dataset(self, number: int) -> bytes:
        """One dataset as JSON."""
        changed = (FIRST_CHANGE + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.000001")
        values = (b"%012d" % number, changed.encode())
        return self._template % tuple(values[field] for field in self._fields)


def bulk_portal(count: int, port: int = 0) -> Portal:
    """A CKAN of so many datasets, not yet started."""
    return Portal(_catalogue(), [BulkSearch(count)], port)


def _catalogue() -> Catalogue:
    return Catalogue(COUNTRY, {"en": "Bulk"}, "https://data.xz.example", [])


def _template() -> tuple[bytes, list[int]]:
    """A dataset with marks turned to `%b`, filled up to its size; and what each mark stands for (0 number, 1 date)."""
    catalogue = _catalogue()
    rendered = render_present(make_dataset(COUNTRY, TEMPLATE_NUMBER), catalogue, catalogue.home)
    rendered |= {"id": _ID + _MARK, "name": f"bulk-{_MARK}", "title": f"{rendered['title']} {_MARK}"}
    rendered |= {"url": f"{catalogue.home}/dataset/{_MARK}", "metadata_modified": _DATE_MARK}
    one = rendered["resources"][0]
    rendered["resources"] = [
        {**one, "id": f"0000000{place}-0000-4000-8000-{_MARK}", "url": f"{catalogue.home}/{_MARK}/{place}.csv"}
        | {"package_id": _ID + _MARK, "position": place, "name": f"Part {place} of {_MARK}"}
        for place in range(RESOURCES)
    ]
    rendered["num_resources"] = RESOURCES
    marks = {_MARK: b"0" * 12, _DATE_MARK: b"0" * 26}
    filled = msgspec.json.encode(rendered)
    for mark, value in marks.items():
        filled = filled.replace(mark.encode(), value)
    padding = DATASET_BYTES - len(filled)
    rendered["notes"] += (" Notices of procurement." * padding)[:padding]
    text = msgspec.json.encode(rendered).replace(b"%", b"%%")
    order = re.findall("|".join(marks), text.decode())
    for mark in marks:
        text = text.replace(mark.encode(), b"%b")
    return text, [list(marks).index(mark) for mark in order]
