"""CKAN Action API: what most national portals speak.

Reads `package_search` in pages of up to 1,000 with a stable sort; where a portal refuses, smaller pages, and at last
`package_list` with one `package_show` each, which is all that the oldest portals have. Where robots.txt forbids `/api/`
and no permission is recorded, the portal's `/data.json` or `/catalog.ttl` is read instead, if it has one.

Standard: https://docs.ckan.org/en/latest/api/

Peculiarities: answers without the usual envelope (`{"count", "results"}`), errors as JSON with HTTP 404 or 409, `extras` as
a list or as a mapping, fields of ckanext-scheming and language maps of ckanext-fluent (also as JSON inside strings),
portals that are aggregators themselves (`harvest_source_id`).
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

import msgspec

from harvesters.base import (
    Advertised,
    Answer,
    Event,
    Failure,
    Harvester,
    LastPage,
    Option,
    Parts,
    Source,
    no_parts,
    notice,
)
from harvesters.ckan_mapping import map_dataset
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, places, root_of
from harvesters.findings import find
from harvesters.jsonrecord import mended_json
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase
from harvesters.spool_lines import Ask, Record

PAGE_SIZES = (1000, 100, 20)
"""Datasets a page, tried in turn: CKAN's own ceiling (ckan.search.rows_max), then what weaker portals still answer."""

STABLE_SORT = "metadata_created asc, id asc"
"""What is added while we page comes last, so that no page shifts under us."""

SEARCH_PATHS = (("result", "results"), ("results",))
LIST_PATHS = (("result",), ())
INSTEAD = (("data.json", "dcat-us"), ("catalog.ttl", "dcat"))
"""What a CKAN may offer beside its API (ckanext-dcat, ckanext-datajson), and which harvester reads it."""

API_BASE = re.compile(r"(?:/(?:[a-z]{2}(?:[-_][A-Za-z]+)?))?/(?:api|dataset|organization|group)(?:/|$).*")
"""What stands behind a CKAN's base address when a person copies the address of its API or of one of its pages."""

MARKS = re.compile(
    r"/webassets/ckanext-|/fanstatic/vendor|/base/(?:javascript|css)/main|data-module=\"|ckan[-_.]|powered by ckan",
    re.I,
)
"""In the pages of a CKAN that does not name itself as their generator."""

OTHER_TYPES = frozenset({"harvest", "showcase", "application"})
"""Types of packages that CKAN's extensions keep among the datasets: sources of a harvest, and uses of data."""

NOTHING = msgspec.Raw(b"null")


class _Identity(msgspec.Struct):
    id: str | int | None = None
    name: str | None = None
    type: Any = None


class _Envelope(msgspec.Struct):
    """What surrounds the datasets of a `package_search`, with or without the usual envelope."""

    success: bool | None = None
    result: Any = None
    count: int | None = None
    error: Any = None


class _Shown(msgspec.Struct):
    success: bool | None = None
    result: msgspec.Raw = NOTHING
    id: str | None = None


_IDENTITY = msgspec.json.Decoder(_Identity)
_ENVELOPE = msgspec.json.Decoder(_Envelope)


