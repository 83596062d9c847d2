"""A list of datasets as feeds: Atom in pages, whole RSS 2.0, and RSS 1.0 of what is new.

https://www.rfc-editor.org/rfc/rfc4287 and rfc5005 (paging, and the mark of a feed that is complete);
https://www.rssboard.org/rss-specification ; https://web.resource.org/rss/1.0/spec
"""

from datetime import datetime
from email.utils import format_datetime
from html import escape

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Reply, Request

PAGE = 10
NEWS = 5
"""RSS 1.0 shows so many: the last ones to change."""

ATOM, HISTORY = "http://www.w3.org/2005/Atom", "http://purl.org/syndication/history/1.0"
RDF, RSS1, DUBLIN_CORE = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/rss/1.0/", "http://purl.org/dc/elements/1.1/",
)  # fmt: skip


class Feeds:
    """`/feed.atom?page=N`, `/feed.rss` and `/feed.rdf`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """One of the feeds."""
        match request.path:
            case "/feed.atom":
                return Reply(_atom(request, catalogue).encode(), "application/atom+xml")
            case "/feed.rss":
                return Reply(_rss_2(request, catalogue).encode(), "application/rss+xml")
            case "/feed.rdf":
                return Reply(_rss_1(request, catalogue).encode(), "application/rdf+xml")
            case _:
                return None


def _atom(request: Request, catalogue: Catalogue) -> str:
    text = request.query.get("page", "1")
    number = int(text) if text.isdecimal() else 1
    held = catalogue.datasets[(number - 1) * PAGE : number * PAGE]
    address = f"{request.address}{request.path}"
    links = f'<link rel="self" href="{address}?page={number}"/><link rel="first" href="{address}"/>'
    if number * PAGE < len(catalogue.datasets):
        links += f'<link rel="next" href="{request.path}?page={number + 1}"/>'
    language = catalogue.language
    entries = "".join(
        f"<entry><id>urn:uuid:{d.id}</id><title>{_title(d, language)}</title>"
        f"<summary>{_about(d, language)}</summary><updated>{d.modified}</updated><published>{d.issued}</published>"
        f"<author><name>Somebody</name><email>somebody@{d.publisher.key}.example</email></author>"
        f'<link href="/dataset/{escape(d.name)}"/>{_enclosures(d, request.address, "link", "href")}</entry>'
        for d in held
    )
    return f'<feed xmlns="{ATOM}" xml:lang="{language}"><title>{_name(catalogue)}</title>{links}{entries}</feed>'


def _rss_2(request: Request, catalogue: Catalogue) -> str:
    language = catalogue.language
    items = "".join(
        f'<item><guid isPermaLink="false">{d.id}</guid><title>{_title(d, language)}</title>'
        f"<description>{_about(d, language)}</description><pubDate>{_mail_date(d.modified)}</pubDate>"
        f"<author>somebody@{d.publisher.key}.example</author><link>{request.address}/dataset/{escape(d.name)}</link>"
        f"{_enclosures(d, request.address, 'enclosure', 'url')}</item>"
        for d in catalogue.datasets
    )
    return (
        f'<rss version="2.0" xmlns:fh="{HISTORY}"><channel><title>{_name(catalogue)}</title><fh:complete/>'
        f"<language>{language}</language>{items}</channel></rss>"
    )


def _rss_1(request: Request, catalogue: Catalogue) -> str:
    language = catalogue.language
    newest = sorted(catalogue.datasets, key=lambda dataset: dataset.modified, reverse=True)[:NEWS]
    items = "".join(
        f'<item rdf:about="{request.address}/dataset/{escape(d.name)}"><title>{_title(d, language)}</title>'
        f"<description>{_about(d, language)}</description><dc:date>{d.modified}</dc:date>"
        f"<dc:publisher>{escape(d.publisher.names[language])}</dc:publisher>"
        f"<link>{request.address}/dataset/{escape(d.name)}</link></item>"
        for d in newest
    )
    return (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="{RSS1}" xmlns:dc="{DUBLIN_CORE}">'
        f'<channel rdf:about="{request.address}"><title>{_name(catalogue)}</title></channel>{items}</rdf:RDF>'
    )


def _enclosures(dataset: Dataset, address: str, element: str, attribute: str) -> str:
    relation = ' rel="enclosure"' if element == "link" else ""
    return "".join(
        f'<{element}{relation} type="{FORMATS[each.format].media_type}" {attribute}="{escape(absolute(address, each.url))}"/>'
        for each in dataset.distributions
    )


def _title(dataset: Dataset, language: str) -> str:
    return escape(dataset.titles.get(language, ""))


def _about(dataset: Dataset, language: str) -> str:
    return escape(dataset.descriptions.get(language, ""))


def _name(catalogue: Catalogue) -> str:
    return escape(catalogue.titles[catalogue.language])


def _mail_date(day: str) -> str:
    """A date as RFC 822 has it, which RSS 2.0 prescribes."""
    return format_datetime(datetime.fromisoformat(day))
