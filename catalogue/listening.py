"""Listening at an address that a person chose: what is wrong with it is one sentence."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from catalogue.errors import CatalogueError


@contextmanager
def opened(what: str, host: str, port: int, option: str) -> Iterator[None]:
    """Open what listens inside. what: "the desk", say; option: how a person chooses another address.

    Raises CatalogueError where the name leads nowhere, or the address is taken, not this machine's, or not for this user.
    """
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # the servers would say it in other words each
        yield
    except (OSError, UnicodeError, OverflowError) as error:
        said = getattr(error, "strerror", None) or error
        raise CatalogueError(
            f"{what} cannot listen at {host}:{port} ({said}); choose another with {option}."
        ) from error
