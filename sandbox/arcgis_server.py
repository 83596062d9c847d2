"""An ArcGIS Server: its services directory, with a folder for each theme, a folder that asks for a login, and errors with
status 200.

https://developers.arcgis.com/rest/services-reference/enterprise/catalog/
"""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

DIRECTORY = "/arcgis/rest/services"
LOCKED = "Internal"
VERSION = 11.1


class ServicesDirectory:
    """`/arcgis/rest/services` and what is below it, as JSON where `f=json` asks for it. locked: whether there is a folder
    that asks for a login."""

    def __init__(self, *, locked: bool = False) -> None:
        self._locked = locked

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The directory, a folder or a service."""
        if not request.path.startswith(DIRECTORY):
            return None
        if request.query.get("f") != "json":
            return Reply(b"<!doctype html><title>Folder: /</title><h1>ArcGIS REST Services Directory</h1>")
        return Reply(msgspec.json.encode(self._document(request.path, catalogue)), "application/json")

    def _document(self, path: str, catalogue: Catalogue) -> dict[str, Any]:
        parts = [part for part in path.removeprefix(DIRECTORY).split("/") if part]
        themes = sorted({dataset.theme for dataset in catalogue.datasets})
        match parts:
            case []:
                folders = [*themes, LOCKED] if self._locked else themes
                geometry = {"name": "Geometry", "type": "GeometryServer"}
                return {"currentVersion": VERSION, "folders": folders, "services": [geometry]}
            case [folder] if folder in themes:
                services = [
                    {"name": f"{folder}/{dataset.name}", "type": kind}
                    for dataset in catalogue.datasets
                    if dataset.theme == folder
                    for kind in ("FeatureServer", "MapServer")
                ]
                return {"currentVersion": VERSION, "folders": [], "services": services}
            case [folder] if folder == LOCKED and self._locked:
                return {"error": {"code": 499, "message": "Token Required", "details": []}}
            case [folder, name, "MapServer" | "FeatureServer"]:
                for dataset in catalogue.datasets:
                    if (dataset.theme, dataset.name) == (folder, name):
                        return service(dataset, catalogue.language)
        return {"error": {"code": 404, "message": "Folder or service not found", "details": []}}


def service(dataset: Dataset, language: str) -> dict[str, Any]:
    """A dataset as a map service; each distribution is a layer."""
    return {
        "currentVersion": VERSION,
        "serviceDescription": dataset.descriptions.get(language, ""),
        "mapName": "Layers",
        "copyrightText": dataset.publisher.names[language],
        "layers": [
            {"id": 0, "name": "All", "subLayerIds": [1]},
            *(
                {"id": number, "name": each.titles.get(language, ""), "parentLayerId": 0, "subLayerIds": None}
                for number, each in enumerate(dataset.distributions, 1)
            ),
        ],
        "tables": [],
        "documentInfo": {
            "Title": dataset.titles.get(language, ""),
            "Author": "somebody",
            "Keywords": ",".join(dataset.keywords.get(language, [])),
        },
        "fullExtent": {
            "xmin": -1113194.91, "ymin": 0.0, "xmax": 1113194.91, "ymax": 1118889.97,
            "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        },
        "timeInfo": {"timeExtent": [1577836800000, None]},
        "capabilities": "Map,Query,Data",
    }  # fmt: skip
