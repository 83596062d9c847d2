"""XML from portals: parsed without entities, DTDs or the network, and read without caring how a portal names its prefixes."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase

Element = etree._Element

MAX_DEPTH = 200
"""Of nested elements; real records have at most 40."""

NOT_XML = (etree.XMLSyntaxError, OSError)
"""What lxml raises for a file that is not XML; OSError where bytes are none of its encoding."""

_LENGTH = etree.XPath("string-length(.)")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def parse(content: bytes, origin: str) -> Element:
    """The root element of a document. origin: its address, for the message.

    Raises MalformedAnswer for what is not well-formed, declares entities, or is nested deeper than `MAX_DEPTH`.
    """
    return read(BytesIO(content), origin)


def read(file: BinaryIO, origin: str) -> Element:
    """As `parse`, of a file: the document is not held beside its tree."""
    head = file.read(65536)
    if _ENTITY.search(head):
        raise MalformedAnswer(phrase("xml-entities", url=origin), phrase("do-ask-plain-xml"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        file.seek(len(head) - len(head.lstrip(b"\xef\xbb\xbf \t\r\n")))
        root = etree.parse(file, parser).getroot()
    except NOT_XML as error:
        raise MalformedAnswer(
            phrase("format-unreadable", url=origin, format="XML", detail=str(error)), phrase("do-tell-portal-operator")
        ) from error
    if root is None or _too_deep(root):
        raise MalformedAnswer(phrase("nested-too-deep", url=origin, format="XML"), phrase("do-check-address"))
    return root


def elements(file: BinaryIO, name: str, origin: str) -> Iterator[Element]:
    """Every element of that local name in a document of any size, one at a time; each is emptied once the next is asked
    for. Raises MalformedAnswer as `parse` does, after the elements before the mistake."""
    head = file.read(65536)
    file.seek(0)
    if _ENTITY.search(head):
        raise MalformedAnswer(phrase("xml-entities", url=origin), phrase("do-ask-plain-xml"))
    try:
        walker = etree.iterparse(
            file, events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=True, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for _, element in walker:
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None and element.getparent() is not None:
                del element.getparent()[0]
    except NOT_XML as error:
        raise MalformedAnswer(
            phrase("format-unreadable", url=origin, format="XML", detail=str(error)), phrase("do-tell-portal-operator")
        ) from error


def serialised(element: Element) -> str:
    """An element as text that stands alone, its namespaces declared."""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def text_length(element: Element) -> int:
    """How many characters of text are within an element, counted without taking them out of the tree."""
    return int(float(str(_LENGTH(element))))


def local(element: Element) -> str:
    """The name of an element without its namespace; "" for what is no element."""
    # A prefix that is never declared stays in the name (libxml2 reads on after that mistake).
    return re.split("[}:]", element.tag)[-1] if isinstance(element.tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of an element; "" where it has none."""
    return element.tag[1:].partition("}")[0] if isinstance(element.tag, str) and element.tag.startswith("{") else ""


def children(element: Element | None, *path: str) -> list[Element]:
    """The elements at a path of local names below an element: `children(record, "contact", "party")`."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for parent in found for child in parent if local(child) == name]
    return found


def child(element: Element | None, *path: str) -> Element | None:
    """The first of `children`; None where there is none."""
    return next(iter(children(element, *path)), None)


def text(element: Element | None) -> str | None:
    """All text within an element, blanks at its ends taken away; None where there is none."""
    if element is None:
        return None
    return "".join(str(words) for words in element.itertext()).strip() or None


def texts(found: Iterable[Element]) -> list[str]:
    """The texts of elements, without the empty ones."""
    return [words for element in found if (words := text(element))]


def _too_deep(root: Element) -> bool:
    """Whether anything is nested deeper than `MAX_DEPTH`, without recursion."""
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return True
    return False
