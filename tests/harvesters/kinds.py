"""Which of the sandbox's portals speaks which protocol: the table that the tests of all protocols go by."""

from dataclasses import dataclass, field

from sandbox.arcgis_hub import HubSearch, HubVersion3
from sandbox.dataverse import Datasets, Search
from sandbox.dcat_us_3 import DataJson3
from sandbox.dkan import Metastore
from sandbox.invenio import RecordSearch
from sandbox.jkan import FOLDER
from sandbox.jkan import Repository as JkanRepository
from sandbox.jkan import Site as JkanSite
from sandbox.magda import Registry
from sandbox.ogcapi_records import Items, Landing
from sandbox.opendatasoft import ExploreApi
from sandbox.pages import Pages
from sandbox.piveau import HubSearch as PiveauSearch
from sandbox.portal import Portal, Robots, Service
from sandbox.socrata import DiscoveryApi
from sandbox.stac import Collections
from sandbox.stac import Files as StacFiles
from sandbox.stac import Landing as StacLanding
from sandbox.udata import UdataApi
from tests.sandbox.portals import portal


@dataclass
class Kind:
    """A protocol, the sandbox's service that speaks it, and how its portal is reported."""

    protocol: str
    service: Service
    options: dict[str, object] = field(default_factory=lambda: {"page_size": 10})
    path: str = ""
    """Of the interface's own address, as a developer would copy it."""
    more: tuple[Service, ...] = ()
    counts: bool = True
    """Whether it states how many datasets it has."""
    home: str = ""
    """Where the portal's source begins, where that is not its root."""
    unmarked: bool = False
    """Whether the sandbox's front page, which bears no software's marks, is not enough to find it."""

    @property
    def portal(self) -> Portal:
        return portal(Robots(), self.service, *self.more, Pages(), count=27)


KINDS = [
    Kind("opendatasoft", ExploreApi(), path="/api/explore/v2.1/catalog/datasets"),
    Kind("udata", UdataApi(), path="/api/1/datasets/"),
    Kind("socrata", DiscoveryApi(), path="/api/catalog/v1?domains=127.0.0.1"),
    Kind("dkan", Metastore(), {}, "/api/1/metastore/schemas/dataset/items", counts=False),
    Kind("magda", Registry(), path="/api/v0/registry/records", counts=False),
    Kind("piveau", PiveauSearch(), path="/api/hub/search/search"),
    Kind("invenio", RecordSearch(), path="/api/records?type=dataset"),
    Kind("dataverse", Search(), path="/api/search?q=*&type=dataset", more=(Datasets(),)),
    Kind("ogcapi-records", Items(), path="/api", home="/api", more=(Landing(),)),
    Kind("stac", Collections(), path="/stac/collections", home="/stac", more=(StacLanding(),), unmarked=True),
    Kind("stac", StacFiles(), {}, "/files/catalog.json", home="/files/catalog.json", counts=False, unmarked=True),
    Kind("dcat-us", DataJson3(), {}, "/data.json", counts=False),
    Kind("jkan", JkanSite(), {}, "/datasets.json", unmarked=True),
    Kind("jkan", JkanRepository(), {}, FOLDER, home=FOLDER, unmarked=True),
    Kind("arcgis-hub", HubSearch(), path="/api/search/v1/collections/dataset/items"),
    Kind("arcgis-hub", HubVersion3(), path="/api/v3/datasets", unmarked=True),
]
