"""Audits of protocols: a portal on loopback for each, its harvests, and what its pages and documents do when they lead back.

The portals are the sandbox's, as the faults have them (`tests.faults.subjects`), and the harvests run as theirs do.
"""

import re
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec.structs import replace

from harvesters.base import Source
from harvesters.package import encode
from harvesters.spool import read_spool
from harvesters.spool_lines import Checkpoint
from sandbox.bods import Statements
from sandbox.content import Dataset, make_dataset
from sandbox.dcat_us import DataJson
from sandbox.faults.fault import Exchange, Fault
from sandbox.faults.portal import MARK, FaultyPortal
from sandbox.jkan import FOLDER as JKAN_FOLDER
from sandbox.ocds import ReleasePackages
from sandbox.pages import Pages
from sandbox.portal import Robots
from sandbox.waf import FOLDER
from sandbox.web import Reply, etag, knows
from tests.faults.running import LIMITS, RETRIES, UNHARMED, Crawled, nursery
from tests.faults.subjects import SUBJECTS, Subject
from tests.harvesters.harvesting import Harvest
from tests.harvesters.kinds import Kind
from tests.sandbox.portals import COUNTRY, portal


class Revalidates(Fault):
    """No fault: a portal that gives every answer an ETag, and says of what a client has that it is still so (304).

    conditional, unchanged: how many requests came on condition, and how many of them were answered so."""

    name = "revalidates"
    meaning = "every answer bears an ETag"
    readable = True

    def __init__(self) -> None:
        self.conditional = 0
        self.unchanged = 0

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual answer, as one that can be known again."""
        usual = exchange.usual
        if exchange.request.method != "GET" or usual.status != 200:
            return None
        self.conditional += "if-none-match" in exchange.request.headers
        self.unchanged += knows(exchange.request, etag(usual.body))
        return replace(usual, revalidates=True)


class LinksBack(Fault):
    """A document that names others also names one that leads back to itself. told: whether that is a mistake of the portal."""

    name = "links-back"
    meaning = "a document names one that was read before it"
    readable = True

    def __init__(self, place: bytes, instead: bytes, *, told: bool = False) -> None:
        self._place = re.compile(place)
        self._instead = instead
        self.told = told

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual answer with the link; ADDRESS in it is the portal's own."""
        usual = exchange.usual
        link = self._instead.replace(b"ADDRESS", exchange.request.address.encode())
        return replace(usual, body=self._place.sub(lambda _: link, usual.body))


CHANGED = 3
"""Which dataset is changed on the portal between two harvests, by its number."""


SINCE = "2026-10-01T00:00:00Z"
"""After all that the sandbox dates: from then on changes are asked for."""


LATER = "2026-11-01"
"""When it is changed."""


FEW = 9
"""So many datasets fit on one page of every portal here; `DATASETS` take three."""


LOOPED = 45
"""Datasets of a portal whose pages go in a circle: with a count that two pages reach, the circle would not be gone round."""


FURTHER_REQUESTS = 3
"""So many more than a full harvest of `DATASETS` makes may one make whose pages go in a circle, whatever the portal counts."""


LEADS_BACK = re.compile(r"pages go round in a circle|leads back to \S+, which was already read")
"""How a verdict names it."""


ALONE = {
    "bods": Subject(Kind("bods", Statements(), {}, home="/bods.json"), "bods"),
    "file": Subject(Kind("file", DataJson(), {}, home="/data.json"), "file"),
    "web-page": Subject(
        Kind("web-page", Pages(), {}, home=f"/dataset/{make_dataset(COUNTRY, CHANGED).name}"), "web-page"
    ),
    "ocds (ReleasePackages)": Subject(
        Kind("ocds", ReleasePackages(), {}, home="/api/releases.json"), "ocds (ReleasePackages)"
    ),
}
"""Portals of which the whole is one dataset; the faults, which count datasets, have no use for them."""


IN_PAGES = Subject(Kind("dcat-us", DataJson(page_size=10), {}, home="/data.json"), "dcat-us (in pages)")
"""A data.json in pages, which its standard does not know and some portals have."""


PORTALS = dict(sorted({**SUBJECTS, **ALONE, IN_PAGES.key: IN_PAGES}.items()))
"""Every portal of this module, by protocol and, where a protocol has several, by what serves it."""


