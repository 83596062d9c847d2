"""Every way to have us connect to this machine, against a real socket that counts who came: nobody (issue 4)."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import httpcore2
import pytest

from harvesters.fetch.errors import FetchError
from harvesters.fetch.guard import AddressGuard, GuardedBackend
from tests.conftest import Reply, Site
from tests.harvesters.fetch.crawling import crawl
from tests.harvesters.fetch.servers import http, peer, saying
from tests.harvesters.harvesting import harvest

OUTSIDE = "127.0.0.2"
"""Stands for a portal's public address, the only one that is permitted here; every other of this machine is inside."""

FORMS = [
    # IPv4 as a number of one to four parts, decimal, octal and hexadecimal (inet_aton(3), WHATWG URL)
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F000001", "017700000001", "0177.1", "0177.0.0.1",
    "0x7f.1", "0x7f.0.0.1", "0x7f.0.0x1", "127.0.0.0x1", "0127.0.0.1", "00000177.00.00.01", "127.000.000.001", "127.0.0.01",
    "127.255.255.254", "127.0.0.53", "0", "0x0", "0.0.0.00", "000.0", "0.1", "127.0.0.1.", "2130706433.", "0x7f000001.",
    # IPv6, with IPv4 inside in every writing
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0.0.0.1]", "[::]", "[0::0]",
    "[::ffff:127.0.0.1]", "[::FFFF:7F00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]",
    "[::ffff:0.0.0.0]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[fc00::1]", "[fec0::1]", "[ff02::1]",
    # names that are this machine
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "LocalHost.LocalDomain", "ip6-localhost", "ip6-loopback",
    # characters that a normalisation makes into digits, dots and letters (UTS 46)
    "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "loc\u00adalhost", "localho\u017ft",
    # escaped, and with what readers of URLs do not agree about
    "%31%32%37.0.0.1", "127.0.0%2e1", "%6c%6f%63alhost", "portal.example@127.0.0.1", "127.0.0.1%00.portal.example",
    "127.0.0.1\\@portal.example", "portal.example\\@127.0.0.1", "127.0.0.1#@portal.example", "127.0.0.1?@portal.example",
    " 127.0.0.1", "127.0.0.1\t", "127.0\n.0.1", "user:password@localhost",
    # other places that no catalogue is at
    "169.254.169.254", "[fd00:ec2::254]", "0xa9fea9fe", "2852039166", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1",
    "168.63.129.16", "255.255.255.255", "224.0.0.1",
]  # fmt: skip


class Inside:
    """Listens at every address of this machine. came: the addresses of those who connected."""

    def __init__(self) -> None:
        self.came: list[str] = []
        both = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both else socket.AF_INET
        self._socket = socket.create_server(("", 0), family=family, dualstack_ipv6=both)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._socket.accept()
            except OSError:
                return  # closed
            self.came.append(str(peer[0]))
            with connection:
                connection.sendall(http(b"inside", "Connection: close"))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def inside() -> Iterator[Inside]:
    made = Inside()
    yield made
    made.close()


@pytest.fixture
def portal() -> Iterator[Site]:
    """A site at the address that is permitted."""
    made = Site(OUTSIDE)
    yield made
    made.close()


def test_no_form_of_an_address_leads_inside(inside: Inside):
    assert len(set(FORMS)) == len(FORMS) >= 60
    urls = [_with_port(form, inside.port) for form in FORMS]
    outcomes = crawl(
        *urls, policy={"allow": "", "limits": {"connect_seconds": 2.0}, "retries": {"attempts": 1}},
        settings={"DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter"},
    )  # fmt: skip
    assert inside.came == []
    came_of = {form: outcome.get("failure") for form, outcome in zip(FORMS, outcomes, strict=True)}
    assert {form for form, failure in came_of.items() if failure is None} == set()
    literal = {form: failure for form, failure in came_of.items() if form.strip("[].").replace(".", "").isalnum()}
    assert {form for form, failure in literal.items() if failure not in {"refused-address", "down"}} == set()
    (control,) = crawl(f"http://127.0.0.1:{inside.port}/", policy={"allow": "127.0.0.1"})
    assert control["body"] == "inside"
    assert inside.came, "the socket counts"


