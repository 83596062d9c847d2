"""The sandbox's server, by https."""

import socket
import ssl
import sys
from pathlib import Path
from typing import Any

from sandbox.web import Answer, Server


class TlsServer(Server):
    """Answers by https on any port. certificates: a PEM file with the server's key and what it shows."""

    def __init__(self, certificates: Path, answer: Answer) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates)
        super().__init__(0, answer)

    @property
    def address(self) -> str:
        """The URL of it, without a slash at the end."""
        return super().address.replace("http:", "https:")

    def get_request(self) -> tuple[socket.socket, Any]:
        """A connection; the handshake is left to the thread that answers it."""
        connection, client = super().get_request()
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not accept the certificate is what this server is for."""
        if not isinstance(sys.exception(), ssl.SSLError):
            super().handle_error(request, client_address)