LISTED = {
    "dataverse": re.compile(rb'"global_id":"[^"]*-(\d{5})"'),
    "geonetwork": re.compile(rb'"uuid":"[^"]*-(\d{5})"'),
    "ocds (ReleasePackages)": re.compile(rb'"ocid":"ocds-xa1234-(\d+)"'),
    "sparql": re.compile(rb'"value":"[^"]*/dataset/[^"]*-(\d{5})"'),
}
"""What stands for a dataset on the pages of portals whose lists have no descriptions."""


ONE = "one document is the whole"


TREE = "documents that name documents, each read once"


UNPAGED = {
    "arcgis-server": (TREE, "a directory names its folders, a folder its services, and both are given whole"),
    "bods": (ONE, "the file of statements is one dataset, and is sent whole"),
    "dkan": (ONE, "the metastore gives all its datasets in one list, and takes no number of a page"),
    "file": (ONE, "the file is the dataset; of its content nothing is read"),
    "frictionless": (TREE, "a collection lists the addresses of its packages in one document; a descriptor is one file"),
    "iati": (ONE, "the index and the registry's list are files, sent whole"),
    "jkan": (TREE, "both lists of a site are files, and a repository lists the folder of its files whole"),
    "schema-org": (TREE, "sitemaps list pages, with a bound to how deep and how many; pages link to each other, and are a web"),
    "sdmx": (ONE, "the structure query gives every dataflow in one message; SDMX REST has no paging of structures"),
    "table": (ONE, "the rows of a file or of a workbook's sheets are all there is"),
    "waf": (TREE, "a web server lists a folder whole; folders below it are followed to a bounded depth"),
    "web-page": (ONE, "the page is the dataset; its links are its resources and are not followed"),
}  # fmt: skip
"""Protocols that have no page which could lead back to an earlier one: of what kind they are, and why."""


UNPAGED_PORTALS = {
    "dcat-us": "the file as the standard has it, whole; the portal in pages is another one",
    "dcat-us (DataJson3)": "the same of version 3",
    "ocds": "a list of publications is one document; the packages of an interface are in pages",
    "stac (Files)": "files lead from catalogue to collection; the API is in pages",
}
"""Portals without pages of protocols that know pages, and why."""


BACK = {
    "arcgis-server": LinksBack(rb'"folders":\[\]', b'"folders":["../services"]'),
    "frictionless": LinksBack(rb'"packages":\[', b'"packages":[{"url":"/catalog.json"},', told=True),
    "jkan (Repository)": LinksBack(
        rb"^\[(?=\{)", b'[{"name":"again.md","download_url":"ADDRESS%s"},' % JKAN_FOLDER.encode(), told=True
    ),
    "schema-org": LinksBack(
        rb"</sitemapindex>", b"<sitemap><loc>ADDRESS/sitemap.xml</loc></sitemap></sitemapindex>", told=True
    ),
    "stac (Files)": LinksBack(rb'"links":\[', b'"links":[{"rel":"child","href":"ADDRESS/files/catalog.json"},'),
    "waf": LinksBack(rb"</pre>", b'<a href="./">here</a> <a href="%s">again</a></pre>' % FOLDER.encode()),
}
"""How the documents of a tree come to name one that was read before. What is a list of lists by its standard is told where it
does; a web of folders or of files may, and is read once all the same."""


PAGING_OPTIONS = {"page_size", "page_parameter"}
"""Options by which a source says how its pages are asked for: a class that has one knows pages."""


@dataclass
class Done:
    """A harvest, and what the portal was asked for it (robots.txt apart)."""

    harvest: Harvest
    requests: int

    @cached_property
    def content(self) -> dict[str | None, object]:
        """What each record holds, by its identifier; when it was read is left out."""
        return {each.id: (each.media, each.text, bytes(each.json)) for each in self.harvest.records}

    @cached_property
    def packages(self) -> dict[str, bytes]:
        """The valid packages by native identifier."""
        return {native_id: encode(package) for native_id, package in self.harvest.valid().items()}

    @property
    def gets(self) -> int:
        """How many of its answers are such as can be asked for on condition: to GET, and no failures."""
        closed = [line for line in self.harvest.lines if isinstance(line, Checkpoint)]
        return sum(line.answered.startswith("GET ") and line.failure is None for line in closed)

    @property
    def depth(self) -> int:
        """How long the longest chain of answers is, each of which led to the next: it grows with the datasets where they come
        in pages, and by nothing else."""
        depths: dict[str, int] = {}
        for line in self.harvest.lines:
            if isinstance(line, Checkpoint):
                for ask in line.asked:
                    depths.setdefault(ask.key, depths.get(line.answered, 0) + 1)
        return max(depths.values())


