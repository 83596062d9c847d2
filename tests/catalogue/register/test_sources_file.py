"""The register's file: what it may say, every mistake at once with line and hint, and a round trip through writing."""

import string
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.register.schedules import SCHEDULES
from catalogue.register.source_entry import Basis, Expectation, HarvestPermission, SourceEntry
from catalogue.register.sources_file import SourcesFileError, read_sources, write_sources
from catalogue.register.yaml_nodes import MAX_BYTES, MAX_DEPTH, Problem
from catalogue.states.reference import read_parties

SHIPPED = Path(__file__).parents[3] / "config" / "sources.yaml"
PARTIES = {party.code: party.names["en"] for party in read_parties()}
STATES = {**PARTIES, "XA": "Xalandia", "XB": "Xemara"}
PROTOCOLS = ("ckan", "dcat", "dcat-us")

GOOD = """\
sources:
- id: xa-procurement
  state: XA
  title:
    fr: Portail des marchés publics
    no: Felles datakatalog
  url: https://procurement.example.org/data
  protocol: ckan
  basis:
    kind: submission
    document: 12/2025
    date: 2025-03-14
  level: sector
  schedule: 0  3 * * mon
  publish: all
  harvest_permission: {by: Ministry of Justice, date: 2025-03-15, document: Letter 7/2025}
  delay_seconds: 2.5
  ca_bundle: certificates/xa.pem
  expect: {datasets: {min: 5, max: 500}}
  options: {rows: 100, deep: [1, 0.5, true, null, NO, 012, 1:30, 'true', 2025-01-01]}
  note: |
    One line.
    Another: with colon
"""
SHORT = """\
sources:
- {id: no-1, state: NO, title: data.example.org, url: 'http://127.0.0.1:80', basis: public-knowledge}
"""


def read(text: str | bytes) -> list[SourceEntry]:
    content = text.encode() if isinstance(text, str) else text
    return read_sources(content, states=STATES, protocols=PROTOCOLS)


