"""From the body of an answer to RDF statements, with all that can be kept of a broken one."""

import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO, NamedTuple

import msgspec
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.findings import Finding, find
from harvesters.phrases import phrase
from harvesters.rdf import jsonld, rdfxml, turtle
from harvesters.rdf.graph import DATASET_CLASSES, Term
from harvesters.rdf.guard import Guarded, scan_of
from harvesters.rdf.longvalues import LONGEST_BYTES, PARSER_BYTES, Shortened
from harvesters.rdf.syntax import Syntax, syntax_of
from harvesters.rdf.vocabulary import TYPE, canonical

FORMATS = {
    Syntax.RDF_XML: RdfFormat.RDF_XML,
    Syntax.TRIG: RdfFormat.TRIG,
    Syntax.N_QUADS: RdfFormat.N_QUADS,
    Syntax.JSON_LD: RdfFormat.JSON_LD,
}
READ_BYTES = 1 << 18
MAX_FINDINGS = 50
"""Per page; a file that is broken in every line says so fifty times."""


class Statements(NamedTuple):
    """What a page holds. cut: whether it ended in the middle, so that the last thing in it may not be whole."""

    quads: list[Quad]
    findings: list[Finding]
    cut: bool = False


class Begun(NamedTuple):
    """What a document was in the middle of where it ends: its last statement, and the dataset whose class it named last."""

    subject: Term | None = None
    object: Term | None = None
    dataset: Term | None = None


def begun(quads: Sequence[Quad]) -> Begun:
    """What a document of these statements was in the middle of, if it ended there."""
    last = quads[-1] if quads else None
    dataset = next((quad.subject for quad in reversed(quads) if _names_a_dataset(quad)), None)
    return Begun(last.subject, last.object, dataset) if last is not None else Begun()


def _names_a_dataset(quad: Quad) -> bool:
    if quad.predicate.value != TYPE or not isinstance(quad.object, NamedNode):
        return False
    return canonical(quad.object.value) in DATASET_CLASSES


def syntax_or_refuse(head: str, where: str) -> Syntax:
    """The serialisation of a body, by its beginning. Raises MalformedAnswer where it is not RDF."""
    syntax = syntax_of(head)
    if syntax is Syntax.HTML:
        raise MalformedAnswer(phrase("page-instead", url=where, format="RDF"), phrase("do-check-or-other-protocol"))
    if syntax is None:
        if not head.strip():
            raise MalformedAnswer(phrase("empty-body", url=where), phrase("do-ask-whether-it-works"))
        start = head.strip()[:40]
        raise MalformedAnswer(
            phrase("format-begins-otherwise", url=where, format="RDF", start=repr(start)), phrase("do-check-address")
        )
    return syntax


def read_statements(content: bytes, where: str) -> Statements:
    """The statements of a body in UTF-8; where is the address that relative links are resolved against.

    Raises MalformedAnswer where nothing of it can be read.
    """
    syntax = syntax_or_refuse(content[: 4 << 16].decode("utf-8", "replace"), where)
    if len(content) > LONGEST_BYTES:
        content = b"".join(iter(partial(Shortened(io.BytesIO(content), syntax).read, READ_BYTES), b""))
    if syntax is Syntax.RDF_XML:
        content = rdfxml.without_doctype(content, where)
    scan = scan_of(syntax, where)
    scan.feed(content)
    readers = {Syntax.RDF_XML: _rdf_xml, Syntax.JSON_LD: _json_ld, Syntax.N_QUADS: _n_quads}
    try:
        statements = readers.get(syntax, _trig)(content, where)
    except MemoryError as error:
        raise _value_too_long(syntax, where) from error
    if not statements.quads and statements.findings:
        first = statements.findings[0].params.get("why", "")
        raise MalformedAnswer(
            phrase("nothing-readable", url=where, format=syntax.value, detail=first), phrase("do-tell-portal-operator")
        )
    return Statements(statements.quads, statements.findings[:MAX_FINDINGS], statements.cut or scan.open)


