"""The last middleware: whatever is not a usable answer reaches the spider as one error with a class and a sentence.

It stands nearest to the engine, after redirects. A request that wants to see certain statuses itself lists
them in `meta["handle_httpstatus_list"]`, or sets `meta["handle_httpstatus_all"]`, as Scrapy has it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import NotSupported
from scrapy.http import Response

from harvesters.fetch.classify import HEAD_BYTES, error_of_status
from harvesters.fetch.errors import RefusedAddress
from harvesters.fetch.sinks import Fetched
from harvesters.fetch.urls import public_url
from harvesters.phrases import phrase


class OutcomeMiddleware:
    """Downloader middleware that turns error answers into `FetchError`."""

    def process_response(self, request: Request, response: Response) -> Response:
        """`response`, where it can be used.

        Raises:
            FetchError: of the kind that `classify.error_of_status` finds; a body that was sunk is then removed.
        """
        wanted = request.meta.get("handle_httpstatus_list", ())
        if request.meta.get("handle_httpstatus_all") or response.status in wanted:
            return response
        fetched: Fetched | None = request.meta.get("fetched")
        path = fetched.path if fetched is not None else None
        head = response.body if path is None else _first_bytes(path)
        error = error_of_status(response.status, response.headers, head, urlsplit(response.url).hostname or "")
        if error is None:
            return response
        if path is not None:
            path.unlink(missing_ok=True)
        raise error

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises RefusedAddress for a scheme that no handler serves."""
        if isinstance(exception, NotSupported):
            raise RefusedAddress(
                phrase("not-a-web-address", url=public_url(request.url)),
                phrase("do-web-address"),
            ) from exception


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
