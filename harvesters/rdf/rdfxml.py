"""RDF/XML as portals write it: entities refused, and the common mistakes mended so that the rest can be read.

Every mend is told: nothing is left out, moved or completed without a finding.
"""

import html
import re
from collections.abc import Iterator

from lxml import etree

from harvesters.findings import Finding, find
from harvesters.rdf.guard import entities_refused
from harvesters.rdf.vocabulary import PREFIXES, RDF, UNDECLARED

MAX_ENTITIES = 64
MAX_ENTITY_BYTES = 256
MAX_GROWTH_BYTES = 16 << 20
"""Entities may stand for namespaces, as older RDF tools write them; these bounds keep them from growing without end."""

_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[>]*(?:\[(.*?)\]\s*)?>", re.DOTALL)
_ENTITY = re.compile(rb"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_PREDEFINED = re.compile(rb"&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_RESOURCE_ATTRIBUTES = (f"{{{RDF}}}resource", f"{{{RDF}}}nodeID")
_CUT_ERRORS = frozenset({"ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_END", "ERR_GT_REQUIRED"})
_XML = "{http://www.w3.org/XML/1998/namespace}"
_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def without_doctype(xml: bytes, where: str) -> bytes:
    """The document without its DOCTYPE; entities that stand for a namespace are written out.

    Raises MalformedAnswer where entities are declared that are anything else: a harvest expands and fetches none.
    """
    begun = xml.find(b"<!DOCTYPE")
    doctype = _DOCTYPE.match(xml, begun) if begun >= 0 else None
    if doctype is None:
        return xml
    subset = _COMMENT.sub(b"", doctype[1] or b"")
    entities = {match[1]: match[2] if match[2] is not None else match[3] for match in _ENTITY.finditer(subset)}
    if _ENTITY.sub(b"", subset).strip() or len(entities) > MAX_ENTITIES:
        raise entities_refused(where)
    rest = xml[:begun] + xml[doctype.end() :]
    growth = 0
    for name, value in entities.items():
        if len(value) > MAX_ENTITY_BYTES or re.search(rb"[&<>%\"']", _PREDEFINED.sub(b"", value)):
            raise entities_refused(where)
        growth += rest.count(b"&" + name + b";") * len(value)
    if growth > MAX_GROWTH_BYTES:
        raise entities_refused(where)
    for name, value in entities.items():
        rest = rest.replace(b"&" + name + b";", value)
    return rest


class Mended:
    """A mended document. xml: in UTF-8. findings: what was done. cut: whether the document ended in the middle."""

    def __init__(self, xml: bytes, findings: list[Finding], cut: bool) -> None:
        self.xml = xml
        self.findings = findings
        self.cut = cut


def mend(xml: bytes) -> Mended | None:
    """Mend a document that the RDF parser objected to; None where not even its beginning is XML."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(xml, parser)
    if root is None:
        return None
    findings: list[Finding] = []
    cut = False
    for error in parser.error_log:
        if error.type_name in _CUT_ERRORS and _at_end(error.line, xml):
            cut = True
        elif error.type_name != "NS_ERR_UNDEFINED_NAMESPACE":
            findings.append(_told(error.line, error.message.strip(), ""))
    for entity in list(root.iter(etree.Entity)):
        _write_out(entity)
    prefixes = _Prefixes()
    try:
        _mend_root(root, prefixes, findings)
    except (ValueError, KeyError):  # lxml's, for names that XML does not allow and that recovering let through
        return None
    return Mended(etree.tostring(root, encoding="utf-8"), [*findings, *prefixes.findings()], cut)


def _at_end(line: int, xml: bytes) -> bool:
    return line >= xml.rstrip().count(b"\n") + 1


class _Prefixes:
    """Gives elements whose prefix was never declared a namespace."""

    def __init__(self) -> None:
        self._namespaces: dict[str, str] = {}

    def name(self, tag: str) -> str:
        """The full name of a tag or attribute, in Clark notation."""
        if tag.startswith("{"):
            return tag
        prefix, _, local = tag.rpartition(":")
        namespace = self._namespaces.setdefault(prefix, PREFIXES.get(prefix, f"{UNDECLARED}{prefix}#"))
        return f"{{{namespace}}}{local}"

    def findings(self) -> Iterator[Finding]:
        for prefix, namespace in self._namespaces.items():
            yield find("rdf-prefix-undeclared", value=f"{prefix}:" if prefix else "", namespace=namespace)


def _mend_root(root: etree._Element, prefixes: _Prefixes, findings: list[Finding]) -> None:
    if re.split("[}:]", str(root.tag))[-1] != "RDF":
        _mend_node(root, prefixes, findings)
        return
    _mend_names(root, prefixes, findings)
    _strip_text(root, findings)
    for node in list(root):
        _mend_node(node, prefixes, findings)


def _write_out(entity: etree._Entity) -> None:
    """Put the text that an undeclared entity stands for in HTML in its place; of any other, its name."""
    parent, before = entity.getparent(), entity.getprevious()
    if parent is None:
        return
    text = html.unescape(str(entity.text)) + (entity.tail or "")
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    entity.tail = None
    parent.remove(entity)


def _mend_node(root: etree._Element, prefixes: _Prefixes, findings: list[Finding]) -> None:
    """Mend a node element and all below it; node and property elements take turns (RDF/XML, section 2.1)."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        _mend_names(node, prefixes, findings)
        _strip_text(node, findings)
        for member in list(node):
            if not isinstance(member.tag, str):
                node.remove(member)
                continue
            waiting.extend(_mend_property(member, prefixes, findings))


def _mend_property(element: etree._Element, prefixes: _Prefixes, findings: list[Finding]) -> Iterator[etree._Element]:
    """Mend a property element; gives the node elements in it."""
    _mend_names(element, prefixes, findings)
    kind = element.get(f"{{{RDF}}}parseType")
    if kind == "Literal":
        return
    if kind == "Resource":
        yield element  # it stands for a node itself: what is in it are properties
        return
    text = (element.text or "").strip()
    if text and any(element.get(name) is not None for name in _RESOURCE_ATTRIBUTES):
        beside = etree.Element(element.tag)
        beside.text = element.text
        language = element.get(f"{_XML}lang")
        if language:
            beside.set(f"{_XML}lang", language)
        element.text = None
        element.addnext(beside)
        findings.append(_broken(element, "a link and a text at once, taken as two values", text))
    for name in [str(name) for name in element.attrib] if text else ():
        if not name.startswith((f"{{{RDF}}}", _XML)):
            findings.append(_broken(element, f"an attribute beside a text ({name}), left out", str(element.get(name))))
            del element.attrib[name]
    nodes = [member for member in element if isinstance(member.tag, str)]
    for name in _RESOURCE_ATTRIBUTES if nodes else ():
        link = element.get(name)
        if link is not None:
            del element.attrib[name]
            beside = etree.Element(element.tag, {name: link})
            element.addnext(beside)
            findings.append(_broken(element, "a link and a description at once, taken as two values", link))
    if nodes:
        _strip_text(element, findings)
    for extra in nodes[1:]:
        sibling = etree.Element(element.tag)
        sibling.append(extra)
        element.addnext(sibling)
        findings.append(_broken(extra, "several descriptions in one property, taken as several values", ""))
    yield from nodes


def _mend_names(element: etree._Element, prefixes: _Prefixes, findings: list[Finding]) -> None:
    if not str(element.tag).startswith("{"):
        element.tag = prefixes.name(str(element.tag))
    for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
        if not name.startswith("{") and ":" not in name:
            del element.attrib[name]
            findings.append(_broken(element, f"an attribute without a namespace ({name}), left out", value))
            continue
        full = name
        if not name.startswith("{"):
            full = prefixes.name(name)
            del element.attrib[name]
            element.set(full, value)
        if full == f"{{{RDF}}}nodeID" and element.get(f"{{{RDF}}}about") is not None:
            del element.attrib[full]
            findings.append(_broken(element, "a link and a label at once, the link is taken", value))
            continue
        if full == f"{{{RDF}}}ID" and not _NAME.fullmatch(value):
            del element.attrib[full]
            element.set(f"{{{RDF}}}about", f"#{value}")
            findings.append(_broken(element, "not a name that rdf:ID allows, taken as a link", value))
        if full == f"{{{RDF}}}nodeID" and not _NAME.fullmatch(value):
            element.set(full, "n" + value.encode().hex())


def _strip_text(element: etree._Element, findings: list[Finding]) -> None:
    """Take away text that stands where only elements may."""
    stray = [element.text or "", *((member.tail or "") for member in element)]
    for text in stray:
        if text.strip():
            findings.append(_broken(element, "text where none may be", text.strip()))
    element.text = None
    for member in element:
        member.tail = None


def _broken(element: etree._Element, why: str, value: str) -> Finding:
    line = element.sourceline
    return _told(line if isinstance(line, int) else None, why, value)


def _told(line: int | None, why: str, value: str) -> Finding:
    return find("rdf-broken-statement", f"line {line}" if line else "", value, why=why)
