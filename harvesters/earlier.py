"""The spool of the last complete harvest, for portals that say that an answer is still what it was (RFC 9110, section 13).

What was read from that answer then is read again from the old spool, so that the new one is as whole as if all had been sent.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from harvesters.base import Advertised, Event, LastPage, Trouble
from harvesters.heading import alike
from harvesters.phrases import verbatim
from harvesters.spool import frame_at, frames
from harvesters.spool_lines import Ask, Checkpoint, Gone, Header, Line, Noticed, Part, Record

MADE_AGAIN = frozenset({"identifier-repeated", "page-loop", "robots-forbid"})
"""Findings that the crawl itself makes, each time."""

LOOKED_AT = 5
"""A portal whose first answers can none of them be known again is not expected to have others; its spool is not read on."""

_LINE: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Validators(NamedTuple):
    """By what an answer is known again: its ETag, and when it was last modified; "" where it has none."""

    etag: str = ""
    modified: str = ""


class _Known(NamedTuple):
    offset: int
    validators: Validators


class Earlier:
    """The answers of an earlier harvest that can be asked for again on condition.

    path: its spool. header: of the new one; a spool of another address, protocol or version of the harvester is not used, nor
    one that was read with other options or other limits of a record.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        self._known: dict[str, _Known] = {}
        without = 0
        for number, (offset, last) in enumerate(frames(path)):
            line = _LINE.decode(last)
            if number == 0 and not (isinstance(line, Header) and alike(line, header)):
                return
            if isinstance(line, Checkpoint) and line.failure is None and (line.etag or line.modified):
                self._known[line.answered] = _Known(offset, Validators(line.etag, line.modified))
            elif isinstance(line, Checkpoint) and line.answered:
                without += 1
            if without >= LOOKED_AT and not self._known:
                return

    def conditions(self, ask: Ask) -> dict[str, str]:
        """The headers by which the portal may say that nothing changed; none where it never said by what to tell."""
        known = self._known.get(ask.key)
        if known is None or ask.method != "GET":
            return {}
        etag, modified = known.validators
        return {"If-None-Match": etag} if etag else {"If-Modified-Since": modified}

    def knows(self, ask: Ask) -> bool:
        """Whether an answer to this was kept, so that 304 may be said of it."""
        return ask.key in self._known

    def validators(self, ask: Ask) -> Validators:
        """Those of the answer that was kept."""
        return self._known[ask.key].validators

    def events(self, ask: Ask) -> Iterator[Event]:
        """What reading the answer gave then."""
        for raw in frame_at(self._path, self._known[ask.key].offset):
            line = _LINE.decode(raw)
            match line:
                case Record() | Gone() | Part():
                    yield line
                case Noticed() if line.finding.code not in MADE_AGAIN:
                    yield line
                case Checkpoint():
                    yield from line.asked
                    yield from (Trouble(*line.said.get(trouble, (verbatim(trouble),))) for trouble in line.troubles)
                    if line.advertised is not None:
                        yield Advertised(line.advertised)
                    if line.last_page:
                        yield LastPage()
                case _:
                    pass
