"""Mending Turtle and TriG: the smallest piece that cannot be read is left out, not the whole dataset it stands in.

In Turtle one dataset is mostly one statement of many predicates. The parser goes on after a mistake at the next full
stop, and so loses all that follows within the dataset; here the one predicate is blanked out, or the one value.
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
_LINE_JUMP = re.compile(r"Line jumps are not allowed")
_AT_END = re.compile(r"Unexpected end")
_TOKEN = re.compile(
    r'(?P<skip>\s++|#[^\n]*+|<[^<>"{}|^`\\\s]*+>|"""(?:[^"\\]++|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]++|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]++|\\.)*"?|\'(?:[^\'\\\n]++|\\.)*\'?|@[\w-]+|\d[\d.]*\d)|(?P<mark>[;,\[\](){}]|\.(?=\s|$|[<_#}]))|(?P<rest>.)',
    re.DOTALL,
)
_SUBJECT = re.compile(r"(?:\s++|#[^\n]*+)*(?:<[^>]*+>|[^\s;,\[\](){}]++)")

MAX_MISTAKES = 10_000
"""Per document, after which reading it further makes no sense."""


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
        if _is_cut(mistake, text):
            return quads, [*findings, _told(mistake, text[-200:].strip())], True
        if _DOT_MISSING.search(mistake.why) and _may_end_statement(text[: mistake.offset]):
            findings.append(_told(mistake, text[mistake.offset : mistake.offset + 80].partition("\n")[0]))
            text = f"{text[: mistake.offset].rstrip()} .{_blanked_gap(text[: mistake.offset])}{text[mistake.offset :]}"
            continue
        mistake = _unclosed_quote(declarations, text, base) or mistake
        span = _smallest_piece(text, mistake.offset)
        if span is None:
            break
        findings.append(_told(mistake, text[span.start : span.end].strip()))
        text = text[: span.start] + _blanked(text[span.start : span.end]) + text[span.end :]
    quads, errors = read_on(declarations + text, base)
    mistakes = [_place(error, text, len(declarations)) for error in errors]
    cut = any(_is_cut(mistake, text) for mistake in mistakes)
    return quads, [*findings, *(_told(mistake, "") for mistake in mistakes)], cut


def read_on(data: str | bytes, base: str, syntax: RdfFormat = RdfFormat.TRIG) -> tuple[list[Quad], list[SyntaxError]]:
    """The quads of a document and the mistakes in it, as far as the parser itself can go on after them."""
    quads: list[Quad] = []
    errors: list[SyntaxError] = []
    parser = parse(data, format=syntax, base_iri=base, lenient=True)
    while len(errors) < MAX_MISTAKES:
        try:
            quads.extend(parser)
            break
        except SyntaxError as error:
            errors.append(error)
    return quads, errors


def is_at_end(error: SyntaxError) -> bool:
    """Whether the parser met the end of the document where more was to come."""
    return _AT_END.search(str(error)) is not None


def _first_mistake(text: str, base: str) -> tuple[list[Quad], SyntaxError | None]:
    quads: list[Quad] = []
    try:
        for quad in parse(text, format=RdfFormat.TRIG, base_iri=base, lenient=True):
            quads.append(quad)  # extend would lose what came before the mistake
    except SyntaxError as error:
        return quads, error
    return quads, None


def _is_cut(mistake: Mistake, text: str) -> bool:
    """Whether a mistake is that the text ends in the middle: not at the end of a statement, a graph or a comment."""
    ended = text.rstrip()
    last_word = len(ended) - len(_last_word(ended))
    at_end = _AT_END.search(mistake.why) is not None or mistake.offset >= last_word
    return at_end and not _ends_whole(text)


def _last_word(text: str) -> str:
    return text.rsplit(None, 1)[-1] if text else ""


def _ends_whole(text: str) -> bool:
    """Whether the last token is one that ends a statement or a graph, or a comment. A full stop within an address that was
    never closed ends nothing."""
    last = None
    for match in _TOKEN.finditer(text):
        if not match[0].isspace():
            last = match
    if last is None:
        return True
    word = _last_word(text.rstrip())
    if word.startswith("<") and ">" not in word:
        return False
    return last[0].startswith("#") or last["mark"] in {".", "}"}


def _unclosed_quote(declarations: str, text: str, base: str) -> Mistake | None:
    """The first string that runs over the end of its line, as one does that was never closed.

    The lenient parser goes on in such a string to the next quote, and objects to what comes after.
    """
    parser = parse(declarations + text, format=RdfFormat.TRIG, base_iri=base)
    for _ in range(MAX_MISTAKES):
        try:
            for _quad in parser:
                pass
        except SyntaxError as error:
            if _LINE_JUMP.search(str(error)):
                return _place(error, text, len(declarations))
        else:
            break
    return None


def _place(error: SyntaxError, text: str, declared: int) -> Mistake:
    """Where in the text, which stood behind so many characters of declarations, the parser met a mistake."""
    line = error.lineno or 1
    column = (error.offset or 1) - 1 - (declared if line == 1 else 0)
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    why = re.sub(r"^Parser error .*?: |\s*\(line \d+\)$", "", str(error))
    return Mistake(min(max(start + column, 0), len(text)), line, why)


class _Open:
    """A statement, or a bracket in one, that the scan is in: where it began, and in it its last predicate and value."""

    def __init__(self, start: int) -> None:
        self.start = self.predicate = self.value = start


def _smallest_piece(text: str, offset: int) -> _Span | None:
    """The value, predicate or statement around an offset that can be left out so that the rest is still Turtle."""
    stack = [_Open(0)]
    for match in _TOKEN.finditer(text):
        mark, start, end = match["mark"], match.start(), match.end()
        if mark is None:
            continue
        inner = stack[-1]
        if mark in "[(":
            stack.append(_Open(end))
        elif mark == "{":
            stack = [_Open(end)]
        elif offset < end and (mark != "," or inner.value > inner.predicate):
            return _piece(text, stack, _Span(start, end))
        elif mark == ",":
            if offset >= end:
                inner.value = start
        elif mark == ";":
            inner.predicate = inner.value = start
        elif mark in "])" and len(stack) > 1:
            stack.pop()
        else:
            stack = [_Open(end)]
    return None


def _piece(text: str, stack: list[_Open], mark: _Span) -> _Span:
    """What to leave out where the mistake stands in the last piece before a mark."""
    inner = stack[-1]
    if text[mark.start] == "." and len(stack) > 1:
        return _Span(stack[0].start, mark.end)  # a bracket was never closed
    if inner.value > inner.predicate:
        return _Span(inner.value, mark.start)
    if inner.predicate > inner.start:
        return _Span(inner.predicate, mark.start)
    if text[mark.start] == ".":
        return _Span(inner.start, mark.end)
    if text[mark.start] != ";":
        return _Span(inner.start, mark.start)
    subject = _SUBJECT.match(text, inner.start, mark.start) if len(stack) == 1 else None
    return _Span(subject.end() if subject else inner.start, mark.end)


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