def _with_port(form: str, port: int) -> str:
    """The URL of a host at a port; what follows the host in the form stays behind it."""
    for mark in "#?\\":
        host, found, rest = form.partition(mark)
        if found and not form.startswith("portal"):
            return f"http://{host}:{port}{found}{rest}/"
    return f"http://{form}:{port}/"


REDIRECTS = [
    (301, "http://127.0.0.1:{port}/"), (302, "http://2130706433:{port}/"), (303, "http://0x7f.1:{port}/"),
    (307, "http://[::1]:{port}/"), (308, "http://[::ffff:7f00:1]:{port}/"), (302, "//127.0.0.1:{port}/"),
    (302, "http://localhost:{port}/"), (302, "http:\\\\127.0.0.1:{port}\\"), (302, "http:/127.0.0.1:{port}/"),
    (302, "\\\\127.0.0.1:{port}/"), (302, "/\\127.0.0.1:{port}/"), (302, "http://{outside}@127.0.0.1:{port}/"),
    (302, "http://127.0.0.1:{port}\\@{outside}/"), (302, "https://127.0.0.1:{port}/"), (302, "http://１２７.0.0.1:{port}/"),
    (302, "hop?to=http://0:{port}/"), (302, "file:///etc/passwd"), (302, "gopher://127.0.0.1:{port}/_GET"),
    (302, "ftp://127.0.0.1:{port}/"), (302, "data:text/html,inside"), (302, "http://127.0.0.1:{port}/\r\nHost: portal"),
    (300, "http://127.0.0.1:{port}/"), (305, "http://127.0.0.1:{port}/"),
]  # fmt: skip


def test_no_redirect_leads_inside(inside: Inside, portal: Site):
    def hop(query: dict[str, str]) -> Reply:
        return Reply(status=302, headers={"Location": query["to"]})

    portal.routes["/hop"] = hop
    for number, (status, location) in enumerate(REDIRECTS):
        target = location.format(port=inside.port, outside=portal.url.removeprefix("http://"))
        headers = {"Location": target.encode().decode("latin-1")}
        portal.routes[f"/{number}"] = lambda query, status=status, headers=headers: Reply(b"", status, headers)
    refresh = f"0; url=http://127.0.0.1:{inside.port}/"
    page = f'<meta http-equiv="refresh" content="{refresh}"><script>location = "{refresh}"</script>'
    portal.routes["/refresh"] = lambda query: Reply(
        page.encode(), 200, {"Refresh": refresh, "Content-Type": "text/html"}
    )
    urls = [f"{portal.url}/{number}" for number in range(len(REDIRECTS))]
    outcomes = crawl(*urls, f"{portal.url}/refresh", policy={"allow": OUTSIDE, "retries": {"attempts": 1}})
    assert inside.came == []
    assert [outcome.get("body") for outcome in outcomes if "inside" in outcome.get("body", "").replace(page, "")] == []
    assert all(f"/{number}" in portal.asked for number in range(len(REDIRECTS))), "each redirect was met"
    assert "/hop" in "".join(portal.asked)
    moved = Reply(b"", 301, {"Location": f"http://127.0.0.1:{inside.port}/robots.txt"})
    portal.routes["/robots.txt"] = lambda query: moved
    crawl(f"{portal.url}/refresh", policy={"allow": OUTSIDE, "retries": {"attempts": 1}})
    assert inside.came == []