def problems(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(SourcesFileError) as caught:
        read(text)
    return caught.value.problems


def test_every_key_is_read() -> None:
    assert read(GOOD) == [
        SourceEntry(
            id="xa-procurement",
            state="XA",
            title={"fr": "Portail des marchés publics", "no": "Felles datakatalog"},
            url="https://procurement.example.org/data",
            protocol="ckan",
            basis=Basis("submission", "12/2025", "2025-03-14"),
            level="sector",
            schedule="0 3 * * mon",
            harvest_permission=HarvestPermission("Ministry of Justice", "2025-03-15", "Letter 7/2025"),
            delay_seconds=2.5,
            ca_bundle="certificates/xa.pem",
            expect=Expectation(5, 500),
            options={"rows": 100, "deep": [1, 0.5, True, None, "NO", "012", "1:30", "true", "2025-01-01"]},
            note="One line.\nAnother: with colon",
        )
    ]


def test_a_short_entry_has_the_defaults_and_norway_is_no_truth_value() -> None:
    (entry,) = read(SHORT)
    assert entry.state == "NO"
    assert entry.title == {"und": "data.example.org"}
    assert (entry.protocol, entry.level, entry.schedule, entry.publish) == ("auto", "national", "weekly", "all")
    assert entry.basis == Basis("public-knowledge")
    assert entry.harvest_permission is None
    assert entry.options == {}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == read(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message", "hint"),
    [
        ("id: xa-procurement", "id: XA Procurement", 2, "id", "is not an id", "small letters"),
        ("- id: xa-procurement\n ", "-", 2, "", 'The key "id" is missing', "Write: id:"),
        ("state: XA", "state: Xalandia", 3, "state", "not the code of a State party", 'Did you mean "XA" (Xalandia)?'),
        ("state: XA", "state: fr", 3, "state", "not the code of a State party", 'Did you mean "FR" (France)?'),
        ("state: XA", "state: Kenia", 3, "state", "not the code of a State party", 'Did you mean "KE" (Kenya)?'),
        ("state: XA", "state: 7!", 3, "state", "not the code of a State party", "ISO 3166-1"),
        ("state: XA", "state: [XA]", 3, "state", "a single value", "Write: state: XA"),
        ("state: XA", "state:", 3, "state", "value is missing", "Write: state: XA"),
        ("note: |", "notes: |", 21, "notes", "not known here", 'Did you mean "note"?'),
        ("state: XA", "state: XA\n  state: XB", 4, "state", "given twice", "line 3"),
        ("    fr: Por", "    french: Por", 5, "title.french", "not a language tag", "fr"),
        (
            "  url: https://procurement.example.org/data",
            "  url: procurement.example.org",
            7,
            "url",
            "no scheme",
            "https://",
        ),
        ("url: https://procurement", "url: ftp://procurement", 7, "url", "not a web address", "https://"),
        ("url: https://procurement", "url: javascript:alert(1)//", 7, "url", "not a web address", "https://"),
        ("https://procurement.", "https://user:secret@procurement.", 7, "url", "user name or password", "Remove"),
        ("https://procurement.example.org/data", "https://", 7, "url", "no host", "Write: url:"),
        ("https://procurement.example.org/data", "https://a.example:99999/", 7, "url", "not a web address", "port"),
        ("https://procurement.example.org/data", "https://[::1/", 7, "url", "not a web address", "host"),
        ("https://procurement.example.org/data", "https://a b.example/", 7, "url", "not one web address", "blanks"),
        ("protocol: ckan", "protocol: ckna", 8, "protocol", "not possible", 'Did you mean "ckan"?'),
        ("protocol: ckan", "protocol: gopher9", 8, "protocol", "not possible", "Use one of: auto, ckan, dcat, dcat-us"),
        ("    kind: submission\n", "", 9, "basis", 'The key "kind" is missing', "kind: submission"),
        ("    document: 12/2025\n", "", 9, "basis", 'The key "document" is missing', "document:"),
        ("    date: 2025-03-14\n", "", 9, "basis", 'The key "date" is missing', "date:"),
        ("kind: submission", "kind: rumour", 10, "basis.kind", "not possible", "public-knowledge"),
        ("date: 2025-03-14", "date: 14.3.2025", 12, "basis.date", "not a date", "2025-03-14"),
        ("date: 2025-03-14", "date: 2025-02-30", 12, "basis.date", "not a date", "2025-03-14"),
        ("date: 2025-03-14", "date: 2025-W11-5", 12, "basis.date", "not a date", "2025-03-14"),
        ("level: sector", "level: country", 13, "level", "not possible", "national"),
        ("schedule: 0  3 * * mon", "schedule: fortnightly", 14, "schedule", "nor five cron fields", "weekly"),
        ("schedule: 0  3 * * mon", "schedule: 0 3 * * 1", 14, "schedule", "numbers the days of the week", "mon"),
        ("schedule: 0  3 * * mon", "schedule: 61 3 * * *", 14, "schedule", "not a cron schedule", "weekly"),
        ("schedule: 0  3 * * mon", "schedule: 0 3 31 2 *", 14, "schedule", "names a day that no month has", "weekly"),
        ("publish: all", "publish: relevant", 15, "publish", "not possible", "all"),
        ("by: Ministry of Justice, ", "", 16, "harvest_permission", 'The key "by" is missing', "Write:"),
        ("date: 2025-03-15, ", "", 16, "harvest_permission", 'The key "date" is missing', "Write:"),
        (", document: Letter 7/2025", "", 16, "harvest_permission", 'The key "document" is missing', "Write:"),
        ("delay_seconds: 2.5", "delay_seconds: soon", 17, "delay_seconds", "not a number of seconds", "10"),
        ("delay_seconds: 2.5", "delay_seconds: -1", 17, "delay_seconds", "not a number of seconds", "10"),
        ("delay_seconds: 2.5", "delay_seconds: .inf", 17, "delay_seconds", "not a number of seconds", "10"),
        ("delay_seconds: 2.5", "delay: 2.5", 17, "delay", "not known here", 'Did you mean "delay_seconds"?'),
        ("{min: 5, max: 500}", "{min: many}", 19, "expect.datasets.min", "not a number of datasets", "500"),
        ("{min: 5, max: 500}", "{min: 5, max: 4}", 19, "expect.datasets", "below the minimum", "Exchange"),
        ("{min: 5, max: 500}", "{}", 19, "expect.datasets", "Nothing is expected", "500"),
        ("{rows: 100, ", "{rows: 1234567890123456, ", 20, "options.rows", "too long", "quotes"),
        ("options: {rows", "options: [rows", 20, "", "cannot be read", "colons"),
        ("options: {rows: 100, deep: [1", "options: [1, [1", 20, "", "cannot be read", "colons"),
    ],
)
def test_a_mistake_has_line_key_and_hint(old: str, new: str, line: int, key: str, message: str, hint: str) -> None:
    assert old in GOOD
    (problem,) = problems(GOOD.replace(old, new, 1))
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (b"", 1, "empty"),
        (b"# only a comment\n", 1, "empty"),
        (b"- id: a\n", 1, "keys with values"),
        (b"source: []\n", 1, "not known here"),
        (b"sources: none\n", 1, "a list"),
        (b"sources:\n- just words\n", 2, "keys with values"),
        (b"sources:\n- {}\n", 2, "The entry is empty"),
        (b"sources:\n- id: a\n\tstate: XA\n", 3, "begins with a tab"),
        (b"sources:\n- note: \xff\xfe\n", 2, "not UTF-8"),
        ("sources: []\n".encode("utf-16"), 1, "not UTF-8"),
        (b"sources:\n- note: a\x00b\n", 2, "control character (U+0000)"),
        ("sources:\n- note: a\u2028b\n".encode(), 2, "control character (U+2028)"),
        (b"sources:\n- &a {id: x}\n- *a\n", 2, "anchors and aliases"),
        (b"sources:\n- !!python/object/apply:os.system [ls]\n", 2, "the tag"),
        (b"sources: []\n---\nsources: []\n", 2, "more than one YAML document"),
        (b"sources: " + b"[" * 5_000, 1, f"deeper than {MAX_DEPTH} levels"),
        (b"sources: [\n", 2, "cannot be read"),
        (b"#" * (MAX_BYTES + 1), 1, "over the 2,097,152 allowed"),
    ],
)
def test_a_file_that_is_no_register_is_refused(text: bytes, line: int, message: str) -> None:
    found = problems(text)
    assert found[0].line == line
    assert message in found[0].message
    assert found[0].hint


