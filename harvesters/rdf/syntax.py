"""Which serialisation a body is in, told from the body itself: portals' Content-Type headers are often wrong."""

import re
from enum import Enum

HEAD_CHARACTERS = 1 << 16
"""How much of a body is looked at; comments before the first statement may be long."""

LINES_LOOKED_AT = 20


class Syntax(Enum):
    """What a body is in. TriG stands for Turtle as well, N-Quads for N-Triples."""

    RDF_XML = "RDF/XML"
    TRIG = "Turtle or TriG"
    N_QUADS = "N-Triples or N-Quads"
    JSON_LD = "JSON-LD"
    HTML = "a web page"


_COMMENTS = re.compile(r"(?:\s++|#[^\n]*+)*")
_BEFORE_ROOT = re.compile(
    r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>)*", re.DOTALL | re.IGNORECASE
)
_HTML = re.compile(r"<html[\s>]|<!doctype\s+html", re.IGNORECASE)
_XML = re.compile(r"<\?xml\b|<!|<[A-Za-z_][\w.-]*+(?::[\w.-]++)?\s[^<>]*?\bxmlns\b")
_JSON = re.compile(r'\{\s*+["}]|\[\s*+(?:[\[{"]|\]\s*+\Z)')
_IRI_OR_BLANK = r"(?:<[^>\n]*+>|_:\S++)"
_LITERAL = r'"(?:[^"\\\n]++|\\.)*"(?:@[\w-]++|\^\^<[^>\n]*+>)?'
_N_QUADS_LINE = re.compile(
    rf"{_IRI_OR_BLANK}\s*+<[^>\n]*+>\s*+(?:{_IRI_OR_BLANK}|{_LITERAL})\s*+(?:{_IRI_OR_BLANK}\s*+)?\.\s*+(?:#.*)?"
)
_TURTLE = re.compile(
    r"@(?:prefix|base)\b|(?:prefix|base|graph)\s|<[^<>]*+>\s*+[<a\w:{]|_:\w|[\[({]|[\w.-]*+:[^\s/]*+\s", re.IGNORECASE
)


def syntax_of(head: str) -> Syntax | None:
    """The serialisation of a text that begins with `head`; None where it is none of RDF's.

    A web page is told apart so that it can be called one; RDFa in it is not read.
    """
    text = head[:HEAD_CHARACTERS].lstrip("\ufeff \t\r\n")
    root = _after(_BEFORE_ROOT, text)
    if _HTML.match(text) or _HTML.match(root):
        return Syntax.HTML
    if _XML.match(text):
        return Syntax.RDF_XML
    text = _after(_COMMENTS, text)
    if _JSON.match(text):
        return Syntax.JSON_LD
    lines = [line.strip() for line in text.split("\n", LINES_LOOKED_AT)[:LINES_LOOKED_AT]]
    lines = [line for line in lines if line and not line.startswith("#")]
    whole = lines[:-1] if len(lines) > 1 else lines  # the last one may be cut
    if whole and 2 * sum(1 for line in whole if _N_QUADS_LINE.fullmatch(line)) >= len(whole):
        return Syntax.N_QUADS
    return Syntax.TRIG if _TURTLE.match(text) else None


def _after(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(text)
    return text[match.end() :] if match else text
