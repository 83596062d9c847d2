"""CKAN's Action API, version 3, as far as harvesting and looking around need it, with CKAN's envelopes, errors, limits.

https://docs.ckan.org/en/2.11/api/ ; refusals as CKAN 2.11 words them.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from sandbox.ckan_dataset import PRESENT, Edition, Rendered, render_organization
from sandbox.ckan_query import DEFAULT_SORT, SearchError, SearchQueryError, chosen, ordered
from sandbox.content import Dataset, Organization
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

ROWS_MAX = 1000
"""CKAN's ceiling of one `package_search` (ckan.search.rows_max); more is cut to it without a word."""

FORBIDDEN = ("/dataset/rate/", "/revision/", "/dataset/*/history", "/api/")
"""What CKAN tells robots to leave alone, unless its operator changes it."""

CRAWL_DELAY_SECONDS = 10
"""The pause that CKAN's own robots.txt asks for."""

JSON = "application/json;charset=utf-8"
_PATHS = ("/api/3/action/", "/api/action/")
_SEARCH_PARAMETERS = frozenset(
    (
        *("q", "fq", "fq_list", "fl", "sort", "rows", "start", "qf", "extras", "use_default_schema"),
        *("facet", "facet.mincount", "facet.limit", "facet.field"),
        *("include_private", "include_drafts", "include_deleted"),
    )
)

Parameters = dict[str, Any]


class Call(NamedTuple):
    """A call of an action: what was given, and which portal is asked, at which address."""

    parameters: Parameters
    catalogue: Catalogue
    address: str


def robots(crawl_delay_seconds: int = CRAWL_DELAY_SECONDS) -> str:
    """CKAN's default robots.txt, with a pause of so many seconds."""
    return "\n".join(
        ["User-agent: *", *(f"Disallow: {path}" for path in FORBIDDEN), f"Crawl-Delay: {crawl_delay_seconds}", ""]
    )


class Refusal(NamedTuple):
    """That `package_search` is refused where more rows than these are asked for; by default every search is."""

    status: int
    above_rows: int = -1


