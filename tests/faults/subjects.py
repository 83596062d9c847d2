"""Who is put to the test: every protocol that a portal of the sandbox speaks, as `tests.harvesters.kinds` has them, and those
whose portals are no list of pages."""

import re
from dataclasses import dataclass

from sandbox.arcgis_server import DIRECTORY, ServicesDirectory
from sandbox.ckan import CkanApi
from sandbox.csw import CatalogueService
from sandbox.dcat import DcatFeed
from sandbox.dcat_us import DataJson
from sandbox.faults.portal import MARK, NAME, FaultyPortal
from sandbox.feed import Feeds
from sandbox.frictionless import DataPackages
from sandbox.geonetwork import ROOT as GEONETWORK
from sandbox.geonetwork import Search
from sandbox.iati import DatasetIndex
from sandbox.oai_pmh import Repository
from sandbox.ocds import PublicationList
from sandbox.pages import Pages
from sandbox.portal import Robots
from sandbox.schema_org import DescribedPages, Sitemaps
from sandbox.sdmx import ROOT, Dataflows3, Dataflows21
from sandbox.sparql import SparqlEndpoint
from sandbox.table import Spreadsheet
from sandbox.waf import FOLDER, Folder
from tests.harvesters.kinds import KINDS, Kind
from tests.sandbox.portals import portal

DATASETS = 27
"""Three pages of ten, the last one not full; as a number by itself it stands nowhere else in the portals' answers."""

MORE = [
    Kind("ckan", CkanApi()),
    Kind("dcat", DcatFeed(page_size=10), {}, home="/catalog.ttl"),
    Kind("dcat-us", DataJson(), {}, home="/data.json"),
    Kind("sparql", SparqlEndpoint(), home="/sparql"),
    Kind("sdmx", Dataflows21(), {}, home=ROOT),
    Kind("sdmx", Dataflows3(), {}, home=ROOT),
    Kind("table", Spreadsheet(), {}, home="/list.csv"),
    Kind("schema-org", DescribedPages(), {}, home="/", more=(Sitemaps(),)),
    Kind("frictionless", DataPackages(), {}, home="/catalog.json"),
    Kind("ocds", PublicationList(), {}, home="/publications.json"),
    Kind("iati", DatasetIndex(), {}, home="/indices/dataset-index-full.json"),
    Kind("feed", Feeds(), {}, home="/feed.atom"),
    Kind("csw", CatalogueService(), home="/csw"),
    Kind("oai-pmh", Repository(), {}, home="/oai"),
    Kind("waf", Folder(), {}, home=FOLDER),
    Kind("geonetwork", Search(), home=f"{GEONETWORK}/"),
    Kind("arcgis-server", ServicesDirectory(), {}, home=DIRECTORY),
]
"""Beside those of `KINDS`."""

NAMED: dict[str, re.Pattern[bytes]] = {"iati": NAME}
"""Protocols that take no descriptions over: their datasets are told by their names."""


@dataclass
class Subject:
    """A protocol with its portal. key: for the matrix."""

    kind: Kind
    key: str

    def portal(self) -> FaultyPortal:
        """Its portal, not yet started."""
        catalogue = portal(count=DATASETS).catalogue
        services = (Robots(), self.kind.service, *self.kind.more, Pages())
        return FaultyPortal(catalogue, services, NAMED.get(self.kind.protocol, MARK))


def _subjects() -> dict[str, Subject]:
    found: dict[str, Subject] = {}
    for kind in [*MORE, *KINDS]:
        key = kind.protocol if kind.protocol not in found else f"{kind.protocol} ({type(kind.service).__name__})"
        found[key] = Subject(kind, key)
    return dict(sorted(found.items()))


SUBJECTS = _subjects()
"""By protocol; where the sandbox has several portals that speak one, the others by their service too."""
