"""Which protocol does an address speak? Asked of every harvester, with the evidence for each answer.

`Detection` keeps the leads and ranks what was recognised; it fetches nothing (`probe` does), so that what it decides can be
followed line by line. A person reports one address; never more than `MAX_REQUESTS` are made to find out what it is.
"""

import heapq
from collections.abc import Iterable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import msgspec

from harvesters.base import Harvester
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.phrases import Phrase, phrase
from harvesters.registry import all_harvesters

MAX_REQUESTS = 25
"""Robots files and redirects included (issue 3: never more, at least half a second apart)."""

SECONDS_BETWEEN = 0.5
SEEN_BYTES = 2 << 20
"""Of each answer so much is looked at: enough for every page and for the first datasets of a large file."""

CERTAIN = 90
"""From this confidence on, only leads that the evidence itself points to are still followed."""

POINTED_TO = 60
"""The weight from which on a lead is one (`evidence.Lead`)."""

NAMED_BONUS = 8
"""For what the reported address itself answered, unless it is a web page: the person named it. It outweighs a more
particular protocol of the same portal only where that is not certain."""

FALLBACK = 20
"""Up to this confidence a protocol reads the address as a single entry only."""


class Step(msgspec.Struct, frozen=True):
    """One request of a detection: what was asked and why, and what came back, one phrase after the other."""

    asked: str
    because: Phrase
    came: tuple[Phrase, ...]


class Candidate(msgspec.Struct, frozen=True):
    """A protocol that the address may be read by.

    url and options: what a source should name. asked: the address whose answer is the evidence. named: whether that is the
    reported one.
    """

    protocol: str
    title: Phrase
    confidence: int
    url: str
    evidence: Phrase
    asked: str
    advertised: int | None = None
    options: dict[str, Any] = {}
    named: bool = False

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts candidates, the likeliest first; equal ones by the shorter address and the protocol's name."""
        return (-self.confidence, len(self.url), self.protocol)


class Detection:
    """The state of one detection: `next` says what to ask, `take` and `failed` say what came."""

    def __init__(self, url: str, harvesters: Iterable[type[Harvester]] | None = None) -> None:
        self.url = with_scheme(url)
        self.steps: list[Step] = []
        self._harvesters = list(all_harvesters().values()) if harvesters is None else list(harvesters)
        self._found: dict[str, Candidate] = {}
        self._order = count()
        self._leads: list[tuple[int, int, Lead]] = []
        self._queued: set[str] = set()
        self._unreachable: set[str] = set()
        self._add(Lead(self.url, 100, phrase("reported-address")))
        if "://" not in url:
            self._add(Lead(with_scheme(url, "http"), 1, phrase("reported-address-without-tls")))

    @property
    def candidates(self) -> list[Candidate]:
        """What was recognised, the likeliest first, one per protocol."""
        return sorted(self._found.values(), key=lambda candidate: candidate.rank)

    @property
    def answered(self) -> bool:
        """Whether anything at all came back."""
        return any(step.came for step in self.steps)

    def next(self) -> Lead | None:
        """The likeliest address that was not asked; None where nothing more is worth asking."""
        while self._leads:
            _, _, lead = heapq.heappop(self._leads)
            if _origin(lead.url) in self._unreachable:
                continue
            settled = any(candidate.confidence >= CERTAIN for candidate in self._found.values())
            if settled and lead.weight < POINTED_TO:
                return None
            return lead
        return None

    def take(self, lead: Lead, seen: Seen) -> list[Candidate]:
        """Show an answer to every harvester; gives what is newly recognised."""
        self.steps.append(Step(lead.url, lead.because, (_came(seen),)))
        self._queued.add(_key(seen.url))
        new = []
        for harvester in self._harvesters:
            recognised = harvester.recognise(seen) if seen.ok else None
            if recognised is not None:
                candidate = _candidate(harvester, recognised, seen)
                before = self._found.get(candidate.protocol)
                if before is None or candidate.rank < before.rank:
                    self._found[candidate.protocol] = candidate
                    new.append(candidate)
        for harvester in self._harvesters:
            for following in harvester.leads(seen):
                self._add(following)
        return new

    def failed(self, lead: Lead, why: tuple[Phrase, ...], *, reached: bool) -> None:
        """Note that there was no answer. reached: whether the host is there; if not, it is not asked again."""
        self.steps.append(Step(lead.url, lead.because, why))
        if not reached:
            self._unreachable.add(_origin(lead.url))

    def _add(self, lead: Lead) -> None:
        if _key(lead.url) not in self._queued and lead.url.startswith(("http://", "https://")):
            self._queued.add(_key(lead.url))
            heapq.heappush(self._leads, (-lead.weight, next(self._order), lead))


def with_scheme(url: str, scheme: str = "https") -> str:
    """An address as people write it (`data.example.org`) as one that can be asked."""
    text = url.strip()
    return text if "://" in text else f"{scheme}://{text}"


def _candidate(harvester: type[Harvester], recognised: Recognised, seen: Seen) -> Candidate:
    named = seen.reported and not seen.is_html and recognised.confidence > FALLBACK
    return Candidate(
        protocol=harvester.protocol,
        title=harvester.called(),
        confidence=min(100, recognised.confidence + NAMED_BONUS * named),
        url=recognised.url,
        evidence=recognised.evidence,
        asked=seen.asked,
        advertised=recognised.advertised,
        options=dict(recognised.options),
        named=named,
    )


def _came(seen: Seen) -> Phrase:
    status, moved = str(seen.status), seen.url != seen.asked
    if seen.is_html:
        return phrase("came-page-moved", status=status, url=seen.url) if moved else phrase("came-page", status=status)
    media = seen.media_type
    if not media:
        return (
            phrase("came-untyped-moved", status=status, url=seen.url)
            if moved
            else phrase("came-untyped", status=status)
        )
    if moved:
        return phrase("came-typed-moved", status=status, media=media, url=seen.url)
    return phrase("came-typed", status=status, media=media)


def _key(url: str) -> str:
    """What makes two addresses the same: neither the fragment nor a slash at the end counts."""
    return url.partition("#")[0].rstrip("/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