def test_no_link_of_a_payload_leads_inside(inside: Inside, portal: Site, tmp_path: Path):
    there = f"http://127.0.0.1:{inside.port}"
    hydra = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> . "
        f"<d> a dcat:Dataset . <> a hydra:PagedCollection ; hydra:totalItems 9 ; hydra:nextPage <{there}/2> ."
    )
    turtle = {"Content-Type": "text/turtle"}
    served = {
        ("dcat", "/catalog.ttl"): Reply(hydra.encode(), 200, turtle),
        ("udata", "/api/1/datasets/"): Reply(json.dumps({"data": [{"id": "a"}], "total": 9, "next_page": f"{there}/2"}).encode()),
        ("stac", "/catalog.json"): Reply(
            json.dumps({
                "type": "Catalog", "stac_version": "1.0.0", "id": "c", "description": "",
                "links": [{"rel": "child", "href": f"{there}/c.json"}],
            }).encode()
        ),
        ("schema-org", "/sitemap.xml"): Reply(
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{there}/a</loc></url></urlset>'.encode()
        ),
        ("frictionless", "/packages.json"): Reply(json.dumps([f"{there}/datapackage.json"]).encode()),
        ("feed", "/feed.atom"): Reply(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="{there}/2"/><entry><id>a</id><title>A</title>'
            f'<link href="{there}/a"/></entry></feed>'.encode()
        ),
    }  # fmt: skip
    for (protocol, path), reply in served.items():
        portal.routes[path] = lambda query, reply=reply: reply
        done = harvest(tmp_path, f"{portal.url}{path}", protocol, allow=OUTSIDE)
        assert path in "".join(portal.asked), protocol
        assert done.state != "complete" or protocol == "feed" or done.noticed, protocol
    assert inside.came == []


@pytest.mark.parametrize(
    "answers",
    [
        [[OUTSIDE], ["127.0.0.1"]],
        [["127.0.0.1"], [OUTSIDE]],
        [[OUTSIDE, "127.0.0.1"]],
        [["127.0.0.1", "::1", "::ffff:127.0.0.1"]],
        [["::ffff:127.0.0.1"]],
        [["64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1"]],
        [["::1%lo", "fe80::1%lo", "0.0.0.1"]],
        [["127.1", "2130706433", "0x7f000001", "localhost"]],
        [["127.0.0.1"] * 300],
        [[], ["127.0.0.1"]],
        [["10.0.0.1", "169.254.169.254", "127.0.0.1"]],
    ],
)
def test_no_answer_of_a_name_server_leads_inside(answers: list[list[str]], inside: Inside):
    """Names that change between check and use, or have addresses of several kinds; asked three times each."""
    asked: list[str] = []

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[(len(asked) - 1) % len(answers)]

    async def run() -> list[object]:
        found: list[object] = []
        backend = GuardedBackend(AddressGuard((ip_network(f"{OUTSIDE}/32"),)), resolver, _Elsewhere(inside.port))
        async with httpcore2.AsyncConnectionPool(network_backend=backend) as pool:
            for _ in range(3):
                try:
                    found.append((await pool.request("GET", f"http://portal.example:{inside.port}/")).status)
                except FetchError as error:
                    found.append(error.failure)
        return found

    outcomes = asyncio.run(run())
    assert asked, "the name server was asked"
    assert set(outcomes) <= {"refused-address", "down"}, outcomes
    assert inside.came == []


class _Elsewhere(httpcore2.AnyIOBackend):
    """The network, but for the permitted address, which refuses connections: as if the portal's own machine were down."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def connect_tcp(self, host: str, port: int, **more: object) -> httpcore2.AsyncNetworkStream:
        if host == OUTSIDE:
            raise httpcore2.ConnectError(f"{host} refuses connections")
        return await super().connect_tcp(host, port, **more)  # type: ignore[arg-type]


def test_a_kept_connection_stays_where_it_was_checked(inside: Inside):
    """The name's second answer is this machine; the connection that is kept alive still goes to the first."""
    answers = [[OUTSIDE], ["127.0.0.1"]]

    async def resolver(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    async def run() -> list[bytes]:
        async with peer(saying(http(b"outside")), host=OUTSIDE) as port:
            backend = GuardedBackend(AddressGuard((ip_network(f"{OUTSIDE}/32"),)), resolver)
            async with httpcore2.AsyncConnectionPool(network_backend=backend) as pool:
                first = (await pool.request("GET", f"http://portal.example:{port}/")).content
                with pytest.raises(FetchError) as caught:
                    await pool.request("GET", f"http://portal.example:{port}/")
                assert caught.value.failure == "refused-address"
                return [first]

    assert asyncio.run(run()) == [b"outside"]
    assert inside.came == []