@dataclass
class Audit:
    """A portal that is up, and the harvests of it."""

    subject: Subject
    portal: FaultyPortal
    nursery: "subprocess.Popen[str]"
    folder: Path
    kept: dict[str, Done] = field(default_factory=dict)

    def harvest(self, address: str, *, since: str | None = None, earlier: Done | None = None) -> Done:
        """Harvest the portal, as it is. earlier: what the last complete harvest left, which the catalogue hands on."""
        kind = self.subject.kind
        number = len(list(self.folder.glob("*.zst")))
        spool = self.folder / f"{number}.jsonl.zst"
        source = Source(
            "xa-source", f"{address}{kind.home}", kind.protocol, options=dict(kind.options), since=since
        )  # fmt: skip
        job = {
            "source": msgspec.to_builtins(source), "run": str(number), "spool": str(spool), "delay_seconds": 0,
            "allow_addresses": ["127.0.0.0/8"], "limits": LIMITS, "retries": RETRIES,
            "earlier": str(earlier.harvest.spool) if earlier else None,
        }  # fmt: skip
        before = self._asked()
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(msgspec.json.encode(job).decode() + "\n")
        self.nursery.stdin.flush()
        crawled = msgspec.json.decode(self.nursery.stdout.readline(), type=Crawled)
        assert (crawled.status, crawled.errors) == (0, "")
        return Done(Harvest(source, spool, list(read_spool(spool))), self._asked() - before)

    def _asked(self) -> int:
        return sum(request.path != "/robots.txt" for request in self.portal.requests)

    @property
    def full(self) -> Done:
        """A full harvest of the portal as it is at first; made once."""
        if "full" not in self.kept:
            with self.portal.suffering(UNHARMED) as address:
                self.kept["full"] = self.harvest(address)
        return self.kept["full"]

    def change(self) -> Dataset:
        """Change one dataset on the portal, in what it says and in when it says that it was changed."""
        held = self.portal.datasets[CHANGED]
        titles = dict.fromkeys(held.titles, "Another title")
        changed = replace(
            held, titles=titles, modified=f"{LATER}T05:04:00", changed_at=f"{LATER}T05:04:00.000000"
        )  # fmt: skip
        self.portal.datasets[CHANGED] = changed
        return changed

    def is_of(self, package: bytes, dataset: Dataset) -> bool:
        """Whether a package is of a dataset; of a portal that is one dataset, its only one is."""
        return self.subject.key in ALONE or self.portal.numbers(package) == {f"{CHANGED:05}"}


class Audits:
    """A portal for each subject, started when it is first wanted, and one nursery for all, until the end of the block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._running: dict[str, Audit] = {}

    def __enter__(self) -> "Audits":
        self._nursery = self._stack.enter_context(nursery())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def __getitem__(self, key: str) -> Audit:
        if key not in self._running:
            subject = PORTALS[key]
            self._running[key] = self._audit(subject, subject.portal(), key)
        return self._running[key]

    def looped(self, key: str) -> Audit:
        """A larger portal of the same kind, which tells a page of its list by what stands on it (`LISTED`)."""
        kind = PORTALS[key].kind
        services = (Robots(), kind.service, *kind.more, Pages())
        served = FaultyPortal(portal(count=LOOPED).catalogue, services, LISTED.get(key, MARK))
        return self._audit(PORTALS[key], served, f"{key} in a circle")

    def _audit(self, subject: Subject, served: FaultyPortal, name: str) -> Audit:
        folder = self._folder / name
        folder.mkdir()
        self._stack.enter_context(served)
        return Audit(subject, served, self._nursery, folder)
