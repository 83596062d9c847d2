"""The address guard: we connect only to the very address that was checked.

A name is resolved once; every address it has is checked; the connection goes to a checked address and not to the name,
so a second answer of the name server (DNS rebinding) is never asked for. This happens in the network back-end, below
redirects and connection pools: no request can go around it. TLS still verifies the name.

The rules start from the IANA special-purpose address registries (RFC 6890 and its updates), and are written out here
because `ipaddress.is_global` lets several of them through: addresses that carry an IPv4 address inside, multicast,
site-local, and the metadata addresses of clouds.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2

from harvesters.fetch.errors import RefusedAddress, SettingError, TimedOut, Unreachable
from harvesters.phrases import phrase

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_CANDIDATES = 8  # addresses of one name that are tried; more is a mistake or an attack

_REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), code)
    for network, code in (
        ("0.0.0.0/8", "address-of-this-machine"),
        ("10.0.0.0/8", "address-private"),
        ("100.64.0.0/10", "address-of-carrier"),
        ("127.0.0.0/8", "address-of-this-machine"),
        ("168.63.129.16/32", "address-link-local"),
        ("169.254.0.0/16", "address-link-local"),
        ("172.16.0.0/12", "address-private"),
        ("192.0.0.0/24", "address-reserved"),
        ("192.0.2.0/24", "address-for-documentation"),
        ("192.88.99.0/24", "address-retired"),
        ("192.168.0.0/16", "address-private"),
        ("198.18.0.0/15", "address-reserved"),
        ("198.51.100.0/24", "address-for-documentation"),
        ("203.0.113.0/24", "address-for-documentation"),
        ("224.0.0.0/4", "address-multicast"),
        ("240.0.0.0/4", "address-reserved"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # the only IPv6 space handed out for global unicast
_REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), code)
    for network, code in (
        ("2001::/23", "address-reserved"),
        ("2001:db8::/32", "address-for-documentation"),
        ("2002::/16", "address-retired"),
        ("3fff::/20", "address-for-documentation"),
    )
)
_V4_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; how an IPv6-only machine reaches an IPv4 portal


def networks(text: str) -> tuple[Network, ...]:
    """CIDRs as written in the setting `CATALOGUE_ALLOW_ADDRESSES`: separated by commas or blanks; empty means none.

    Raises:
        SettingError: a part is not an address or a network.
    """
    found = []
    for part in text.replace(",", " ").split():
        try:
            found.append(ip_network(part, strict=False))
        except ValueError as error:
            raise SettingError(phrase("not-an-address-range", part=part), phrase("do-write-ranges")) from error
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decides whether an address may be fetched. `allow` are ranges beyond public addresses, from the settings."""

    allow: tuple[Network, ...] = ()

    def check(self, address: str | Address) -> Address:
        """`address` as a value, if it may be fetched.

        Raises:
            RefusedAddress: not an address, or one that is not public and not allowed.
        """
        try:
            value = ip_address(address.partition("%")[0] if isinstance(address, str) else address)
        except ValueError as error:
            raise RefusedAddress(
                phrase("not-an-address", address=str(address)), phrase("do-report-broken-name")
            ) from error
        inner = _unwrap(value)
        if any(inner in network or value in network for network in self.allow):
            return value
        refusal = _refusal(inner)
        if refusal is not None:
            raise RefusedAddress(phrase(refusal, address=str(value)), phrase("do-public-only"))
        return value


def _unwrap(address: Address) -> Address:
    """The IPv4 address inside a v4-mapped or NAT64 address, since that is where the packets go."""
    if isinstance(address, IPv6Address) and (address in _V4_MAPPED or address in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _refusal(address: Address) -> str | None:
    """The code of the phrase that says why an address is not public; None for one that is."""
    if isinstance(address, IPv4Address):
        return next((code for network, code in _REFUSED_V4 if address in network), None)
    if address not in _GLOBAL_V6:
        return "address-reserved"
    return next((code for network, code in _REFUSED_V6 if address in network), None)


LOCAL_NAME = re.compile(r"(?:^|\.)localhost\.?$", re.IGNORECASE)
"""Names that are this machine, whatever a resolver says of them or whether there is one (RFC 6761, 6.3)."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, IPv6 and IPv4, in the system's order of preference.

    Raises:
        Unreachable: the name cannot be resolved, or is not a name.
    """
    if LOCAL_NAME.search(host):
        return ["127.0.0.1", "::1"]
    loop = asyncio.get_running_loop()
    try:
        answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(
            phrase("name-not-found", host=host),
            phrase("do-check-name"),
        ) from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


def check_literal(guard: AddressGuard, host: str) -> None:
    """Refuse a host written as a number (in whatever form the system reads) that the guard refuses.

    For requests through a proxy, where names are resolved by the proxy and only literals can be judged here.

    Raises:
        RefusedAddress: as `AddressGuard.check`.
    """
    with contextlib.suppress(socket.gaierror, UnicodeError):
        for *_, sockaddr in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST):
            guard.check(str(sockaddr[0]))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Network back-end of the connection pool: resolve once, check, connect to that address."""

    def __init__(
        self, guard: AddressGuard, resolver: Resolver = resolve, inner: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._inner = inner if inner is not None else httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A TCP connection to a checked address of `host`.

        Raises:
            RefusedAddress: no address of the host may be fetched.
            Unreachable, TimedOut: none could be resolved or connected within `timeout` seconds.
        """
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        try:
            async with asyncio.timeout(timeout):
                candidates = await self._permitted(host, port)
        except TimeoutError as error:
            raise TimedOut(
                phrase("name-lookup-timed-out", host=host, seconds=f"{timeout:g}"), phrase("do-try-later")
            ) from error
        last: Exception | None = None
        for position, address in enumerate(candidates):
            # What is left of the time is shared among the addresses not yet tried, so that one that swallows packets
            # leaves time for the next.
            share = None if deadline is None else max(deadline - loop.time(), 0.0) / (len(candidates) - position)
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout=share, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        if isinstance(last, httpcore2.ConnectTimeout):
            raise TimedOut(
                phrase("connection-timed-out", host=host, seconds=f"{timeout:g}"),
                phrase("do-down-or-firewall"),
            ) from last
        raise Unreachable(
            phrase("connection-refused", host=host, port=str(port)), phrase("do-check-or-try-later")
        ) from last

    async def _permitted(self, host: str, port: int) -> list[Address]:
        found: list[Address] = []
        refused: RefusedAddress | None = None
        for text in await self._resolver(host, port):
            try:
                found.append(self._guard.check(text))
            except RefusedAddress as error:
                refused = error
        if found:
            return found[:MAX_CANDIDATES]
        if refused is not None:
            raise RefusedAddress(
                (phrase("host-not-fetched", host=host), *refused.happened), refused.next_step
            ) from refused
        raise Unreachable(phrase("name-has-no-address", host=host), phrase("do-check-address"))

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Raises RefusedAddress: there is no use for these."""
        del path, timeout, socket_options
        raise RefusedAddress(phrase("sockets-not-fetched"), phrase("do-use-web-address"))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
