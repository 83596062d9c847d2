"""Payloads of SDMX: each structure message as the answer of the service that it came from."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

NO_DATASET = {
    "ECB_EXR_1_structure.xml": "a data structure definition with its code lists; no dataflow",
    "SGR_common-structure.xml": "organisation schemes, category schemes and code lists; no dataflow",
}
LISTED = "/rest/dataflow/all/all/latest"


def payloads(folder: Path) -> Iterator[Payload]:
    """Every message with dataflows: at the place of the list of all, or, where it describes one, of that one."""
    for path in sorted((folder / "sdmx").rglob("*.*ml")):
        root = etree.parse(path).getroot()
        flows = root.xpath("//*[local-name()='Dataflows']/*[local-name()='Dataflow']")
        if path.name not in NO_DATASET and flows:
            keys = {(flow.get("agencyID"), flow.get("id")) for flow in flows}
            yield Payload(str(path.relative_to(folder)), "sdmx", _serve(path, LISTED), len(keys))
    for path in sorted((folder / "sdmx").rglob("*.json")):
        flows = json.loads(path.read_text(encoding="utf-8"))["data"]["dataflows"]
        yield Payload(str(path.relative_to(folder)), "sdmx", _serve(path, "/rest/structure/dataflow/*/*/~"), len(flows))


def _serve(path: Path, place: str) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        content = path.read_bytes()
        site.routes[place] = lambda query: Reply(content, headers={"Content-Type": "application/octet-stream"})
        return f"{site.url}/rest"

    return serve
