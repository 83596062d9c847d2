import asyncio
from collections.abc import Sequence
from ipaddress import ip_network

import httpcore2
import pytest

from harvesters.fetch.errors import RefusedAddress, SettingError, Unreachable
from harvesters.fetch.guard import AddressGuard, GuardedBackend, check_literal, networks, resolve
from tests.harvesters.fetch.servers import LOOPBACK, http, peer, saying

REFUSED = [
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",  # Alibaba Cloud's metadata
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",  # Azure's
    "169.254.0.1",
    "169.254.169.254",  # AWS, Google Cloud, Azure
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",  # Oracle Cloud's
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # AWS, over IPv6
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(RefusedAddress) as caught:
        AddressGuard().check(address)
    assert caught.value.failure == "refused-address"
    assert caught.value.next_step


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_what_is_public_passes(address: str) -> None:
    assert str(AddressGuard().check(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "::1"])
def test_ranges_of_the_setting_pass_in_every_form(address: str) -> None:
    AddressGuard(LOOPBACK).check(address)
    with pytest.raises(RefusedAddress):
        AddressGuard((ip_network("10.0.0.0/8"),)).check(address)


def test_the_setting_is_read() -> None:
    assert networks("") == ()
    assert [str(network) for network in networks("127.0.0.1, 10.0.0.0/8 ::1")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
    with pytest.raises(SettingError, match='"all"'):
        networks("127.0.0.0/8,all")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST.",
        "portal.localhost",
        "::1",
        "::ffff:7f00:1",
        "0",
    ],
)
def test_a_host_that_means_this_machine_is_refused_in_whatever_form(host: str) -> None:
    async def connect() -> None:
        await GuardedBackend(AddressGuard()).connect_tcp(host, 80, timeout=5)

    with pytest.raises(RefusedAddress):
        asyncio.run(connect())


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0177.0.0.1", "::1"])
def test_behind_a_proxy_numbers_are_still_judged(host: str) -> None:
    with pytest.raises(RefusedAddress):
        check_literal(AddressGuard(), host)
    check_literal(AddressGuard(), "portal.example")


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a" * 64 + ".example", "\x00", "xn--"])
def test_a_name_that_is_none_is_unreachable(host: str) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(resolve(host, 80))


def test_a_second_answer_of_the_name_server_is_never_asked_for() -> None:
    """DNS rebinding: the first answer is allowed, the second names this machine."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    async def run() -> None:
        # Nothing listens on 127.0.0.2; something does on 127.0.0.1, which must not be reached.
        async with peer(saying(http(b"inner"))) as port:
            backend = GuardedBackend(AddressGuard((ip_network("127.0.0.2/32"),)), rebinding)
            async with httpcore2.AsyncConnectionPool(network_backend=backend) as pool:
                await pool.request("GET", f"http://rebinding.example:{port}/")

    with pytest.raises(Unreachable):
        asyncio.run(run())
    assert asked == ["rebinding.example"]


def test_of_mixed_answers_only_the_allowed_addresses_are_used() -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1", "fe80::1", "127.0.0.2", "127.0.0.1"]

    async def run() -> bytes:
        async with peer(saying(http(b"catalogue"))) as port:
            backend = GuardedBackend(AddressGuard(LOOPBACK), mixed)
            async with httpcore2.AsyncConnectionPool(network_backend=backend) as pool:
                return (await pool.request("GET", f"http://portal.example:{port}/")).content

    # The first allowed address refuses the connection; the second one is tried.
    assert asyncio.run(run()) == b"catalogue"


def test_sockets_of_this_machine_are_refused() -> None:
    with pytest.raises(RefusedAddress):
        asyncio.run(GuardedBackend(AddressGuard()).connect_unix_socket("/run/any.sock"))
