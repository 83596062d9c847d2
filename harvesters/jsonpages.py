"""What harvesters of JSON interfaces share: pages of a list, asked for by an offset or a number, until the stated count.

A protocol says where a page is (`page_url`), where the list stands in it (`lists`), and what a member's identifier is; the
rest is the same everywhere: members of any size one at a time, the count, smaller pages where a portal fails, the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import msgspec

from harvesters.base import Advertised, Answer, Event, Failure, Harvester, LastPage, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.findings import find
from harvesters.jsonrecord import mended_json
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.jsonvalues import dig
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask

FINAL = frozenset({"tls", "auth", "refused-address", "refused-by-robots", "blocked"})
"""Failures that smaller pages do not mend."""


class JsonPages(Harvester):
    """The base of a protocol that pages through a JSON list; not a protocol itself.

    page_sizes: datasets a page, tried in turn where a portal fails. lists: where the list may stand, as paths of keys.
    totals: where the count may stand. id_paths: where a member's identifier may stand.
    """

    page_sizes: ClassVar[Sequence[int]] = (100, 20)
    lists: ClassVar[Sequence[tuple[str, ...]]] = (("results",),)
    totals: ClassVar[Sequence[Sequence[str]]] = (("total",),)
    id_paths: ClassVar[Sequence[Sequence[str]]] = (("id",),)
    accept: ClassVar[str] = "application/json"

    def page_url(self, start: int, size: int) -> str:
        """The address of the page that begins with member `start` (counted from 0) and has `size` members."""
        raise NotImplementedError

    def start(self) -> Iterable[Ask]:
        """The first page; a first look at a portal does not ask for more than it shows."""
        size = int(self.source.options.get("page_size", self.page_sizes[0]))
        yield self.page(0, min(size, self.source.limit or size))

    def page(self, start: int, size: int) -> Ask:
        """The ask for a page."""
        note: dict[str, str | int | float | bool | None] = {"start": start, "size": size}
        return Ask(self.page_url(start, size), headers={"Accept": self.accept}, note=note)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Smaller pages; what comes in the place of the first page where none is small enough (`instead`)."""
        if ask.purpose != "page" or failure.failure in FINAL:
            return
        start, size = int(ask.note.get("start") or 0), int(ask.note.get("size") or 0)
        smaller = next((candidate for candidate in self.page_sizes if candidate < size), None)
        if smaller is not None and failure.failure in {"down", "too-large"}:
            yield self.page(start, smaller)
        elif start == 0:
            yield from self.instead(ask, failure)

    def instead(self, ask: Ask, failure: Failure) -> Iterable[Ask]:
        """What to ask where the first page cannot be had: an older interface of the same software, say."""
        return ()

    def read(self, answer: Answer) -> Iterable[Event]:
        """A page of records, the count, and the next page or the end."""
        received = 0
        with answer.open() as file:
            members = ArrayMembers(file, self.lists, self.source.max_record_bytes, None, answer.url)
            for member in members:
                received += 1
                yield from self.member(member, answer)
            if not members.found:
                raise MalformedAnswer(
                    phrase("no-list-in-place", url=answer.url, name=self.title), phrase("do-check-protocol")
                )
        yield from self.after(answer, object_of(members.envelope), received)

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The count, and the next page or the end."""
        total = self.total(envelope)
        if total is not None:
            yield Advertised(total)
        start, size = int(answer.ask.note.get("start") or 0), int(answer.ask.note.get("size") or 0)
        following = start + received
        # A portal may cap a page below what was asked for: go on from what came.
        if received == 0 or (following >= total if total is not None else received < size):
            yield LastPage()
        else:
            yield self.page(following, size)

    def total(self, envelope: dict[str, Any]) -> int | None:
        """The portal's count, from what surrounds the list."""
        for path in self.totals:
            value = dig(envelope, *path)
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return value
        return None

    def member(self, member: bytes | TooLarge, answer: Answer) -> Iterator[Event]:
        """One member of the list: a record, or the finding that says why it is none."""
        if isinstance(member, TooLarge):
            limit = self.source.max_record_bytes
            yield notice(
                find("record-too-large", value=answer.url, size=member.size_bytes, limit=limit), answer, received=True
            )
            return
        try:
            said = msgspec.json.decode(member)
        except NOT_JSON as error:
            mended = mended_json(member)
            if mended is None:
                excerpt = member[:200].decode("utf-8", "replace")
                yield notice(find("record-malformed", value=excerpt, why=str(error)), answer, received=True)
                return
            member, said = mended, msgspec.json.decode(mended)
        yield from self.record(said, member, answer)

    def record(self, said: Any, member: bytes, answer: Answer) -> Iterator[Event]:
        """The record of a decoded member; a protocol that lists other things too leaves them out here, and says so."""
        yield self.json_record(self.identifier(said), member, answer)

    def identifier(self, said: Any) -> str | None:
        """A member's own identifier, as the portal wrote it."""
        for path in self.id_paths:
            value = dig(said, *path)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if isinstance(value, str) and value.strip():
                return value
        return None


def object_of(envelope: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(envelope)
    except NOT_JSON:
        return {}
    return value if isinstance(value, dict) else {}
