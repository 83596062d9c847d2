"""The HTTP server under every sandbox portal: threads, HTTP/1.1 with connections kept alive, loopback only.

The standard library's server serves well enough (a benchmark page is one write) and adds no dependency.
"""

import hashlib
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec.structs import replace

LOOPBACK = "127.0.0.1"
MAX_BODY_BYTES = 1 << 20
"""Of a request; a longer one is answered with 413 and not read."""


class Request(msgspec.Struct, frozen=True):
    """A request. path: decoded, without the query. query: the last value of each name. headers: names in lower case.
    address: where this portal is served, without a slash at the end."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    address: str


Send = Callable[[socket.socket, bytes, bytes], None]
"""Writes an answer to a connection: its head, and its body."""


class Reply(msgspec.Struct, frozen=True):
    """An answer. revalidates: it carries an ETag, and a client that has it is told 304 (RFC 9110, 13.1.2). send: writes it
    where that is not done in one piece; the connection ends with it."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = {}
    revalidates: bool = False
    send: Send | None = None


Answer = Callable[[Request], Reply]


def etag(body: bytes) -> str:
    """The ETag of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def knows(request: Request, tag: str) -> bool:
    """Whether a client says that it has what bears this ETag."""
    return tag in [given.strip() for given in request.headers.get("if-none-match", "").split(",")]


class Server(socketserver.ThreadingTCPServer):
    """Answers requests on loopback by one function. Raises OSError where the port is taken; port 0 takes any."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        super().__init__((LOOPBACK, port), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """The URL of it, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def start(self) -> None:
        """Begin to answer, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle of an answer is no error of the server; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed knows only sockets


class Handler(BaseHTTPRequestHandler):
    """Reads a request, writes the reply in one piece (two writes would wait for each other under Nagle's algorithm)."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = 60.0
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """GET and HEAD."""
        self._respond(b"")

    do_HEAD = do_GET  # noqa: N815 (named by the standard library)

    def do_POST(self) -> None:
        """POST, with a body of stated length."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY_BYTES:
            self.close_connection = True
            self._write(Reply(b"Payload too large", status=413))
            return
        self._respond(self.rfile.read(length))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the standard library)
        """Requests are in `Portal.requests`; nothing is printed."""

    def _respond(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            address=self.server.address,
        )
        reply = self.server.answer(request)
        if reply.revalidates:
            tag = etag(reply.body)
            headers = {**reply.headers, "ETag": tag}
            reply = replace(reply, headers=headers)
            if knows(request, tag):
                reply = Reply(b"", status=304, headers=headers)
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", f"Server: {self.server_version}"]
        lines += [f"Date: {self.date_time_string()}"]
        if reply.status != 304:
            lines += [f"Content-Type: {reply.content_type}", f"Content-Length: {len(reply.body)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if reply.send is not None:
            self.close_connection = True
            reply.send(self.connection, head, reply.body)
            return
        self.wfile.write(head if self.command == "HEAD" else head + reply.body)
