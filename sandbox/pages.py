"""What a person sees of a portal: a list of datasets, a page of each, and its files."""

from html import escape

from sandbox.content import Dataset, Distribution
from sandbox.files import render
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Reply, Request


class Pages:
    """`/`, `/dataset/NAME`, and `/files/NAME/NUMBER.EXTENSION`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The page or the file, where the portal has it."""
        match request.path.strip("/").split("/"):
            case [""]:
                return _page(catalogue.titles[catalogue.language], _list(catalogue), catalogue)
            case ["dataset", name]:
                dataset = _find(catalogue, name)
                return _page(_title(dataset), _about(dataset, request.address), catalogue) if dataset else None
            case ["files", name, _]:
                dataset = _find(catalogue, name)
                path = request.path.strip("/")
                if dataset is None:
                    return None
                return next((_file(each, name) for each in dataset.distributions if each.url == path), None)
        return None


def _find(catalogue: Catalogue, name: str) -> Dataset | None:
    return next((dataset for dataset in catalogue.datasets if dataset.name == name), None)


def _file(distribution: Distribution, name: str) -> Reply:
    media_type = FORMATS[distribution.format].media_type
    return Reply(render(distribution.format, name), media_type, revalidates=True)


def _list(catalogue: Catalogue) -> str:
    links = (f'<li><a href="/dataset/{escape(d.name)}">{escape(_title(d))}</a></li>' for d in catalogue.datasets)
    return f"<ul>{''.join(links)}</ul>"


def _about(dataset: Dataset, address: str) -> str:
    text = next(iter(dataset.descriptions.values()), "")
    links = (
        f'<li><a href="{escape(absolute(address, each.url))}">{escape(each.format)}</a></li>'
        for each in dataset.distributions
        if each.url.startswith("files/")
    )
    return f"<p>{escape(text)}</p><ul>{''.join(links)}</ul>"


def _title(dataset: Dataset) -> str:
    return next(iter(dataset.titles.values()), dataset.name)


def _page(title: str, body: str, catalogue: Catalogue) -> Reply:
    direction = "rtl" if catalogue.language == "ar" else "ltr"
    document = (
        f'<!doctype html><html lang="{catalogue.language}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>{body}</html>"
    )
    return Reply(document.encode())
