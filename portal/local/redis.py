"""A private Redis on loopback, behind a password: CKAN's queue of background jobs. It keeps nothing on disk."""

import socket
from pathlib import Path

from portal.local.binaries import redis_program
from portal.local.errors import StartError
from portal.local.services import ANSWER_TIMEOUT, Service
from portal.local.state import State, write_private

NAME = "redis"


def service(folder: Path, environment: Path, memory: State) -> Service:
    """The service. Raises StartError."""
    program = redis_program(environment)
    if program is None:
        raise StartError(
            f"There is no redis-server, neither here nor in {environment}; remove that folder and start again."
        )
    place, password = folder / NAME, memory.secret(NAME)
    configuration = place / "redis.conf"
    return Service(
        name=NAME,
        title="Redis",
        folder=place,
        command=lambda port: [str(program), str(configuration)],
        answers=lambda port, identity: _answers(port, password),
        log=folder / "log" / "redis.log",
        environment={"PATH": "/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C.UTF-8"},
        prepare=lambda port: write_private(configuration, _configuration(port, password)),
    )


def url(memory: State) -> str:
    """The address that CKAN reaches it by."""
    return f"redis://:{memory.secret(NAME)}@127.0.0.1:{memory.ports[NAME]}/0"


def _configuration(port: int, password: str) -> str:
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            'save ""',
            "appendonly no",
            "daemonize no",
            "maxclients 500",
            "",
        ]
    )


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    break
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
