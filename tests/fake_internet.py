"""An internet of names, addresses and one answer, on which every connection is noted."""

import asyncio
import ssl
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from shared.adapters.safe_download import SafeDownloader

PICTURE = b"\x89PNG pretend" * 100
PUBLIC = "93.184.216.34"


def answer(body: bytes = PICTURE, status: str = "200 OK", *headers: str) -> list[bytes]:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ["\r\n".join(lines).encode() + b"\r\n\r\n", body]


@dataclass
class Internet(httpcore.AsyncNetworkBackend):
    """Names with their addresses, one answer for all, and a note of every connection."""

    chunks: Sequence[bytes] = field(default_factory=answer)
    names: dict[str, list[str]] = field(default_factory=dict)
    seconds_per_chunk: float = 0.0
    connections: list[tuple[str, int]] = field(default_factory=list)
    tls_names: list[str | None] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)
    sent: bytearray = field(default_factory=bytearray)
    read: int = 0

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.lookups.append(host)
        return self.names.get(host, [PUBLIC])

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connections.append((host, port))
        return _Stream(self)

    def downloader(self, **options: Any) -> SafeDownloader:
        return SafeDownloader(resolve=self.resolve, network=self, **options)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._chunks = iter(internet.chunks)

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> bytes:
        await asyncio.sleep(self._internet.seconds_per_chunk)
        chunk = next(self._chunks, b"")
        self._internet.read += len(chunk)
        return chunk

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> None:
        self._internet.sent += buffer

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.verify_mode is ssl.CERT_REQUIRED
        self._internet.tls_names.append(server_hostname)
        return self

    async def aclose(self) -> None:
        pass


def run(download: Coroutine[Any, Any, bytes]) -> bytes:
    return asyncio.run(download)


def fetch(
    internet: Internet,
    url: str = "https://pictures.example/a.png",
    max_bytes: int = 100_000,
    seconds: float = 5,
) -> bytes:
    return run(internet.downloader().fetch(url, max_bytes=max_bytes, seconds=seconds))


def fetch_output(internet: Internet, url: str, **options: Any) -> bytes:
    return run(internet.downloader(**options).fetch_output(url, max_bytes=100_000, seconds=5))
