"""The desk as a process: one, with threads. Checks are two at a time, and a small register needs no more."""

from collections.abc import Callable
from urllib.parse import urlsplit

from waitress.server import create_server

from catalogue import listening
from catalogue.desk import checking, uploads
from catalogue.desk.api import idempotency
from catalogue.desk.wsgi import application

THREADS = 8
MAX_BODY_BYTES = 25 << 20
"""A document of 20 MB in a form."""


def serve(host: str, port: int, desk_url: str, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. port: 0 lets the system choose. tell: is given the address once it is open."""
    checking.abandon_all()
    uploads.expire()
    idempotency.forget_old()
    with listening.opened("The desk", host, port, "--host and --port"):
        server = create_server(
            application,
            host=host,
            port=port,
            threads=THREADS,
            max_request_body_size=MAX_BODY_BYTES,
            ident="",
            url_scheme=urlsplit(desk_url).scheme or "http",
            # Only a proxy on this machine says for whom it asks.
            trusted_proxy="127.0.0.1",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
        )
    tell(f"http://{server.effective_host}:{server.effective_port}")
    server.run()