class ActionError(Exception):
    """What an action refuses. Raised by the actions here, answered by `CkanApi.answer`; error: CKAN's own object."""

    def __init__(self, status: int, error: Rendered) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class CkanApi:
    """The Action API of one portal. edition: which CKAN it is. refusal: how it refuses searches, if it does."""

    def __init__(self, edition: Edition = PRESENT, refusal: Refusal | None = None, rows_max: int = ROWS_MAX) -> None:
        self._edition = edition
        self._refusal = refusal
        self._rows_max = rows_max
        self._actions: dict[str, Callable[[Call], object]] = {
            "package_search": self._package_search,
            "package_list": _package_list,
            "package_show": self._package_show,
            "organization_list": _organization_list,
            "organization_show": _organization_show,
            "status_show": self._status_show,
            "site_read": lambda _: True,
        }

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The reply to a call of an action."""
        prefix = next((path for path in _PATHS if request.path.startswith(path)), None)
        if prefix is None:
            return None
        name = request.path.removeprefix(prefix).strip("/")
        if name not in self._actions:
            return _bad_request(f"Action name not known: {name}")
        try:
            parameters = _parameters(request)
        except msgspec.DecodeError as error:
            return _bad_request(f"JSON Error: Error decoding JSON data. Error: {error}")
        envelope: Rendered = {"help": f"{request.address}/api/3/action/help_show?name={name}"}
        try:
            result = self._actions[name](Call(parameters, catalogue, request.address))
        except ActionError as refused:
            return _json({**envelope, "success": False, "error": refused.error}, refused.status)
        return _json({**envelope, "success": True, "result": result})

    def _package_search(self, call: Call) -> Rendered:
        parameters, catalogue, address = call
        unknown = sorted(set(parameters) - _SEARCH_PARAMETERS)
        if unknown:
            said = f"Search Query is invalid: {f'Invalid search parameters: {unknown}'!r}"
            raise ActionError(400, {"__type": "Search Query Error", "message": said})
        rows, start = _natural(parameters, "rows", 10), _natural(parameters, "start", 0)
        if self._refusal is not None and rows > self._refusal.above_rows:
            raise _refused(self._refusal.status)
        sort = str(parameters.get("sort") or DEFAULT_SORT)
        try:
            kept = chosen(catalogue.datasets, str(parameters.get("fq") or ""), str(parameters.get("q") or ""))
            found = ordered(kept, sort)
        except SearchError as error:
            raise ActionError(409, {"__type": "Search Error", "message": f"Search error: {str(error)!r}"}) from error
        except SearchQueryError as error:
            said = f"Search Query is invalid: {str(error)!r}"
            raise ActionError(400, {"__type": "Search Query Error", "message": said}) from error
        page = found[start : start + min(rows, self._rows_max)]
        return {
            "count": len(found),
            "facets": {},
            "results": [self._edition.render(dataset, catalogue, address) for dataset in page],
            "sort": sort,
            "search_facets": {},
        }

    def _package_show(self, call: Call) -> Rendered:
        wanted = _required(call.parameters, "id")
        for dataset in call.catalogue.datasets:
            if wanted in {dataset.id, dataset.name}:
                return self._edition.render(dataset, call.catalogue, call.address)
        raise ActionError(404, {"message": "Not found", "__type": "Not Found Error"})

    def _status_show(self, call: Call) -> Rendered:
        catalogue = call.catalogue
        return {
            "ckan_version": self._edition.version,
            "error_emails_to": None,
            "extensions": ["fluent"] if len(catalogue.country.languages) > 1 else [],
            "locale_default": catalogue.language,
            "site_description": "",
            "site_title": catalogue.titles[catalogue.language],
            "site_url": call.address,
        }


def _package_list(call: Call) -> list[str]:
    names = sorted(dataset.name for dataset in call.catalogue.datasets)
    offset, limit = _natural(call.parameters, "offset", 0), _natural(call.parameters, "limit", 0)
    return names[offset : offset + limit] if limit else names[offset:]


def _organization_list(call: Call) -> list[Any]:
    bodies = _organizations(call.catalogue.datasets)
    if str(call.parameters.get("all_fields", "")).lower() not in {"true", "1"}:
        return sorted(bodies)
    return [_organization(bodies[key], call.catalogue) for key in sorted(bodies)]


def _organization_show(call: Call) -> Rendered:
    wanted = _required(call.parameters, "id")
    for body in _organizations(call.catalogue.datasets).values():
        if wanted in {body.id, body.key}:
            return _organization(body, call.catalogue)
    raise ActionError(404, {"message": "Not found", "__type": "Not Found Error"})


def _organization(body: Organization, catalogue: Catalogue) -> Rendered:
    shown = render_organization(body, catalogue.language)
    count = sum(dataset.publisher.key == body.key for dataset in catalogue.datasets)
    return {**shown, "display_name": shown["title"], "package_count": count}


def _parameters(request: Request) -> Parameters:
    """What was given: in a POST as a JSON object, in a GET in the address. Raises msgspec.DecodeError."""
    if request.method != "POST" or not request.body:
        return dict(request.query)
    given = msgspec.json.decode(request.body)
    if not isinstance(given, dict):
        raise msgspec.ValidationError("Request data JSON decoded is not a dictionary")
    return given


def _natural(parameters: Parameters, name: str, default: int) -> int:
    text = parameters.get(name, default)
    try:
        number = int(text)
    except (TypeError, ValueError):
        raise _invalid(name, "Invalid integer") from None
    if number < 0:
        raise _invalid(name, "Must be a natural number")
    return number


def _required(parameters: Parameters, name: str) -> str:
    if not parameters.get(name):
        raise _invalid(name, "Missing value")
    return str(parameters[name])


def _invalid(name: str, problem: str) -> ActionError:
    return ActionError(409, {name: [problem], "__type": "Validation Error"})


def _refused(status: int) -> ActionError:
    kinds = {400: "Search Query Error", 403: "Authorization Error", 404: "Not Found Error", 409: "Search Error"}
    error = {"__type": kinds.get(status, "Internal Server Error"), "message": "Search is not available"}
    return ActionError(status, error)


def _organizations(datasets: Iterable[Dataset]) -> dict[str, Organization]:
    return {dataset.publisher.key: dataset.publisher for dataset in datasets}


def _bad_request(message: str) -> Reply:
    return _json(f"Bad request - {message}", 400)


def _json(value: object, status: int = 200) -> Reply:
    return Reply(msgspec.json.encode(value), JSON, status)
