"""A relay on loopback in front of a real CKAN, that can lose or replace its answers."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.conftest import Reply

Passing = Callable[[], Reply]
Spoil = Callable[[str, bytes, Passing], Reply]
"""Of the action, the body sent, and a function that lets the request pass to CKAN: what the client is told."""


def honest(action: str, body: bytes, passing: Passing) -> Reply:
    """CKAN's own answer."""
    return passing()


class Relay:
    """Passes POSTs on to a CKAN. `spoil` may be changed at any time; `actions` has every action asked for."""

    def __init__(self, ckan_url: str) -> None:
        self.spoil: Spoil = honest
        self.actions: list[str] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                action = self.path.rpartition("/")[2]
                relay.actions.append(action)

                def passing() -> Reply:
                    headers = {
                        name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]
                    }
                    answer = requests.post(ckan_url + self.path, data=body, headers=headers, timeout=60)
                    return Reply(answer.content, answer.status_code)

                reply = relay.spoil(action, body, passing)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
