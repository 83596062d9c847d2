"""Faults of the connection: nothing listens, it is cut, it stalls, it drips, or its certificate is not in order."""

import os
import socket
import struct
import tempfile
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from sandbox.faults.certificates import AUTHORITY_FILE, server_file
from sandbox.faults.fault import Exchange, Fault
from sandbox.faults.tls import TlsServer
from sandbox.web import LOOPBACK, Reply, Request


class Down(Fault):
    """Nothing listens."""

    name = "down"
    meaning = "nothing listens at the portal's address"

    @contextmanager
    def served(self, address: str, answer: Callable[[Request], Reply]) -> Iterator[str]:
        """A port that is taken, so that nobody else listens there, and that refuses every connection."""
        with socket.socket() as closed:
            closed.bind((LOOPBACK, 0))
            yield f"http://{LOOPBACK}:{closed.getsockname()[1]}"


class Sent(Fault):
    """The usual answer, badly sent. first: only the first attempt of the first request is met."""

    first = False

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual reply with another way to write it."""
        if self.first and (exchange.number, exchange.times) != (1, 1):
            return None
        return replace(exchange.usual, send=self.send)

    @staticmethod
    @abstractmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """Write an answer to its connection."""


class Reset(Sent):
    """Every connection is reset."""

    name = "reset"
    meaning = "every connection is reset in the place of an answer"

    @staticmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """RST: closing does not wait for anything (socket(7), SO_LINGER)."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())


class ResetOnce(Reset):
    """One connection is reset."""

    name = "reset-once"
    meaning = "the first connection is reset, the next ones are not"
    first = True


class Truncated(Sent):
    """Half of every body."""

    name = "truncated"
    meaning = "every answer breaks off in the middle of its body"

    @staticmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """Half of it."""
        connection.sendall(head + body[: len(body) // 2])


class Stalled(Sent):
    """No answer."""

    name = "stall"
    meaning = "the request is taken, and nothing ever comes back"

    @staticmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """Nothing, until the other side has gone."""
        connection.settimeout(None)
        while connection.recv(1 << 10):
            pass


class StalledWithin(Stalled):
    """Half an answer."""

    name = "stall-within"
    meaning = "every answer stops in the middle of its body, and the connection stays open"

    @staticmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """Half of it, then nothing."""
        connection.sendall(head + body[: len(body) // 2])
        Stalled.send(connection, head, body)


class Drip(Sent):
    """A byte a second."""

    name = "drip"
    meaning = "the body comes at one byte a second"

    @staticmethod
    def send(connection: socket.socket, head: bytes, body: bytes) -> None:
        """A byte, then a second's wait for the other side to go."""
        connection.sendall(head)
        connection.settimeout(1.0)
        for place in range(len(body)):
            connection.sendall(body[place : place + 1])
            try:
                if not connection.recv(1 << 10):
                    return
            except TimeoutError:
                continue


class ExpiredCertificate(Fault):
    """A certificate of yesterday."""

    name = "tls-expired"
    meaning = "the certificate has expired"
    expired = True

    @contextmanager
    def served(self, address: str, answer: Callable[[Request], Reply]) -> Iterator[str]:
        """The same portal by https, with a certificate that is not in order."""
        with tempfile.TemporaryDirectory(prefix="certificate-") as folder:
            server = TlsServer(server_file(Path(folder), expired=self.expired), answer)
            self.authority = Path(folder) / AUTHORITY_FILE
            server.start()
            try:
                yield server.address
            finally:
                server.stop()


class IncompleteChain(ExpiredCertificate):
    """A certificate without the one that signed it."""

    name = "tls-chain"
    meaning = "the certificate comes without the intermediate one that signed it"
    expired = False