class StreamedStatements:
    """The statements of a body too large to be held, as far as the parser itself goes on after mistakes; to be gone through
    once. findings: the first `MAX_FINDINGS` mistakes. cut, begun: once it is read, whether the body ended in the middle, and of
    what. Going through it raises MalformedAnswer where there are too many mistakes to read on.
    """

    def __init__(self, file: BinaryIO, syntax: Syntax, where: str) -> None:
        self.findings: list[Finding] = []
        self.cut = False
        self.begun = Begun()
        self._syntax = syntax
        self._where = where
        self._scan = scan_of(syntax, where)
        self._file = io.BufferedReader(Guarded(Shortened(file, syntax), self._scan), READ_BYTES)

    def __iter__(self) -> Iterator[Quad]:
        mistakes = 0
        parser = parse(self._file, format=FORMATS[self._syntax], base_iri=self._where, lenient=True)
        while True:
            try:
                for quad in parser:
                    dataset = quad.subject if _names_a_dataset(quad) else self.begun.dataset
                    self.begun = Begun(quad.subject, quad.object, dataset)
                    yield quad
            except SyntaxError as error:
                mistakes += 1
                self.cut = self.cut or turtle.is_at_end(error)
                if mistakes <= MAX_FINDINGS:
                    self.findings.append(_broken(error))
                if mistakes >= turtle.MAX_MISTAKES:
                    raise MalformedAnswer(
                        phrase("broken-in-many-places", url=self._where, format=self._syntax.value),
                        phrase("do-tell-portal-operator"),
                    ) from error
            except MemoryError as error:
                raise _value_too_long(self._syntax, self._where) from error
            else:
                self.cut = self.cut or self._scan.open
                return


def _value_too_long(syntax: Syntax, where: str) -> MalformedAnswer:
    """The error for a value that the parser cannot hold, and that has no blank at which it could be cut."""
    return MalformedAnswer(
        phrase("value-too-long", url=where, format=syntax.value, mebibytes=PARSER_BYTES >> 20),
        phrase("do-tell-portal-operator"),
    )


def _rdf_xml(content: bytes, where: str) -> Statements:
    quads, errors = turtle.read_on(content, where, RdfFormat.RDF_XML)
    if not errors:
        return Statements(quads, [])
    mended = rdfxml.mend(content)
    if mended is None:
        return Statements(quads, [_broken(error) for error in errors], bool(errors))
    quads, errors = turtle.read_on(mended.xml, where, RdfFormat.RDF_XML)
    return Statements(quads, [*mended.findings, *(_broken(error) for error in errors)], mended.cut)


def _json_ld(content: bytes, where: str) -> Statements:
    try:
        return _whole_json_ld(content, where)
    except RecursionError as error:
        raise MalformedAnswer(
            phrase("nested-too-deep", url=where, format="JSON-LD"), phrase("do-tell-portal-operator")
        ) from error
    except NOT_JSON as error:
        whole = jsonld.whole_members(content, where)
        statements = _whole_json_ld(whole.content, where)
        told = find("rdf-broken-statement", "", f"{whole.lost}" if whole.lost else "", why=str(error))
        return Statements(statements.quads, [told, *statements.findings], whole.cut)


def _whole_json_ld(content: bytes, where: str) -> Statements:
    content, findings = jsonld.without_remote_contexts(content)
    quads, errors = turtle.read_on(content, where, RdfFormat.JSON_LD)
    if errors:
        msgspec.json.decode(content)  # raises where it is no JSON, of which more can be kept than the parser does
    return Statements(quads, [*findings, *(_broken(error) for error in errors)])


def _n_quads(content: bytes, where: str) -> Statements:
    quads, errors = turtle.read_on(content, where, RdfFormat.N_QUADS)
    if not errors:
        return Statements(quads, [])
    quads = []
    findings: list[Finding] = []
    lines = content.split(b"\n")
    cut = False
    for number, line in enumerate(lines, 1):
        try:
            quads.extend(parse(line, format=RdfFormat.N_QUADS, lenient=True))
        except SyntaxError as error:
            cut = cut or number == len(lines)
            if len(findings) < MAX_FINDINGS:
                finding = _broken(error)
                text = line.decode("utf-8", "replace").strip()
                findings.append(find(finding.code, f"line {number}", text, why=finding.params["why"]))
    return Statements(quads, findings, cut)


def _trig(content: bytes, where: str) -> Statements:
    try:
        return Statements(list(parse(content, format=RdfFormat.TRIG, base_iri=where, lenient=True)), [])
    except SyntaxError:
        pass
    if len(content) <= turtle.MENDABLE_BYTES:
        return Statements(*turtle.read(content.decode("utf-8", "replace"), where))
    quads, errors = turtle.read_on(content, where)
    return Statements(quads, [_broken(error) for error in errors], turtle.is_at_end(errors[-1]))


def _broken(error: SyntaxError) -> Finding:
    place = f"line {error.lineno}" if error.lineno else ""
    return find("rdf-broken-statement", place, "", why=str(error).removeprefix("Parser error ").strip())
