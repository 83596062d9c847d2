"""What is this address? Detection and a first reading, for a person who waits: nothing is saved.

Two processes do the fetching, one after the other: `harvesters.probe` finds the protocol, `harvesters.crawl` reads the first
datasets into a folder that is thrown away. Whatever is known when the time is over is the answer.
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from catalogue.assess import validation
from catalogue.configuration import Configuration
from catalogue.errors import CheckNotPossible
from catalogue.harvests.probing import Probed, Tell, lines_of, probe
from catalogue.register.addresses import url_mistake
from harvesters import base
from harvesters.detect import FALLBACK, SECONDS_BETWEEN, Candidate, Step, with_scheme
from harvesters.findings import Finding, describe, find
from harvesters.package import encode
from harvesters.parts import collect, look_up
from harvesters.phrases import Phrase, all_in_words, in_words, phrase, verbatim
from harvesters.registry import harvester_for
from harvesters.spool import read_spool
from harvesters.spool_lines import Noticed, Record, Verdict

CHECK_SECONDS = 20.0
"""A person waits no longer (issue 3)."""

PROBE_SHARE = 0.7
"""Of the time, for finding the protocol; the rest is for reading the first datasets."""

KEPT_BACK_SECONDS = 1.0
"""Kept for mapping and for telling the result."""

OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
"""A scheme (RFC 3986, 3.1); what has a digit behind the colon is a host and its port."""

SOURCE_ID = "check"
CRAWL = [sys.executable, "-m", "harvesters.crawl"]


class Explained(msgspec.Struct, frozen=True):
    """A finding with its words in the language asked for. dataset: the title or identifier of whose it is, or ""."""

    code: str
    severity: str
    message: str
    hint: str
    dataset: str = ""


class Spoken(msgspec.Struct, frozen=True):
    """A protocol that the address may be read by, as `harvesters.detect.Candidate`, in words."""

    protocol: str
    title: str
    confidence: int
    url: str
    evidence: str
    asked: str
    advertised: int | None
    options: dict[str, Any]
    named: bool


class Asked(msgspec.Struct, frozen=True):
    """One request, as `harvesters.detect.Step`, in words."""

    asked: str
    because: str
    came: str


class Judgement(msgspec.Struct, frozen=True):
    """What the address amounts to.

    state: "readable": a protocol answers, and datasets were read; "recognised": a protocol answers, and no dataset was read
    in time or at all; "single-entry": a page or a file that can be listed as such; "nothing-found"; "unanswered".
    """

    state: str
    sentence: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. datasets: package descriptors, as they would stand in the catalogue. url: as given; source_url:
    what a source should name. language: of what is said."""

    url: str
    language: str
    candidates: list[Spoken]
    protocol: str | None
    source_url: str | None
    advertised: int | None
    datasets: list[dict[str, Any]]
    findings: list[Explained]
    verdict: Judgement
    steps: list[Asked]
    requests: int
    seconds: float


class _Preview(msgspec.Struct):
    datasets: list[dict[str, Any]] = []
    findings: list[tuple[str, Finding]] = []
    advertised: int | None = None
    requests: int = 0
    said: tuple[Phrase, ...] = ()
    done: bool = False


def check(
    url: str,
    configuration: Configuration,
    tell: Tell,
    *,
    protocol: str | None = None,
    limit: int = 5,
    seconds: float = CHECK_SECONDS,
    language: str = "en",
) -> Checked:
    """Look at an address: which protocols it speaks, how many datasets it has, and the first `limit` of them.

    protocol: look for this one only. language: of what is said, one of the six. Raises CheckNotPossible for what is no
    web address and for settings that cannot be used, and UnknownProtocol.
    """
    started = time.monotonic()
    _refuse_mistakes(url)
    if protocol is not None:
        harvester_for(protocol)
    end = started + seconds - KEPT_BACK_SECONDS
    probed = probe(url, configuration, tell, protocol=protocol, seconds=seconds * PROBE_SHARE)
    candidates = probed.ranked
    preview, chosen = _Preview(), None
    for candidate in _worth_reading(candidates, url, protocol):
        if time.monotonic() > end:
            break
        tell(f"reading the first datasets as {in_words(candidate.title)}")
        chosen, preview = candidate, _preview(candidate, configuration, limit, until=end)
        if preview.datasets or _lists_nothing(candidate, preview):
            break
    if chosen is None or not preview.datasets:
        chosen = next(iter(candidates), None)
    took = time.monotonic() - started
    findings = [("", finding) for finding in _own_findings(url, probed, candidates, preview, seconds, language)]
    return Checked(
        url=url,
        language=language,
        candidates=[_spoken(candidate, language) for candidate in candidates],
        protocol=chosen.protocol if chosen else None,
        source_url=chosen.url if chosen else None,
        advertised=_first(chosen.advertised if chosen else None, preview.advertised),
        datasets=preview.datasets,
        findings=[
            _explained(whose, finding, language) for whose, finding in _each_once([*findings, *preview.findings])
        ],
        verdict=_judgement(chosen, preview, probed, language),
        steps=[_asked(step, language) for step in probed.steps],
        requests=probed.requests + preview.requests,
        seconds=round(took, 2),
    )


def _refuse_mistakes(url: str) -> None:
    """What the register would refuse, in the same words, before anything is asked. People write addresses without a scheme:
    those are read as https, and only what names another scheme is judged as it stands."""
    named = OTHER_SCHEME.match(url.strip())
    mistake = url_mistake(url.strip() if named else with_scheme(url))
    if mistake is not None:
        raise CheckNotPossible(" ".join(mistake))


