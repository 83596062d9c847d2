"""Payloads of schema.org: each document in a page of a site with a sitemap, and real sitemaps of documents."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON_LD = {"Content-Type": "application/ld+json"}
XML = {"Content-Type": "application/xml"}
ORIGIN = "https://raw.githubusercontent.com/earthcube/communityCollections/refs/heads/master/data/objects/summoned/"
"""Where the sitemaps' addresses begin."""

NO_DATASET = {
    "schema-org/soso_repo_R2R.json": "a repository: Service, Organization, WebSite and WebPage, and no Dataset",
    "schema-org/synthetic/soso_repo_full.jsonld": "a repository: Service, ResearchProject and WebSite, and no Dataset",
    "schema-org/soso_unidataTemporal.nt": "soso_unidataTemporal.jsonld once more, as N-Triples, which no page embeds",
}
"""Files that hold no dataset of their own, and why."""


def payloads(folder: Path) -> Iterator[Payload]:
    """Each document as a site of one page; the sitemaps with those documents of theirs that are here."""
    for path in sorted((folder / "schema-org").rglob("*.json*")):
        name = str(path.relative_to(folder))
        if name not in NO_DATASET:
            yield Payload(name, "schema-org", _in_a_page(path.read_bytes()), _datasets(json.loads(path.read_bytes())))
    documents = {
        f"{collection}/{path.name.rpartition('_')[2]}": path.read_bytes()
        for path in sorted((folder / "schema-org").glob("gleaner_*.jsonld"))
        for collection in [path.name.split("_")[1]]
    }
    inner = (folder / "sitemap/earthcube_earthface_sitemap.xml").read_bytes()
    whole = (folder / "sitemap/earthcube_sitemap.xml").read_bytes()
    listed = [name for name in documents if f"{ORIGIN}{name}".encode() in whole]
    yield Payload("sitemap/*.xml", "schema-org", _by_sitemap(whole, inner, documents), len(listed))


def _datasets(document: Any) -> int:
    """How many nodes are datasets themselves, wherever they stand but within another dataset."""
    if isinstance(document, list):
        return sum(_datasets(member) for member in document)
    if not isinstance(document, dict):
        return 0
    kinds = document.get("@type", [])
    if {"Dataset", "schema:Dataset"} & set(kinds if isinstance(kinds, list) else [kinds]):
        return 1
    return sum(_datasets(member) for member in document.values())


def _in_a_page(content: bytes) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        front = b'<!doctype html><html><head><title>Data</title></head><body><a href="/dataset/1">1</a></body></html>'
        page = (
            b'<!doctype html><html><head><title>1</title><script type="application/ld+json">'
            + content
            + b"</script></head></html>"
        )
        urls = f"<url><loc>{site.url}/</loc></url><url><loc>{site.url}/dataset/1</loc></url>"
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
        site.routes["/"] = lambda query: Reply(front, headers=HTML)
        site.routes["/dataset/1"] = lambda query: Reply(page, headers=HTML)
        site.routes["/sitemap.xml"] = lambda query: Reply(sitemap, headers=XML)
        return f"{site.url}/"

    return serve


def _by_sitemap(whole: bytes, inner: bytes, documents: dict[str, bytes]) -> Callable[[Site], str]:
    """The sitemaps as they are but for the host. What they list beside the documents at hand describes nothing."""

    def serve(site: Site) -> str:
        here = f"{site.url}/summoned/"
        nothing = Reply(b"{}", headers=JSON_LD)
        maps = {"sitemap.xml": whole, "earthface/sitemap.xml": inner}
        for name in re.findall(rf"<loc>{re.escape(ORIGIN)}([^<]+)</loc>".encode(), whole + inner):
            path = name.decode()
            reply = Reply(documents[path], headers=JSON_LD) if path in documents else nothing
            site.routes[f"/summoned/{path}"] = lambda query, r=reply: r
        for path, content in maps.items():
            reply = Reply(content.replace(ORIGIN.encode(), here.encode()), headers=XML)
            site.routes[f"/summoned/{path}"] = lambda query, r=reply: r
        return f"{here}sitemap.xml"

    return serve
