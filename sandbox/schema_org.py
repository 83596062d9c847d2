"""Pages that describe a dataset each in schema.org's words, and the sitemaps that list them.

https://developers.google.com/search/docs/appearance/structured-data/dataset ; https://www.sitemaps.org/protocol.html
"""

import gzip
from html import escape
from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, LICENCES
from sandbox.web import Reply, Request

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
PER_SITEMAP = 10
"""The protocol allows 50,000; the sandbox wants more than one sitemap."""


class DescribedPages:
    """`/dataset/NAME` with its dataset as JSON-LD, every third one as microdata; in the place of `pages.Pages`'s."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The page of a dataset."""
        for place, dataset in enumerate(catalogue.datasets):
            if request.path == f"/dataset/{dataset.name}":
                described = render(dataset, catalogue, request.address)
                return _page(described, catalogue, _microdata(described) if place % 3 == 2 else _json_ld(described))
        return None


class Sitemaps:
    """`/sitemap.xml`: the index of `/sitemap-N.xml.gz`, each with some of the pages, dated; the last with the front page."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The index, or a sitemap."""
        count = -(-len(catalogue.datasets) // PER_SITEMAP)
        if request.path == "/sitemap.xml":
            places = "".join(
                f"<sitemap><loc>{request.address}/sitemap-{number}.xml.gz</loc></sitemap>"
                for number in range(count + 1)
            )
            return Reply(
                f'<?xml version="1.0"?>\n<sitemapindex xmlns="{SITEMAPS}">{places}</sitemapindex>'.encode(), "text/xml"
            )
        number = request.path.removeprefix("/sitemap-").removesuffix(".xml.gz")
        if not request.path.startswith("/sitemap-") or not number.isdecimal() or int(number) > count:
            return None
        listed = catalogue.datasets[int(number) * PER_SITEMAP : (int(number) + 1) * PER_SITEMAP]
        urls = "".join(
            f"<url><loc>{request.address}/dataset/{d.name}</loc><lastmod>{d.modified}</lastmod></url>" for d in listed
        ) or f"<url><loc>{request.address}/</loc></url>"  # fmt: skip
        body = f'<?xml version="1.0"?>\n<urlset xmlns="{SITEMAPS}">{urls}</urlset>'.encode()
        return Reply(gzip.compress(body, mtime=0), "application/gzip")


def render(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """A dataset as JSON-LD; what the publisher does not know is left out."""
    language = catalogue.language
    licence = LICENCES.get(dataset.licence or "")
    stated = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{catalogue.home}/dataset/{dataset.name}",
        "url": f"{address}/dataset/{dataset.name}",
        "name": dataset.titles.get(language),
        "description": dataset.descriptions.get(language),
        "keywords": dataset.keywords.get(language),
        "inLanguage": language,
        "publisher": {"@type": "GovernmentOrganization", "name": dataset.publisher.names[language]},
        "creator": {"@type": "Person", "name": "Somebody", "email": f"somebody@{dataset.publisher.key}.example"},
        "license": licence.url if licence else None,
        "datePublished": dataset.issued,
        "dateModified": dataset.modified,
        "temporalCoverage": "/".join(dataset.period) if dataset.period else None,
        "spatialCoverage": {"@type": "Place", "name": dataset.place},
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": absolute(address, each.url),
                "encodingFormat": FORMATS[each.format].media_type,
                "name": each.titles.get(language),
            }
            for each in dataset.distributions
        ],
    }
    return {key: value for key, value in stated.items() if value not in (None, [])}


def _json_ld(described: dict[str, Any]) -> str:
    text = msgspec.json.encode(described).decode().replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _microdata(described: dict[str, Any]) -> str:
    """The same as attributes of the page's own elements."""
    words = ("name", "description", "datePublished", "dateModified", "temporalCoverage", "inLanguage")
    inner = "".join(f'<p itemprop="{key}">{escape(str(described[key]))}</p>' for key in words if key in described)
    inner += f'<link itemprop="url" href="{escape(described["url"])}">'
    inner += "".join(f'<p itemprop="keywords">{escape(word)}</p>' for word in described.get("keywords", []))
    if "license" in described:
        inner += f'<link itemprop="license" href="{escape(described["license"])}">'
    inner += (
        '<div itemprop="publisher" itemscope itemtype="https://schema.org/GovernmentOrganization">'
        f'<p itemprop="name">{escape(described["publisher"]["name"])}</p></div>'
    )
    for each in described.get("distribution", []):
        inner += (
            '<div itemprop="distribution" itemscope itemtype="https://schema.org/DataDownload">'
            f'<a itemprop="contentUrl" href="{escape(each["contentUrl"])}">{escape(str(each.get("name", "")))}</a>'
            f'<p itemprop="encodingFormat">{escape(each["encodingFormat"])}</p></div>'
        )
    identifier = escape(described["@id"])
    return f'<div itemscope itemtype="https://schema.org/Dataset" itemid="{identifier}">{inner}</div>'


def _page(described: dict[str, Any], catalogue: Catalogue, body: str) -> Reply:
    title = escape(str(described.get("name", "")))
    document = (
        f'<!doctype html><html lang="{catalogue.language}"><meta charset="utf-8"><title>{title}</title>{body}'
        f'<a href="/">All</a></html>'
    )
    return Reply(document.encode())
