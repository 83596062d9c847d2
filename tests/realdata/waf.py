"""Payloads of folders of metadata: each folder with the listing that it came with, or one in Apache's manner."""

from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

FOLDERS = ("waf-collection1", "waf-fgdc", "waf-trim-tags", "waf1")
"""Of geodatagov, each with the index.html that listed it."""

UNLISTED = "waf-collection1/cfg/SeriesCollection_tl_2013_county.shp.iso.xml"
"""The record of the collection: its folder's listing does not name it, so it is served in a folder of its own."""


def payloads(folder: Path) -> Iterator[Payload]:
    """Every folder; the one of datagov-harvester has no listing of its own and has another folder below it."""
    base = folder / "waf/geodatagov"
    for name in FOLDERS:
        files = sorted((base / name).glob("*.xml"))
        index = (base / name / "index.html").read_bytes()
        yield Payload(f"waf/geodatagov/{name}", "waf", _serve({"": (index, files)}), _datasets(files))
    series = base / UNLISTED
    listing = _listing("cfg", [series.name])
    yield Payload(f"waf/geodatagov/{UNLISTED}", "waf", _serve({"": (listing, [series])}), _datasets([series]))
    usgs = folder / "waf/datagov-harvester/waf"
    above, below = sorted(usgs.glob("*.xml")), sorted((usgs / "other").glob("*.xml"))
    folders = {
        "": (_listing("waf", [*(path.name for path in above), "other/"]), above),
        "other/": (_listing("waf/other", [path.name for path in below]), below),
    }
    yield Payload("waf/datagov-harvester", "waf", _serve(folders), _datasets([*above, *below]))


def _datasets(files: list[Path]) -> int:
    """How many files are a record of ISO's or of FGDC's, by their root elements."""
    roots = [etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True)) for path in files]
    return sum(etree.QName(root).localname in {"MD_Metadata", "MI_Metadata", "metadata"} for root in roots)


def _listing(title: str, names: list[str]) -> bytes:
    links = "".join(f'<li><a href="{name}">{name}</a></li>' for name in ["../", *names])
    return f"<html><head><title>Index of /{title}</title></head><body><ul>{links}</ul></body></html>".encode()


def _serve(folders: dict[str, tuple[bytes, list[Path]]]) -> Callable[[Site], str]:
    """Folders by their path below the reported one: the listing, and the files in it."""

    def serve(site: Site) -> str:
        for inner, (listing, files) in folders.items():
            site.routes[f"/waf/{inner}"] = lambda query, b=listing: Reply(b, headers={"Content-Type": "text/html"})
            for path in files:
                content = path.read_bytes()
                site.routes[f"/waf/{inner}{path.name}"] = lambda query, b=content: Reply(
                    b, headers={"Content-Type": "text/xml"}
                )
        return f"{site.url}/waf/"

    return serve
