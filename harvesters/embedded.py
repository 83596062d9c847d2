"""DCAT inside another protocol: the RDF of one record of a catalogue service or a repository, read as a document of its own."""

from collections.abc import Iterator

import msgspec

from harvesters.base import Answer, Event, Source, notice
from harvesters.dcat import Dcat
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.markup import Element, local, namespace, serialised
from harvesters.spool_lines import Ask, Noticed, Part, Record

DCAT = "http://www.w3.org/ns/dcat"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DATASETS = ("Dataset", "DatasetSeries")


def is_dcat(element: Element) -> bool:
    """Whether an element is an RDF document, or a dataset without one around it."""
    return local(element) == "RDF" or (local(element) in DATASETS and namespace(element).startswith(DCAT))


def read_dcat(element: Element, source: Source, answer: Answer, identifier: str | None = None) -> Iterator[Event]:
    """The datasets of an element that `is_dcat`, as records to be mapped as DCAT, or why there are none.

    identifier: what the record around it is called; its one dataset is then called so.
    """
    content = serialised(element)
    if not _holds_datasets(element):
        yield notice(find("not-a-dataset", value=_class_of(element)), answer, identifier, received=True)
        return
    if local(element) != "RDF":
        content = f'<rdf:RDF xmlns:rdf="{RDF}">{content}</rdf:RDF>'
    path = answer.path.with_name(f"{answer.path.name}.rdf")
    path.write_text(content, encoding="utf-8")
    ask, headers = Ask(answer.url, protocol="dcat"), {"content-type": "application/rdf+xml"}
    events: list[Event] = []
    try:
        events.extend(Dcat(source).read(Answer(ask, answer.url, 200, headers, path, answer.at)))
    except MalformedAnswer as error:
        events.append(notice(find("record-malformed", value=content[:200], why=error.said), answer, received=True))
    finally:
        path.unlink(missing_ok=True)
    records = [event for event in events if isinstance(event, Record)]
    for event in events:
        if isinstance(event, Record):
            name = identifier if identifier is not None and len(records) == 1 else event.id
            yield msgspec.structs.replace(event, id=name, protocol="dcat")
        elif isinstance(event, (Part, Noticed)):
            yield event


def _holds_datasets(element: Element) -> bool:
    return any(_class_of(each) in DATASETS for each in element.iter())


def _class_of(element: Element) -> str:
    """The class of a node, by its element's name or its rdf:type; for a document that of its first node in DCAT."""
    if namespace(element).startswith(DCAT):
        return local(element)
    for each in element:
        resource = each.get(f"{{{RDF}}}resource", "") if local(each) == "type" else ""
        if resource.startswith(DCAT):
            return resource.removeprefix(DCAT).lstrip("#/")
    if local(element) == "RDF":
        return next((found for each in element if (found := _class_of(each))), "RDF without a dcat:Dataset")
    return ""
