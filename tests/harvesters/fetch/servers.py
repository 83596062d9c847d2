"""Servers on loopback that say exactly what a test wants, byte for byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

from scrapy import Request
from scrapy.http import Response

from harvesters.fetch.handler import FetchHandler, connection_pool
from harvesters.fetch.hosts import Hosts
from harvesters.fetch.policy import FetchPolicy, Retries

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

ONCE = Retries(attempts=1)

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def saying(*parts: bytes) -> Answer:
    """An answer of these bytes, after which the connection is closed."""

    async def answer(head: bytes, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer with its Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def peer(answer: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server that reads one request per connection and gives `answer`; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(await reader.readuntil(b"\r\n\r\n"), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client hung up, as some tests want it to
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def fetch(request: Request, policy: FetchPolicy | None = None) -> Response:
    """What the handler makes of `request`."""
    policy = policy or FetchPolicy(allow_addresses=LOOPBACK, retries=ONCE)
    handler = FetchHandler(policy, connection_pool(policy), Hosts(policy.concurrency_per_host, lambda: True))
    try:
        response = await handler.download_request(request)
        response.request = request
        return response
    finally:
        await handler.close()


def exchange(answer: Answer, policy: FetchPolicy | None = None, path: str = "/", **request: Any) -> Response:
    """One request to a server that gives `answer`."""

    async def run() -> Response:
        async with peer(answer) as port:
            return await fetch(Request(f"http://127.0.0.1:{port}{path}", **request), policy)

    return asyncio.run(run())