def test_aliases_that_expand_without_end_are_refused_at_once() -> None:
    layers = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    (problem,) = problems(f"a0: &a0 [x]\n{layers}\n")
    assert "anchors and aliases" in problem.message


def test_all_mistakes_are_told_at_once_by_line_and_nothing_is_read() -> None:
    text = GOOD + GOOD.removeprefix("sources:\n").replace("state: XA", "state: ZZ").replace("https:", "gopher:")
    found = problems(text)
    assert [(problem.line, problem.key) for problem in found] == [(24, "id"), (25, "state"), (29, "url")]
    assert "Line 2" in found[0].hint
    with pytest.raises(SourcesFileError, match=r"line 25, state: \"ZZ\" is not the code .*\nline 29, url: "):
        read(text)


def test_a_message_neither_repeats_a_password_nor_grows_with_what_it_quotes() -> None:
    (problem,) = problems(GOOD.replace("https://procurement", "ftp://user:secret@procurement"))
    assert "secret" not in str(problem)
    (problem,) = problems(GOOD.replace("state: XA", f"state: {'x' * 100_000}"))
    assert len(str(problem)) < 500


def test_nothing_missing_is_guessed() -> None:
    found = problems("sources:\n- note: nothing else\n")
    assert [problem.message for problem in found] == [
        f'The key "{key}" is missing.' for key in ("id", "state", "title", "url", "basis")
    ]


def test_what_is_publicly_known_has_no_document_and_no_date() -> None:
    found = problems(GOOD.replace("kind: submission", "kind: public-knowledge"))
    assert [(problem.line, problem.key) for problem in found] == [(11, "basis.document"), (12, "basis.date")]


def test_a_submission_in_short_form_is_asked_for_its_document() -> None:
    (problem,) = problems(SHORT.replace("public-knowledge", "submission"))
    assert problem.key == "basis"
    assert "document and date" in problem.message


def _text(**more: Any) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff", **more)
    return st.text(characters, min_size=1, max_size=30).map(str.strip).filter(bool)


