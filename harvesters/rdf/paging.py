"""What follows a page, and how many datasets the portal says it has.

Hydra in its old and new terms (https://www.w3.org/ns/hydra/core), TREE and LDES
(https://w3id.org/tree/specification), and the Link header (RFC 8288).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

from pyoxigraph import Literal

from harvesters.rdf.graph import Graph, Term, key
from harvesters.rdf.vocabulary import HYDRA, TREE

_NEXT = (HYDRA + "next", HYDRA + "nextPage")
_LAST = (HYDRA + "last", HYDRA + "lastPage")
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s\";,]+))*)")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", re.IGNORECASE)


class Paging(NamedTuple):
    """following: the pages to ask for next, in order. nodes: whether they are nodes of a TREE, where a page may be
    reached by several ways, rather than pages of a chain. total: datasets, as the portal states. breaks_off: the last
    page that the portal names, where it is another one than this and yet no next one is given. paged: whether this is
    one page of several, or may be."""

    following: list[str]
    nodes: bool
    total: int | None
    breaks_off: str | None
    paged: bool


def paging(graph: Graph, url: str, headers: dict[str, str]) -> Paging:
    """How a page is continued. url: the final one of the page, which relative links are resolved against."""
    tree = [_address(value, url) for _, value in graph.with_predicate(TREE + "node", TREE + "view")]
    chain = [_address(value, url) for _, value in graph.with_predicate(*_NEXT)]
    chain += list(_linked(headers.get("link", ""), url))
    following = [address for address in dict.fromkeys([*chain, *tree]) if address and address != url]
    totals = [_number(value) for _, value in graph.with_predicate(HYDRA + "totalItems")]
    last = list(graph.with_predicate(*_LAST))
    breaks_off = None if following else next(_other_pages(last, url), None)
    return Paging(
        following,
        nodes=bool(tree) and not chain,
        total=max((total for total in totals if total is not None), default=None),
        breaks_off=breaks_off,
        paged=bool(following or last or tree or totals),
    )


def on_host_of(address: str, url: str) -> str:
    """The address at the host that sent the page at url: portals behind a proxy name themselves wrongly."""
    there, here = urlsplit(address), urlsplit(url)
    return urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))


def is_on_host_of(address: str, url: str) -> bool:
    """Whether two addresses are of one host; http and https count as one."""
    there, here = urlsplit(address), urlsplit(url)
    return there.hostname == here.hostname and (there.port == here.port or there.scheme != here.scheme)


def _other_pages(last: list[tuple[str, Term]], url: str) -> Iterator[str]:
    """Last pages that are not the one they are stated of."""
    for node, value in last:
        address = _address(value, url)
        this, other = urlsplit(_absolute(node, url)), urlsplit(address)
        if address and this.path == other.path and this.query and this.query != other.query:
            yield address


def _address(value: Term, url: str) -> str:
    """The address that a value is. Portals write links as IRIs and as texts."""
    return _absolute(value.value if isinstance(value, Literal) else key(value), url)


def _absolute(text: str, url: str) -> str:
    """An absolute http address without its fragment, or nothing."""
    try:
        address = urljoin(url, text.strip()).partition("#")[0]
        return address if urlsplit(address).scheme in {"http", "https"} and urlsplit(address).hostname else ""
    except ValueError:
        return ""


def _linked(header: str, url: str) -> Iterator[str]:
    for match in _LINK.finditer(header):
        relation = _RELATION.search(match[2])
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            yield _absolute(match[1], url)


def _number(value: Term) -> int | None:
    text = value.value.strip() if isinstance(value, Literal) else ""
    return int(text) if text.isdecimal() and len(text) < 10 else None
