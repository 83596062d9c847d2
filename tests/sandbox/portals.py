"""What the sandbox's tests share: portals of every kind on loopback, asked with the standard library alone."""

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

from sandbox.ckan import CkanApi
from sandbox.content import Country, make_datasets
from sandbox.portal import Catalogue, Portal, Service

COUNTRY = Country("XA", {"en": "Xalandia", "fr": "Xalandie"}, ("en", "fr"))


class Response(NamedTuple):
    """An answer, whatever its status; headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, body: object = None, **headers: str) -> Response:
    """GET, or POST where there is a body; underscores in the names of headers stand for hyphens."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named), timeout=10) as answer:
            return Response(answer.status, _lower(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.code, _lower(error.headers), error.read())


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def portal(*services: Service, count: int = 30, country: Country = COUNTRY) -> Portal:
    """A portal of so many datasets, not yet started; a present-day CKAN unless services are named."""
    titles = {tag: f"Portal ({tag})" for tag in country.languages}
    catalogue = Catalogue(country, titles, "https://data.xa.example", make_datasets(country, count))
    return Portal(catalogue, services or [CkanApi()])
