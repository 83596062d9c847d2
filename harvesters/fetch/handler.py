"""The download handler for http and https: guarded, limited, and sinking bodies to files as they arrive.

A request says in its meta where the body goes:

- `sink`: a Path, a folder or a file: the decoded body of a 2xx answer is written there; the response's body is empty.
- `head`: a number of bytes: only so much of a 2xx body is read, then the connection is closed.
- neither: the body is kept in memory, up to `Limits.max_memory_bytes`.

Of every other status the first `Limits.max_error_bytes` are kept in memory. What was read is told by
`request.meta["fetched"]` (`sinks.Fetched`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore2
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from harvesters.fetch import tls
from harvesters.fetch.coding import ACCEPT_ENCODING, decoder_for
from harvesters.fetch.errors import FetchError, Malformed, SettingError, TimedOut, TooLarge, Truncated, Unreachable
from harvesters.fetch.guard import AddressGuard, GuardedBackend, check_literal
from harvesters.fetch.hosts import Hosts
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import FetchPolicy, policy_of
from harvesters.fetch.retry import persist
from harvesters.fetch.sinks import Fetched, FileSink, HeadSink, MemorySink, Sink
from harvesters.fetch.urls import check_url, public_url
from harvesters.phrases import Phrase, phrase

KEEP_ALIVE_SECONDS = 30.0
# Set from the URL and the body, whatever the request says; or meant for the hop to a proxy only.
_OWN_HEADERS = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection", b"proxy-authorization"})


class FetchHandler:
    """Scrapy download handler (2.19 interface) over a pool of guarded connections."""

    lazy = True

    def __init__(self, policy: FetchPolicy, pool: httpcore2.AsyncConnectionPool, hosts: Hosts) -> None:
        self._policy = policy
        self._hosts = hosts
        self._guard = AddressGuard(policy.allow_addresses)
        self._pool = pool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        policy = policy_of(crawler)
        return cls(policy, connection_pool(policy), Hosts(policy.concurrency_per_host, lambda: crawler.crawling))

    async def download_request(self, request: Request) -> Response:
        """Send `request`, again where its trouble may pass, and take in the answer as its meta says.

        Raises:
            FetchError: in one of its kinds; the sink is then left empty.
        """
        parts = check_url(request.url)
        if self._policy.proxy is not None:
            check_literal(self._guard, parts.hostname or "")
        host = self._hosts.of(request.url)
        async with host.turn():
            return await persist(lambda: self._attempt(request, parts), request, host, self._policy.retries)

    async def _attempt(self, request: Request, parts: SplitResult) -> Response:
        host = parts.hostname or ""
        seconds = self._policy.limits.total_seconds
        try:
            async with _within(seconds, phrase("answer-not-finished", host=host, seconds=f"{seconds:g}")):
                return await self._exchange(request, parts)
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise _no_connection(error, host) from error
        except httpcore2.ProxyError as error:
            raise Unreachable(
                phrase("proxy-leads-nowhere", host=host, detail=str(error)), phrase("do-check-proxy")
            ) from error
        except httpcore2.ProtocolError as error:
            raise _broken_protocol(error, host) from error

    async def close(self) -> None:
        await self._pool.aclose()

    async def _exchange(self, request: Request, parts: SplitResult) -> Response:
        limits, host = self._policy.limits, parts.hostname or ""
        loop = asyncio.get_running_loop()
        started = loop.time()
        async with AsyncExitStack() as stack:
            # TCP and TLS may take the connect limit each before the wait for the first byte begins.
            async with _within(
                2 * limits.connect_seconds + limits.first_byte_seconds,
                phrase("answer-not-begun", host=host, seconds=f"{limits.first_byte_seconds:g}"),
            ):
                answer = await stack.enter_async_context(
                    self._pool.stream(
                        request.method,
                        request.url,
                        headers=_request_headers(request, parts),
                        content=request.body or None,
                        extensions={"timeout": {"connect": limits.connect_seconds}},
                    )
                )
            request.meta["download_latency"] = loop.time() - started
            return await self._receive(request, answer, host)

    async def _receive(self, request: Request, answer: httpcore2.Response, host: str) -> Response:
        limits = self._policy.limits
        if sum(len(name) + len(value) for name, value in answer.headers) > limits.max_header_bytes:
            raise TooLarge(
                phrase("headers-too-large", host=host, kibibytes=limits.max_header_bytes // 1024),
                phrase("do-tell-operator"),
            )
        headers = Headers(answer.headers)
        coding = b", ".join(headers.pop(b"Content-Encoding", None) or ()).decode("latin-1")
        stream = answer.extensions["network_stream"]
        peer = "" if self._policy.proxy is not None else _peer_address(stream)
        secured = stream.get_extra_info("ssl_object")

        sink = _sink_for(request, answer.status, limits)
        try:
            raw, decoded = await self._body(answer, headers, coding, sink, host)
            body = sink.keep()
        except BaseException:
            sink.discard()
            raise
        request.meta["fetched"] = Fetched(
            path=sink.path,
            raw_bytes=raw,
            decoded_bytes=decoded,
            coding=coding,
            whole=not sink.full,
            peer_address=peer,
            tls=secured.version() if secured is not None else "",
        )
        respond = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return respond(
            url=request.url,
            status=answer.status,
            headers=headers,
            body=body,
            flags=[] if not sink.full else ["head-only"],
            protocol=answer.extensions["http_version"].decode("ascii"),
        )

    async def _body(
        self, answer: httpcore2.Response, headers: Headers, coding: str, sink: Sink, host: str
    ) -> tuple[int, int]:
        """Move the body into the sink; (raw bytes, decoded bytes)."""
        limits = self._policy.limits
        declared = headers.get(b"Content-Length") or b""
        if declared.isdigit() and int(declared) > limits.max_raw_bytes and not isinstance(sink, HeadSink):
            raise _too_large(host, limits.max_raw_bytes, "as sent")
        decoder = decoder_for(coding)
        pace = _Pace(limits, host, asyncio.get_running_loop().time)
        raw = decoded = 0
        async with AsyncExitStack() as stack:
            silence = await stack.enter_async_context(_within(limits.rate_window_seconds, pace.too_slow))
            chunks = await stack.enter_async_context(aclosing(answer.aiter_stream()))
            while chunk := await _next_chunk(chunks, host):
                silence.reschedule(pace.count(len(chunk)) + limits.rate_window_seconds)
                raw += len(chunk)
                if raw > limits.max_raw_bytes:
                    raise _too_large(host, limits.max_raw_bytes, "as sent")
                for piece in decoder.feed(chunk) if decoder is not None else (chunk,):
                    decoded += len(piece)
                    if decoded > limits.max_decoded_bytes:
                        raise _too_large(host, limits.max_decoded_bytes, "decompressed")
                    sink.write(piece)
                    if sink.full:
                        return raw, decoded
        if decoder is not None:
            decoder.finish()
        return raw, decoded


def connection_pool(
    policy: FetchPolicy, backend: httpcore2.AsyncNetworkBackend | None = None
) -> httpcore2.AsyncConnectionPool:
    """The connection pool of a policy: HTTP/1.1, verified TLS, behind the address guard or through the proxy.

    Raises:
        SettingError: the CA bundle or the proxy cannot be used.
    """
    context = tls.client_context(policy.ca_bundle)
    # One host is bounded by Scrapy's slots; room is needed for redirects and robots.txt of other hosts.
    connections = max(policy.concurrency_per_host, 1) + 7
    if policy.proxy is None:
        return httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=backend or GuardedBackend(AddressGuard(policy.allow_addresses)),
        )
    parts = urlsplit(policy.proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise SettingError(phrase("proxy-no-url"), phrase("do-write-proxy"))
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    # The proxy is the operator's own and may stand on an inner address: it is not guarded.
    return httpcore2.AsyncHTTPProxy(
        proxy_url=f"http://{parts.netloc.rpartition('@')[2]}",
        proxy_auth=login,
        ssl_context=context,
        max_connections=connections,
        keepalive_expiry=KEEP_ALIVE_SECONDS,
        network_backend=backend or httpcore2.AnyIOBackend(),
    )


@asynccontextmanager
async def _within(seconds: float, happened: Phrase) -> AsyncIterator[asyncio.Timeout]:
    try:
        async with asyncio.timeout(seconds) as limit:
            yield limit
    except TimeoutError as error:
        raise TimedOut(happened, phrase("do-slow-or-down")) from error


class _Pace:
    """Watches that a body comes at the minimum rate, window by window. `clock` gives seconds."""

    def __init__(self, limits: Limits, host: str, clock: Callable[[], float]) -> None:
        self._limits, self._clock = limits, clock
        self._since, self._received = clock(), 0
        self.too_slow = phrase(
            "answer-too-slow",
            host=host,
            rate=f"{limits.minimum_bytes_per_second:g}",
            seconds=f"{limits.rate_window_seconds:g}",
        )

    def count(self, received: int) -> float:
        """Count `received` bytes; the time now. Raises TimedOut at the end of a window that was too slow."""
        now = self._clock()
        self._received += received
        if (elapsed := now - self._since) >= self._limits.rate_window_seconds:
            if self._received < self._limits.minimum_bytes_per_second * elapsed:
                raise TimedOut(self.too_slow, phrase("do-slow-or-down"))
            self._since, self._received = now, 0
        return now


def _peer_address(stream: httpcore2.AsyncNetworkStream) -> str:
    """The address at the other end; "" where the other end has gone already, which the body will tell."""
    with suppress(OSError):
        address = stream.get_extra_info("server_addr")
        if address:
            return str(address[0])
    return ""


async def _next_chunk(chunks: AsyncIterator[bytes], host: str) -> bytes:
    """The next raw chunk of a body, empty at its end. Raises Truncated where the connection ended first."""
    try:
        return await anext(chunks, b"")
    except (httpcore2.ReadError, httpcore2.RemoteProtocolError) as error:
        if isinstance(error, httpcore2.ReadError) or "peer closed connection" in str(error):
            raise Truncated(phrase("broke-off", host=host), phrase("do-try-later")) from error
        raise


def _request_headers(request: Request, parts: SplitResult) -> list[tuple[bytes, bytes]]:
    headers = [(b"Host", parts.netloc.encode("ascii"))]
    for name, values in request.headers.items():
        if name.lower() not in _OWN_HEADERS:
            headers.extend((name, value) for value in values)
    if b"Accept-Encoding" not in request.headers:
        headers.append((b"Accept-Encoding", ACCEPT_ENCODING))
    return headers


def _sink_for(request: Request, status: int, limits: Limits) -> Sink:
    if not 200 <= status < 300:
        return HeadSink(limits.max_error_bytes)
    if "sink" in request.meta:
        return FileSink(request.meta["sink"])
    if "head" in request.meta:
        return HeadSink(request.meta["head"])
    return MemorySink(limits.max_memory_bytes)


def _too_large(host: str, limit_bytes: int, how: str) -> TooLarge:
    return TooLarge(
        phrase("answer-too-large", host=host, mebibytes=round(limit_bytes / (1024 * 1024)), how=how),
        phrase("do-ask-pages"),
    )


def _no_connection(error: Exception, host: str) -> FetchError:
    refused_tls = tls.ssl_error_in(error)
    if refused_tls is not None:
        return tls.diagnose(refused_tls, host)
    if isinstance(error, httpcore2.TimeoutException):
        return TimedOut(phrase("connection-not-completed", host=host), phrase("do-slow-or-down-try"))
    return Unreachable(phrase("connection-broken-off", host=host), phrase("do-down-or-refusing"))


def _broken_protocol(error: Exception, host: str) -> FetchError:
    if "disconnected" in str(error):
        return Unreachable(phrase("closed-without-answer", host=host), phrase("do-try-later"))
    if isinstance(error, httpcore2.LocalProtocolError):
        return Malformed(phrase("request-not-http", host=host, detail=str(error)), phrase("do-correct-address"))
    return Malformed(
        phrase("does-not-answer-in-http", host=host, detail=public_url(str(error))), phrase("do-check-port")
    )