# -- the first datasets


def _worth_reading(candidates: list[Candidate], url: str, protocol: str | None) -> Iterator[Candidate]:
    """The likeliest first. A protocol that was named is read even where nothing showed it."""
    yield from candidates
    if protocol is not None and not candidates:
        harvester = harvester_for(protocol)
        address = with_scheme(url)
        yield Candidate(protocol, harvester.called(), 1, address, phrase("protocol-named"), address)


def _preview(candidate: Candidate, configuration: Configuration, limit: int, *, until: float) -> _Preview:
    """Read the first datasets into a folder that is thrown away."""
    source = base.Source(
        id=SOURCE_ID,
        url=candidate.url,
        protocol=candidate.protocol,
        options=candidate.options,
        limit=limit,
        max_record_bytes=configuration.max_record_bytes,
    )
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        spool = Path(folder) / "check.jsonl.zst"
        job = configuration.fetching | {
            "source": msgspec.to_builtins(source),
            "run": SOURCE_ID,
            "spool": str(spool),
            "delay_seconds": min(SECONDS_BETWEEN, configuration.delay_seconds),
        }
        preview = _Preview()
        for line in lines_of(CRAWL, msgspec.json.encode(job), until):
            said = msgspec.json.decode(line)
            preview.requests = said.get("requests", 0)
            preview.advertised = said.get("advertised")
            preview.done = said.get("state") not in {None, "interrupted"}
        if spool.exists():
            _read(spool, source, limit, preview)
    return preview


def _read(spool: Path, source: base.Source, limit: int, preview: _Preview) -> None:
    """Map what was read, as assembling would."""
    parts_file = spool.with_suffix(".parts")
    collect(read_spool(spool), parts_file)
    for line in read_spool(spool):
        match line:
            case Record() if len(preview.datasets) < limit:
                harvester = harvester_for(line.protocol or source.protocol)
                mapped = harvester.package(line, source, lambda key: look_up(parts_file, key))
                whose = line.id or ""
                findings = list(mapped.findings)
                if mapped.package is not None:
                    descriptor = encode(mapped.package)
                    findings += validation.check(descriptor)
                    preview.datasets.append(msgspec.json.decode(descriptor))
                    whose = mapped.package.title or whose
                preview.findings += [(whose, finding) for finding in findings]
            case Noticed():
                preview.findings.append(("", line.finding))
            case Verdict():
                preview.said = () if line.records else line.said or (verbatim(line.sentence),)
            case _:
                pass


# -- what it amounts to


def _own_findings(
    url: str, probed: Probed, candidates: list[Candidate], preview: _Preview, seconds: float, language: str
) -> list[Finding]:
    found = []
    if probed.trouble is not None and not candidates:
        found.append(find("address-unanswered", value=url, why=all_in_words(probed.trouble[1], language)))
    elif all(candidate.confidence <= FALLBACK for candidate in candidates):
        found.append(find("nothing-machine-readable", value=url))
    if not probed.done or (candidates and not preview.done and len(preview.datasets) == 0):
        found.append(find("check-out-of-time", value=f"{seconds:g}"))
    return found


def _lists_nothing(candidate: Candidate, preview: _Preview) -> bool:
    """Whether a catalogue was read to its end, and says itself that it is empty."""
    return preview.done and not preview.datasets and _first(preview.advertised, candidate.advertised) == 0


def _judgement(chosen: Candidate | None, preview: _Preview, probed: Probed, language: str) -> Judgement:
    state, said = _judged(chosen, preview, probed)
    return Judgement(state, all_in_words(said, language))


def _judged(chosen: Candidate | None, preview: _Preview, probed: Probed) -> tuple[str, tuple[Phrase, ...]]:
    if chosen is None and probed.trouble is not None:
        return "unanswered", probed.trouble[1]
    if chosen is None:
        return "nothing-found", (phrase("check-nothing-found"),)
    if chosen.confidence <= FALLBACK:
        return "single-entry", (phrase("check-single-entry", protocol=chosen.title),)
    if preview.datasets:
        advertised = _first(chosen.advertised, preview.advertised)
        if advertised is None:
            return "readable", (phrase("check-readable", protocol=chosen.title),)
        return "readable", (phrase("check-readable-counted", protocol=chosen.title, datasets=advertised),)
    if _lists_nothing(chosen, preview):
        return "recognised", (phrase("check-lists-nothing", protocol=chosen.title),)
    return "recognised", (phrase("check-recognised", protocol=chosen.title), *preview.said)


def _each_once(findings: list[tuple[str, Finding]]) -> list[tuple[str, Finding]]:
    """Of one code and value the first: a mistake of every dataset is told once."""
    kept: dict[tuple[str, str], tuple[str, Finding]] = {}
    for whose, finding in findings:
        kept.setdefault((finding.code, finding.value), (whose, finding))
    return list(kept.values())


def _spoken(candidate: Candidate, language: str) -> Spoken:
    words = {name: in_words(getattr(candidate, name), language) for name in ("title", "evidence")}
    return Spoken(**msgspec.structs.asdict(candidate) | words)


def _asked(step: Step, language: str) -> Asked:
    return Asked(step.asked, in_words(step.because, language), all_in_words(step.came, language))


def _explained(whose: str, finding: Finding, language: str) -> Explained:
    words = describe(finding, language)
    return Explained(finding.code, finding.severity, words.message, words.hint, whose)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