_tricky = st.sampled_from(
    ["NO", "yes", "null", "~", "12", "1e5", "0x1F", "1:30", "2025-01-01", "- a", "#b", "a: b", "'", "="]
)
_line = _tricky | _text()
_paragraphs = st.lists(_line, min_size=1, max_size=3).map("\n".join)
_scalar = st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(-1e6, 1e6) | _line | st.just("")
_options = st.dictionaries(
    _line,
    st.recursive(
        _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_line, inner, max_size=3), max_leaves=5
    ),
)
_days = st.dates().map(lambda day: day.isoformat())
_counts = st.none() | st.integers(0, 10**6)
_slugs = st.text(string.ascii_lowercase + string.digits + "-", min_size=2, max_size=59).filter(
    lambda slug: slug[0] != "-"
)


def _entry(slug: str) -> st.SearchStrategy[SourceEntry]:
    return st.builds(
        SourceEntry,
        id=st.just(slug),
        state=st.sampled_from(sorted(STATES)),
        title=st.dictionaries(st.sampled_from(["und", "en", "no", "zh", "pt-BR"]), _line, min_size=1),
        url=st.sampled_from(["https://data.example.org", "http://127.0.0.1:8000/a%20b?x=1#y", "https://δ.example/é"]),
        basis=st.just(Basis("public-knowledge")) | st.builds(Basis, st.just("submission"), _line, _days),
        protocol=st.sampled_from(["auto", *PROTOCOLS]),
        level=st.sampled_from(["national", "subnational", "local", "sector"]),
        schedule=st.sampled_from([*SCHEDULES, "0 3 * * mon", "*/5 * 1 1 *"]),
        harvest_permission=st.none() | st.builds(HarvestPermission, _line, _days, _line),
        delay_seconds=st.none() | st.floats(0, 600),
        ca_bundle=st.none() | _line,
        expect=st.none() | st.tuples(_counts, _counts).filter(any).map(_expectation),
        options=_options,
        note=st.none() | _paragraphs,
    )


def _expectation(bounds: tuple[int | None, int | None]) -> Expectation:
    low, high = bounds
    return Expectation(low, high) if low is None or high is None or low <= high else Expectation(high, low)


_registers = st.lists(_slugs, unique=True, max_size=3).flatmap(lambda slugs: st.tuples(*map(_entry, slugs)))


@settings(max_examples=100, deadline=None)
@given(_registers)
def test_what_is_written_reads_back_the_same(entries: tuple[SourceEntry, ...]) -> None:
    text = write_sources(entries)
    assert read(text) == sorted(entries, key=lambda entry: (entry.state, entry.id))
    assert write_sources(read(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="sources: -[]{}&*!|>'\"#\n\tid,%@`?", max_size=60).map(str.encode))
def test_whatever_the_file_holds_ends_in_entries_or_problems(content: bytes) -> None:
    entries: list[SourceEntry] = []
    with suppress(SourcesFileError):
        entries = read(content)
    assert entries == []


def test_an_entry_is_written_short() -> None:
    body = write_sources(read(SHORT)).split("sources:\n", 1)[1]
    assert body == (
        "\n- id: no-1\n  state: 'NO'\n  title: data.example.org\n"
        "  url: http://127.0.0.1:80\n  basis: public-knowledge\n"
    )


def test_the_shipped_file_has_one_national_portal_of_a_party_at_most_each_publicly_known() -> None:
    entries = read_sources(SHIPPED.read_bytes(), states=PARTIES, protocols=PROTOCOLS)
    assert len(entries) >= 80
    assert {entry.basis for entry in entries} == {Basis("public-knowledge")}
    assert {entry.level for entry in entries} == {"national"}
    assert max(Counter(entry.state for entry in entries).values()) == 1
    assert len({entry.url for entry in entries}) == len(entries)
    assert all(entry.harvest_permission is None for entry in entries)


def test_the_shipped_example_of_a_reported_source_is_right() -> None:
    lines = SHIPPED.read_text("utf-8").splitlines()
    start = lines.index("# - id: xa-procurement")
    end = lines.index("#", start)
    example = "\n".join(line.removeprefix("# ") for line in lines[start:end])
    (entry,) = read(f"sources:\n{example}\n")
    assert entry.basis.kind == "submission"
    assert entry.harvest_permission is not None


def test_the_shipped_file_is_what_exporting_it_writes() -> None:
    text = SHIPPED.read_text("utf-8")
    entries = read_sources(text.encode(), states=PARTIES, protocols=PROTOCOLS)
    assert write_sources(entries).split("\nsources:\n")[1] == text.split("\nsources:\n")[1]
