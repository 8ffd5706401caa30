"""Connects to public addresses only, whatever a name resolves to (SSRF, DNS rebinding)."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import httpcore

from shared.domain.errors import NotFound, UnsafeUrl

type Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host, as text, best first. Raises socket.gaierror."""

_GLOBAL_UNICAST_V6: Final = ipaddress.ip_network("2000::/3")
# `is_global` alone lets these through; each may lead to another, hidden address
# (IANA special-purpose address registries).
_DETOURS: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relay anycast
        "2001::/23",  # Teredo, ORCHID, benchmarking
    )
)
# A dead first address should not lose the picture, nor a hostile name keep us dialling.
_MOST_DIALLED: Final = 3


def is_public(address: str) -> bool:
    """Whether an address from a resolver belongs to the public internet.

    IPv6 is taken only from global unicast space: mapped, NAT64 and site-local forms lie outside.
    """
    ip = ipaddress.ip_address(address)
    if ip.version == 6 and ip not in _GLOBAL_UNICAST_V6:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _DETOURS)


async def system_resolver(host: str, port: int) -> list[str]:
    """The machine's own resolver, in a thread."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Resolves once, refuses a name of which any address is not public, dials what it resolved.

    TLS still proves the name: only the dialled address is replaced.
    """

    def __init__(self, resolve: Resolve, network: httpcore.AsyncNetworkBackend) -> None:
        self._resolve = resolve
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = (await self._public_addresses(host, port))[:_MOST_DIALLED]
        for address in others:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _public_addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(dict.fromkeys(await self._resolve(host, port)))
        except socket.gaierror as error:
            if error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}:
                raise NotFound("The host of the URL does not exist.") from error
            raise httpcore.ConnectError("name resolution failed") from error
        if not addresses or not all(map(is_public, addresses)):
            raise UnsafeUrl("The URL does not lead to a public address.", reason="address")
        return addresses
