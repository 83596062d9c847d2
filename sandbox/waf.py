"""A web accessible folder: ISO 19139 records as files, in a listing as Apache writes it."""

from html import escape

from sandbox.iso import render
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

FOLDER = "/waf/"


class Folder:
    """`/waf/`, and `/waf/NAME.xml`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The listing, or a file."""
        if request.path == FOLDER:
            return Reply(_listing(catalogue).encode())
        for dataset in catalogue.datasets:
            if request.path == f"{FOLDER}{dataset.name}.xml":
                return Reply(render(dataset, catalogue, request.address).encode(), "application/xml")
        return None


def _listing(catalogue: Catalogue) -> str:
    lines = "\n".join(
        f'<a href="{escape(d.name)}.xml">{escape(d.name)}.xml</a>  {d.modified[:10]} 05:04   12K'
        for d in catalogue.datasets
    )
    return f'<html><title>Index of {FOLDER}</title><pre><a href="../">Parent Directory</a>\n{lines}</pre></html>'
