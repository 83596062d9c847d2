"""Mending Turtle and TriG: the smallest piece that cannot be read is left out, instead of the whole dataset it stands in.

In Turtle one dataset is mostly one statement of many predicates. The parser goes on after a mistake at the next full stop,
and so loses all that follows within the dataset; here the one predicate with its values is blanked out, or the one value.
"""

import re
from typing import NamedTuple

from pyoxigraph import Quad, RdfFormat, parse

from harvesters.findings import Finding, find
from harvesters.rdf.vocabulary import PREFIXES, UNDECLARED

MENDABLE_BYTES = 8 << 20
MAX_MENDS = 30
"""Per document: each one reads it anew. What is broken more often is read as far as the parser itself goes on."""

_UNDECLARED = re.compile(r"The prefix ([^\s:]*): has not been declared")
_DOT_MISSING = re.compile(r"A dot is expected")
_AT_END = re.compile(r"Unexpected end")
_TOKEN = re.compile(
    r'(?P<skip>\s++|#[^\n]*+|<[^<>"{}|^`\\\s]*+>|"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+\'\'\''
    r'|"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?|@[\w-]+|\d[\d.]*\d)|(?P<mark>[;,\[\](){}]|\.(?=\s|$|[<_#}]))|(?P<rest>.)',
    re.DOTALL,
)


class Mistake(NamedTuple):
    """What the parser says is wrong: where (a 0-based offset in the text, a 1-based line), and in which words."""

    offset: int
    line: int
    why: str


class _Span(NamedTuple):
    start: int
    end: int


def read(text: str, base: str) -> tuple[list[Quad], list[Finding], bool]:
    """The quads of a text, what was left out or supplied, and whether the text ended in the middle."""
    findings: list[Finding] = []
    declarations = ""
    for _ in range(MAX_MENDS):
        quads, error = _first_mistake(declarations + text, base)
        if error is None:
            return quads, findings, False
        undeclared = _UNDECLARED.search(str(error))
        if undeclared:
            name = undeclared[1]
            namespace = PREFIXES.get(name, f"{UNDECLARED}{name}#")
            declarations += f"@prefix {name}: <{namespace}> . "
            findings.append(find("rdf-prefix-undeclared", value=f"{name}:", namespace=namespace))
            continue
        mistake = _place(error, text, len(declarations))
        if _AT_END.search(mistake.why) and mistake.offset >= len(text.rstrip()):
            return quads, [*findings, _told(mistake, text[-200:].strip())], True
        if _DOT_MISSING.search(mistake.why) and _may_end_statement(text[: mistake.offset]):
            findings.append(_told(mistake, text[mistake.offset : mistake.offset + 80].partition("\n")[0]))
            text = f"{text[: mistake.offset].rstrip()} .{_blanked_gap(text[: mistake.offset])}{text[mistake.offset :]}"
            continue
        span = _smallest_piece(text, mistake.offset)
        if span is None:
            break
        findings.append(_told(mistake, text[span.start : span.end].strip()))
        text = text[: span.start] + _blanked(text[span.start : span.end]) + text[span.end :]
    quads, errors = read_on(declarations + text, base)
    mistakes = [_place(error, text, len(declarations)) for error in errors]
    cut = any(_AT_END.search(mistake.why) and mistake.offset >= len(text.rstrip()) for mistake in mistakes)
    return quads, [*findings, *(_told(mistake, "") for mistake in mistakes)], cut


def read_on(data: str | bytes, base: str, format: RdfFormat = RdfFormat.TRIG) -> tuple[list[Quad], list[SyntaxError]]:
    """The quads of a document and the mistakes in it, as far as the parser itself can go on after them."""
    quads: list[Quad] = []
    errors: list[SyntaxError] = []
    parser = parse(data, format=format, base_iri=base, lenient=True)
    while len(errors) < MAX_MENDS:
        try:
            quads.extend(parser)
            break
        except SyntaxError as error:
            errors.append(error)
    return quads, errors


def _first_mistake(text: str, base: str) -> tuple[list[Quad], SyntaxError | None]:
    quads: list[Quad] = []
    try:
        for quad in parse(text, format=RdfFormat.TRIG, base_iri=base, lenient=True):
            quads.append(quad)  # noqa: PERF402  # extend would lose what came before the mistake
    except SyntaxError as error:
        return quads, error
    return quads, None


def _place(error: SyntaxError, text: str, declared: int) -> Mistake:
    """Where in the text, which stood behind so many characters of declarations, the parser met a mistake."""
    line = error.lineno or 1
    column = (error.offset or 1) - 1 - (declared if line == 1 else 0)
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    why = re.sub(r"^Parser error .*?: |\s*\(line \d+\)$", "", str(error))
    return Mistake(min(max(start + column, 0), len(text)), line, why)


def _smallest_piece(text: str, offset: int) -> _Span | None:
    """The value, predicate or statement around an offset that can be left out so that the rest is still Turtle."""
    opened: list[tuple[int, int]] = []  # per open bracket: where its current predicate began, where its current value did
    predicate = value = statement = 0
    first_predicate = True
    depth_marks = 0
    for match in _TOKEN.finditer(text):
        mark = match["mark"]
        if mark is None:
            continue
        end = match.end()
        if mark in "[({":
            if mark == "{":
                statement = predicate = value = end
                first_predicate = True
                continue
            opened.append((predicate, value))
            predicate = value = end
            depth_marks += 1
            continue
        if mark == "}":
            if offset < end:
                return _Span(statement, match.start()) if statement < match.start() else None
            statement = predicate = value = end
            first_predicate = True
            opened.clear()
            continue
        passed = offset < end
        at_top = not opened
        if mark == ",":
            if passed and value > predicate:
                return _Span(value, match.start())
            if not passed:
                value = match.start()
            continue
        if passed:
            if value > predicate:
                return _Span(value, match.start())
            if at_top and first_predicate:
                return _Span(statement, end) if mark == "." else _without_first_predicate(text, statement, end)
            return _Span(predicate, match.start())
        if mark == ";":
            predicate = value = match.start()
            first_predicate = first_predicate and not at_top
        elif mark in "])":
            if opened:
                predicate, value = opened.pop()
        else:
            statement = predicate = value = end
            first_predicate = True
            opened.clear()
    return None


def _without_first_predicate(text: str, start: int, end: int) -> _Span | None:
    """The predicate and value that follow a statement's subject, with the semicolon behind them."""
    for match in _TOKEN.finditer(text, start, end):
        if match.end() > match.start() and not match[0].isspace() and not match[0].startswith("#"):
            after = match.end()
            while after < end and not text[after].isspace() and not text[match.start()] == "<":
                after += 1
            return _Span(after, end) if after < end else None
    return None


def _may_end_statement(before: str) -> bool:
    """Whether a full stop may be supplied behind a text."""
    return before.rstrip()[-1:] in {">", '"', "]", ")"} or before.rstrip()[-1:].isalnum()


def _blanked_gap(before: str) -> str:
    """The blanks and line ends that a text ends with, one at the least, so that lines keep their numbers."""
    return before[len(before.rstrip()) :] or " "


def _blanked(piece: str) -> str:
    return re.sub(r"[^\n]", " ", piece)


def _told(mistake: Mistake, piece: str) -> Finding:
    return find("rdf-broken-statement", f"line {mistake.line}", piece, why=mistake.why)
