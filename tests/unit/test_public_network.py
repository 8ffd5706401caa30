"""Which addresses count as public, and what is dialled when a name resolves to several."""

import asyncio
import socket
from collections.abc import Iterable, Sequence

import httpcore
import pytest

from shared.adapters.public_network import PublicNetwork, is_public, system_resolver
from shared.domain.errors import NotFound, UnsafeUrl


class Dialled(httpcore.AsyncNetworkBackend):
    """Notes what is dialled; the addresses in `dead` do not answer."""

    def __init__(self, dead: Sequence[str] = ()) -> None:
        self.addresses: list[str] = []
        self._dead = dead

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.addresses.append(host)
        if host in self._dead:
            raise httpcore.ConnectTimeout
        return httpcore.AsyncMockStream([])


def connect(dialled: Dialled, addresses: Sequence[str] | socket.gaierror) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if isinstance(addresses, socket.gaierror):
            raise addresses
        return addresses

    asyncio.run(_close(PublicNetwork(resolve, dialled)))


async def _close(network: PublicNetwork) -> None:
    await (await network.connect_tcp("pictures.example", 443)).aclose()


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "192.0.1.1"])
def test_public_addresses_are_dialled(address: str) -> None:
    dialled = Dialled()
    connect(dialled, [address])
    assert is_public(address)
    assert dialled.addresses == [address]


HIDDEN = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.255.254",
    "this host": "0.0.0.0",
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.255",
    "private 192": "192.168.1.1",
    "carrier NAT": "100.64.0.1",
    "instance metadata": "169.254.169.254",
    "container credentials": "169.254.170.2",
    "protocol assignments": "192.0.0.8",
    "globally marked protocol assignment": "192.0.0.9",
    "documentation": "203.0.113.7",
    "benchmarking": "198.18.0.1",
    "6to4 relay": "192.88.99.1",
    "multicast": "224.0.0.251",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "loopback v6": "::1",
    "unspecified v6": "::",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "mapped public": "::ffff:1.1.1.1",
    "compatible": "::7f00:1",
    "translated": "::ffff:0:7f00:1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "local NAT64": "64:ff9b:1::7f00:1",
    "discard": "100::1",
    "Teredo": "2001:0:7f00:1::1",
    "cryptographic identifier": "2001:20::1",
    "documentation v6": "2001:db8::1",
    "6to4 of loopback": "2002:7f00:1::1",
    "unique local": "fc00::1",
    "instance metadata v6": "fd00:ec2::254",
    "link local": "fe80::1",
    "link local with a scope": "fe80::1%eth0",
    "site local": "fec0::1",
    "multicast v6": "ff02::1",
    "global multicast v6": "ff0e::1",
}


@pytest.mark.parametrize("address", HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden_addresses_are_never_dialled(address: str) -> None:
    for addresses in ([address], ["1.1.1.1", address], [address, "1.1.1.1"]):
        dialled = Dialled()
        with pytest.raises(UnsafeUrl):
            connect(dialled, addresses)
        assert dialled.addresses == []


def test_a_dead_address_is_followed_by_the_next() -> None:
    dialled = Dialled(dead=["1.1.1.1"])
    connect(dialled, ["1.1.1.1", "1.1.1.1", "1.0.0.1"])
    assert dialled.addresses == ["1.1.1.1", "1.0.0.1"]


def test_a_name_with_many_dead_addresses_is_given_up_after_three() -> None:
    many = [f"1.1.1.{n}" for n in range(1, 200)]
    dialled = Dialled(dead=many)
    with pytest.raises(httpcore.ConnectTimeout):
        connect(dialled, many)
    assert dialled.addresses == many[:3]


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(UnsafeUrl):
        connect(Dialled(), [])


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_a_name_that_does_not_exist_is_not_found(code: int) -> None:
    with pytest.raises(NotFound):
        connect(Dialled(), socket.gaierror(code, "unknown"))


def test_a_resolver_that_is_down_may_answer_later() -> None:
    with pytest.raises(httpcore.ConnectError):
        connect(Dialled(), socket.gaierror(socket.EAI_AGAIN, "try again"))


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_the_system_resolver_shows_what_a_spelling_of_loopback_means(spelling: str) -> None:
    assert asyncio.run(system_resolver(spelling, 443)) == ["127.0.0.1"]
