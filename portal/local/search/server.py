"""Solr's HTTP API, as far as CKAN uses it: /update (JSON and XML), /select, /schema, /admin/ping. Loopback, with a password."""

import base64
import hmac
import json
import logging
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from portal.local.search import USER
from portal.local.search.engine import Engine
from portal.local.search.errors import BadRequest

log = logging.getLogger(__name__)

LARGEST_BODY = 256 << 20
"""Bytes of one request: CKAN rebuilds its index one dataset a request; this is far above any."""

IDLE = 120
"""Seconds that a connection may stay silent."""


class SearchServer(ThreadingHTTPServer):
    """Serves one engine on one port of 127.0.0.1 (0: one that the system chooses, in `server_port`)."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, engine: Engine, port: int, password: str | None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.engine = engine
        credentials = None if password is None else base64.b64encode(f"{USER}:{password}".encode()).decode()
        self.authorization = None if credentials is None else f"Basic {credentials}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: SearchServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = IDLE

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._fail(413 if length.isdecimal() else 411, "The request needs a Content-Length that is not too large.")
            return
        self._answer(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        log.debug(format, *args)

    def _answer(self, body: bytes) -> None:
        given = self.headers.get("Authorization", "")
        wanted = self.server.authorization
        if wanted is not None and not hmac.compare_digest(given.encode(), wanted.encode()):
            self._fail(401, "This search server belongs to one CKAN; it asks for that CKAN's password.")
            return
        try:
            self._route(body)
        except BadRequest as error:
            self._fail(400, str(error))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception:
            log.exception("%s %s", self.command, self.path[:200])
            self._fail(500, "The search server met an error of its own; see its log.")

    def _route(self, body: bytes) -> None:
        url = urlsplit(self.path)
        parameters = parse_qs(url.query, keep_blank_values=True)
        engine = self.server.engine
        match url.path.rstrip("/").rpartition("/")[2]:
            case "select":
                if "form-urlencoded" in self.headers.get("Content-Type", ""):
                    for name, values in parse_qs(_text(body), keep_blank_values=True).items():
                        parameters.setdefault(name, []).extend(values)
                self._send(200, engine.select(parameters))
            case "update":
                update(engine, body)
                self._send(200, {"responseHeader": {"status": 0, "QTime": 0}})
            case "schema":
                self._write(200, engine.schema.source, "application/xml")
            case "ping":
                self._send(200, {"status": "OK", "documents": len(engine)})
            case _:
                self._fail(404, f"This search server has no {url.path}; it stands in for Solr as far as CKAN uses it.")

    def _fail(self, status: int, message: str) -> None:
        self._send(
            status, {"responseHeader": {"status": status, "QTime": 0}, "error": {"msg": message, "code": status}}
        )

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        self._write(status, json.dumps(answer).encode(), "application/json;charset=utf-8")

    def _write(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="search"')
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def update(engine: Engine, body: bytes) -> None:
    """Carry out the body of an update: a JSON list of documents, or XML with deletes and commits. Raises BadRequest."""
    start = body.lstrip()[:1]
    if start in (b"[", b"{"):
        try:
            given = json.loads(body)
        except ValueError as error:
            raise BadRequest(f"The documents are not JSON: {error}") from error
        documents = given if isinstance(given, list) else [given]
        if not all(isinstance(document, dict) for document in documents):
            raise BadRequest("An update is a list of documents, each an object of fields.")
        engine.add(documents)
    elif start == b"<":
        if b"<!" in body:
            raise BadRequest("Document types and entities are not read.")
        try:
            root = ET.fromstring(body)  # noqa: S314 neither document type nor entities (above)
        except ET.ParseError as error:
            raise BadRequest(f"The update is not XML: {error}") from error
        keys = [element.text or "" for element in root.iter("id")]
        engine.delete(keys, [element.text or "" for element in root.iter("query")])
    elif start:
        raise BadRequest("An update is JSON or XML.")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The form is not UTF-8.") from error