class Ckan(Harvester):
    """The Action API, version 3, of CKAN 1.8 and later: `package_search` in pages of up to 1,000, smaller ones where a portal
    refuses, and names one by one from the oldest. Where robots.txt forbids the API and no permission is recorded, the
    portal's data.json or catalog.ttl is read instead. Changes are asked for by `metadata_modified`.
    """

    protocol: ClassVar[str] = "ckan"
    title: ClassVar[str] = "CKAN Action API"
    standard: ClassVar[str] = "https://docs.ckan.org/en/latest/api/"
    version: ClassVar[int] = 3
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "fq", "a filter query (Solr's syntax) that limits what is read, such as `organization:ministry-of-finance`"
        ),
        Option("page_size", "datasets a page, where the portal needs fewer than 1,000"),
    )
    incremental: ClassVar[bool] = True

    def start(self) -> Iterable[Ask]:
        """The first page."""
        size = int(self.source.options.get("page_size", PAGE_SIZES[0]))
        # A first look does not ask for a thousand datasets to show five.
        yield self._page(0, min(size, self.source.limit or size))

    def read(self, answer: Answer) -> Iterable[Event]:
        """Read a page, a list of names, or one dataset, as the ask's purpose says."""
        match answer.ask.purpose:
            case "list":
                return self._read_list(answer)
            case "record":
                return self._read_one(answer)
            case _:
                return self._read_page(answer)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Smaller pages, then names one by one; what robots.txt permits, where it forbids the API."""
        if ask.protocol is not None:
            routes = [protocol for _, protocol in INSTEAD]
            yield from self._instead(routes.index(ask.protocol) + 1) if ask.protocol in routes else ()
        elif failure.failure == "refused-by-robots" and ask.purpose == "page":
            yield from self._instead(0)
        elif ask.purpose == "page" and failure.failure not in {"tls", "auth", "refused-address", "refused-by-robots"}:
            size = int(ask.note["rows"] or 0)
            smaller = next((candidate for candidate in PAGE_SIZES if candidate < size), None)
            if smaller is not None:
                yield self._page(int(ask.note["start"] or 0), smaller)
            elif ask.note["start"] == 0 and self.source.since is None:
                yield self._ask("package_list", "list", {})

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one CKAN dataset."""
        return map_dataset(record, source)

    # -- detection

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """A search for nothing, which tells the count, where a CKAN's base may be."""
        if not seen.reported and not _bears_marks(seen):
            return
        bases = dict.fromkeys([base_of(seen.url), *(place.rstrip("/") for place in places(seen.url))])
        for base in list(bases)[:2]:
            url = f"{base}/api/3/action/package_search?rows=0"
            if _bears_marks(seen):
                yield Lead(url, 90, phrase("page-bears-marks", name="CKAN"))
            elif base != root_of(seen.url).rstrip("/") and base == base_of(seen.url) and API_BASE.search(seen.url):
                yield Lead(url, 55, phrase("address-looks-like", name="CKAN"))
            else:
                yield Lead(url, 40, phrase("usual-place", name="CKAN"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A search's count, any other action's envelope, or a page that names CKAN as its generator."""
        answer = seen.json
        if isinstance(answer, dict) and "/action/" in seen.url:
            result = answer.get("result", answer if "count" in answer else None)
            if isinstance(result, dict) and isinstance(result.get("results"), list):
                count = result.get("count")
                told = count if isinstance(count, int) else None
                return Recognised(
                    95, base_of(seen.url), phrase("answers-with-datasets", name="CKAN package_search"), told
                )
            if answer.get("success") is True and "result" in answer and "help" in answer:
                return Recognised(80, base_of(seen.url), phrase("answers-in-form", name="CKAN Action API"))
        if "ckan" in seen.generator.split():
            return Recognised(85, base_of(seen.url), phrase("generator-named", generator=seen.generator))
        return None

    # -- asks

    def _page(self, start: int, rows: int) -> Ask:
        query: dict[str, str | int] = {"rows": rows, "start": start, "sort": STABLE_SORT}
        filters = [str(self.source.options["fq"])] if "fq" in self.source.options else []
        if self.source.since is not None:
            filters.append(f"metadata_modified:[{self.source.since} TO *]")
        if filters:
            query["fq"] = " AND ".join(f"({each})" for each in filters) if len(filters) > 1 else filters[0]
        return self._ask("package_search", "page", query)

    def _ask(self, action: str, purpose: str, query: dict[str, str | int]) -> Ask:
        url = f"{base_of(self.source.url)}/api/3/action/{action}" + (f"?{urlencode(query)}" if query else "")
        note = {key: value for key, value in query.items() if key in {"rows", "start"}}
        return Ask(url=url, purpose=purpose, headers={"Accept": "application/json"}, note=dict(note))

    def _instead(self, first: int) -> Iterator[Ask]:
        for path, protocol in INSTEAD[first : first + 1]:
            yield Ask(url=f"{base_of(self.source.url)}/{path}", protocol=protocol)

    # -- answers

    def _read_page(self, answer: Answer) -> Iterator[Event]:
        received = 0
        with answer.open() as file:
            members = ArrayMembers(file, SEARCH_PATHS, self.source.max_record_bytes, None, answer.url)
            for member in members:
                received += 1
                yield self._event(member, answer)
        envelope = _decoded_envelope(members.envelope, answer)
        if not members.found:
            raise MalformedAnswer(*_refusal(envelope, answer))
        total = envelope.count if isinstance(envelope.count, int) else _count(envelope.result)
        if total is not None:
            yield Advertised(total)
        start, rows = int(answer.ask.note["start"] or 0), int(answer.ask.note["rows"] or 0)
        # A portal may cap a page below what was asked for: go on from what came, not from what was asked.
        following = start + received
        if received == 0 or (following >= total if total is not None else received < rows):
            yield LastPage()
        else:
            yield self._page(following, rows)

    def _read_list(self, answer: Answer) -> Iterator[Event]:
        count = 0
        with answer.open() as file:
            members = ArrayMembers(file, LIST_PATHS, self.source.max_record_bytes, None, answer.url)
            for member in members:
                if isinstance(member, TooLarge):
                    continue
                name = msgspec.json.decode(member)
                if isinstance(name, str):
                    count += 1
                    yield self._ask("package_show", "record", {"id": name})
        if not members.found:
            raise MalformedAnswer(*_refusal(_decoded_envelope(members.envelope, answer), answer))
        yield Advertised(count)
        yield LastPage()

    def _read_one(self, answer: Answer) -> Iterator[Event]:
        if answer.path.stat().st_size > self.source.max_record_bytes:
            size = answer.path.stat().st_size
            yield notice(
                find("record-too-large", value=answer.url, size=size, limit=self.source.max_record_bytes),
                answer,
                received=True,
            )
            return
        content = answer.content().removeprefix(codecs.BOM_UTF8)
        try:
            shown = msgspec.json.decode(content, type=_Shown)
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-asks-again")
            ) from error
        if bytes(shown.result) != bytes(NOTHING):
            yield self._event(bytes(shown.result), answer)
        elif shown.id is not None:
            yield self._event(content, answer)
        else:
            raise MalformedAnswer(phrase("answered-without-dataset", url=answer.url), phrase("do-tell-portal-operator"))

    def _event(self, member: bytes | TooLarge, answer: Answer) -> Event:
        if isinstance(member, TooLarge):
            return notice(
                find("record-too-large", value=answer.url, size=member.size_bytes, limit=self.source.max_record_bytes),
                answer,
                received=True,
            )
        try:
            identity, member = _identified(member)
        except NOT_JSON as error:
            return notice(
                find("record-malformed", value=member[:200].decode("utf-8", "replace"), why=error),
                answer,
                received=True,
            )
        identifier = identity.id if identity.id not in {None, ""} else identity.name
        native_id = str(identifier) if identifier not in {None, ""} else None
        if identity.type in OTHER_TYPES:
            return notice(find("not-a-dataset", value=identity.type), answer, native_id, received=True)
        return self.json_record(native_id, member, answer)


def _identified(member: bytes) -> tuple[_Identity, bytes]:
    """What a record says it is, and its JSON; mended where it has half characters, say. Raises what is in NOT_JSON."""
    try:
        return _IDENTITY.decode(member), member
    except NOT_JSON:
        mended = mended_json(member)
        if mended is None:
            raise
        return _IDENTITY.decode(mended), mended


def base_of(url: str) -> str:
    """The base address of a CKAN, without a slash at the end, from the address of its API, of a page, or itself."""
    return API_BASE.sub("", url.partition("#")[0].partition("?")[0]).rstrip("/")


def _bears_marks(seen: Seen) -> bool:
    return seen.is_html and ("ckan" in seen.generator or bool(MARKS.search(seen.text)))


def _decoded_envelope(content: bytes, answer: Answer) -> _Envelope:
    try:
        return _ENVELOPE.decode(content)
    except NOT_JSON as error:
        raise MalformedAnswer(
            phrase("not-of-protocol-because", url=answer.url, name="CKAN", detail=str(error)),
            phrase("do-check-protocol"),
        ) from error


def _count(result: object) -> int | None:
    count = result.get("count") if isinstance(result, dict) else None
    return count if isinstance(count, int) else None


def _refusal(envelope: _Envelope, answer: Answer) -> Iterator[Phrase]:
    yield phrase("lists-no-dataset", url=answer.url)
    error = envelope.error.get("message") if isinstance(envelope.error, dict) else envelope.error
    if error:
        yield phrase("it-says", words=str(error)[:200].rstrip("."))
    yield phrase("do-check-protocol")
