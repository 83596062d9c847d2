import asyncio
import gzip
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # publishes no types
import pytest
import zstandard
from scrapy import Request

from harvesters.fetch.errors import Malformed, RefusedAddress, TimedOut, TooLarge, Truncated, Unreachable
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import FetchPolicy
from tests.harvesters.fetch.servers import LOOPBACK, ONCE, exchange, fetch, http, peer, saying

BODY = "目录 – catálogo – فهرس\n".encode() * 1000


def limited(**limits: float) -> FetchPolicy:
    return FetchPolicy(allow_addresses=LOOPBACK, retries=ONCE, limits=Limits(**limits))  # type: ignore[arg-type]  # sizes are whole


def _bare_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("identity", bytes),
    ("UTF-8", bytes),
    ("gzip", gzip.compress),
    ("x-gzip", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
    ("gzip", lambda data: gzip.compress(data) + b"\0" * 64),
    ("deflate", zlib.compress),
    ("deflate", _bare_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("zstd", lambda data: zstandard.compress(data[:100]) + zstandard.compress(data[100:])),
    ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
]


@pytest.mark.parametrize(("coding", "encode"), CODINGS)
def test_a_body_is_sunk_decoded(coding: str, encode: Callable[[bytes], bytes], tmp_path: Path) -> None:
    sent = encode(BODY)
    response = exchange(saying(http(sent, f"Content-Encoding: {coding}")), meta={"sink": tmp_path})
    assert (response.status, response.body) == (200, b"")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [BODY]


def test_what_was_read_is_told(tmp_path: Path) -> None:
    sent = gzip.compress(BODY)
    response = exchange(saying(http(sent, "Content-Encoding: gzip")), meta={"sink": tmp_path / "page.json"})
    fetched = response.meta["fetched"]
    assert fetched.path == tmp_path / "page.json"
    assert (fetched.raw_bytes, fetched.decoded_bytes) == (len(sent), len(BODY))
    assert (fetched.coding, fetched.whole, fetched.peer_address, fetched.tls) == ("gzip", True, "127.0.0.1", "")


def test_without_a_sink_a_small_body_stays_in_memory() -> None:
    assert exchange(saying(http(b"User-agent: *"))).body == b"User-agent: *"
    with pytest.raises(TooLarge):
        exchange(saying(http(b"x" * 2048)), limited(max_memory_bytes=1024))


def test_a_head_is_read_and_no_more() -> None:
    response = exchange(saying(http(b"x" * 5_000_000)), meta={"head": 1000})
    assert response.body == b"x" * 1000
    assert response.flags == ["head-only"]


def test_of_an_error_the_beginning_is_kept_and_nothing_is_sunk(tmp_path: Path) -> None:
    response = exchange(saying(http(b"e" * 100_000, status="500 Internal Server Error")), meta={"sink": tmp_path})
    assert (response.status, len(response.body)) == (500, 64 * 1024)
    assert list(tmp_path.iterdir()) == []


BOMB = b"\0" * 200_000_000


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(BOMB, 9)),
        ("deflate", zlib.compress(BOMB, 9)),
        ("br", brotli.compress(BOMB, quality=5)),
        ("zstd", zstandard.compress(BOMB)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB, 9))),
    ],
    ids=["gzip", "deflate", "br", "zstd", "nested"],
)
def test_a_bomb_is_stopped_while_it_unfolds(coding: str, bomb: bytes, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="decompressed"):
        exchange(
            saying(http(bomb, f"Content-Encoding: {coding}")),
            limited(max_decoded_bytes=5_000_000),
            meta={"sink": tmp_path},
        )
    assert list(tmp_path.iterdir()) == []


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        saying(http(b"x" * 3_000_000)),
        saying(CHUNKED, *[b"186a0\r\n" + b"x" * 100_000 + b"\r\n"] * 30),
        saying(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 100_000] * 30),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"),
    ],
    ids=["declared", "chunked", "until-close", "claimed"],
)
def test_a_body_above_its_limit_is_refused(answer: Callable[..., object], tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as caught:
        exchange(answer, limited(max_raw_bytes=2_000_000), meta={"sink": tmp_path})  # type: ignore[arg-type]
    assert caught.value.failure == "too-large"
    assert list(tmp_path.iterdir()) == []


def test_headers_above_their_limit_are_refused() -> None:
    with pytest.raises(TooLarge):
        exchange(saying(http(b"", *[f"X-{n}: {'v' * 1000}" for n in range(70)])))
    with pytest.raises(Malformed):  # more than the parser takes in at all
        exchange(saying(b"HTTP/1.1 200 OK\r\nX: " + b"v" * 200_000))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 50), Truncated),
        (saying(CHUNKED + b"64\r\n" + b"x" * 50), Truncated),
        (saying(CHUNKED + b"5\r\nxxxxx\r\n"), Truncated),
        (saying(http(gzip.compress(BODY)[:-20], "Content-Encoding: gzip")), Truncated),
        (saying(http(brotli.compress(BODY)[:-20], "Content-Encoding: br")), Truncated),
        (saying(http(zstandard.compress(BODY)[:-20], "Content-Encoding: zstd")), Truncated),
        (saying(http(b"plain text", "Content-Encoding: gzip")), Malformed),
        (saying(http(b"plain text" * 100, "Content-Encoding: br")), Malformed),
        (saying(http(b"plain text", "Content-Encoding: zstd")), Malformed),
        (saying(http(b"", "Content-Encoding: compress")), Malformed),
        (saying(http(b"", "Content-Encoding: gzip, gzip, gzip")), Malformed),
        (saying(CHUNKED + b"zz\r\n"), Malformed),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Malformed),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxx"), Malformed),
        (saying(b""), Unreachable),
    ],
)
def test_a_broken_answer_is_an_error_and_leaves_nothing(
    answer: Callable[..., object], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        exchange(answer, meta={"sink": tmp_path})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_empty_body_needs_no_coding(tmp_path: Path) -> None:
    response = exchange(saying(http(b"", "Content-Encoding: gzip")), meta={"sink": tmp_path})
    assert response.status == 200


async def _silence(head: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _drip(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    await _dripping(writer, b"x")


async def _header_drip(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    await _dripping(writer, b"x")


async def _endless_continues(head: bytes, writer: asyncio.StreamWriter) -> None:
    await _dripping(writer, b"HTTP/1.1 100 Continue\r\n\r\n")


async def _stall(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
    await asyncio.sleep(30)


async def _dripping(writer: asyncio.StreamWriter, piece: bytes) -> None:
    for _ in range(600):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.05)


TIGHT = {"connect_seconds": 0.1, "first_byte_seconds": 0.4, "rate_window_seconds": 0.5}


@pytest.mark.parametrize(
    ("answer", "limits", "says"),
    [
        (_silence, TIGHT, "begin to answer"),
        (_header_drip, TIGHT, "begin to answer"),
        (_endless_continues, TIGHT, "begin to answer"),
        (_stall, TIGHT, "at less than"),
        (_drip, TIGHT, "at less than"),
        (_drip, {"minimum_bytes_per_second": 1, "total_seconds": 0.6}, "finish its answer within 0.6 s"),
    ],
)
def test_time_has_limits(answer: Callable[..., object], limits: dict[str, float], says: str, tmp_path: Path) -> None:
    before = time.monotonic()
    with pytest.raises(TimedOut, match=says):
        exchange(answer, limited(**limits), meta={"sink": tmp_path})  # type: ignore[arg-type]
    assert time.monotonic() - before < 2
    assert list(tmp_path.iterdir()) == []


def test_a_steady_slow_body_is_read_to_its_end(tmp_path: Path) -> None:
    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0.1)
            writer.write(b"x" * 1000)

    exchange(slow, limited(rate_window_seconds=0.3), meta={"sink": tmp_path / "body"})
    assert (tmp_path / "body").stat().st_size == 10_000


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:25/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://localhost:6379/",
        "http://0/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
def test_what_may_not_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddress) as caught:
        asyncio.run(fetch(Request(url), FetchPolicy()))
    assert "secret" not in caught.value.sentence


def test_nobody_listens() -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        await fetch(Request(f"http://127.0.0.1:{port}/"))

    with pytest.raises(Unreachable, match="refuses connections"):
        asyncio.run(run())


def test_the_request_carries_what_it_must() -> None:
    seen: list[bytes] = []

    async def record(head: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(head)
        writer.write(http(b""))

    exchange(record, path="/a?b=%20c", headers={"Host": "other", "X-Key": "1", "Proxy-Authorization": "no"})
    lines = seen[0].decode().split("\r\n")
    assert lines[0] == "GET /a?b=%20c HTTP/1.1"
    names = [line.partition(":")[0].lower() for line in lines[1:] if line]
    assert sorted(names) == ["accept-encoding", "host", "x-key"]
    assert "Host: 127.0.0.1:" in seen[0].decode()


def test_through_a_proxy_names_go_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen: list[bytes] = []

    async def record(head: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(head)
        writer.write(http(b"by proxy"))

    async def run() -> bytes:
        async with peer(record) as port:
            policy = FetchPolicy(retries=ONCE, proxy=f"http://user:p%40ss@127.0.0.1:{port}")
            assert "p%40ss" not in repr(policy)
            return (await fetch(Request("http://portal.example/data.json"), policy)).body

    assert asyncio.run(run()) == b"by proxy"
    assert seen[0].startswith(b"GET http://portal.example/data.json HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwQHNz" in seen[0]
