"""Downloads that a hostile URL or server cannot turn against us: guarded, bounded, impatient."""

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import httpcore
import httpx

from shared.adapters.public_network import PublicNetwork, Resolve, system_resolver
from shared.adapters.public_url import check_plain, check_public_url, refuse
from shared.domain.errors import NotFound, TooLarge, Unavailable

_CONNECT_SECONDS: Final = 5.0
_LONGEST_RETRY_AFTER: Final = 120
_RETRYABLE: Final = frozenset({408, 425, 429})
_REQUEST_HEADERS: Final[Mapping[str | bytes, str | bytes]] = {
    "Accept": "image/*",
    # A compressed answer could grow a thousandfold while it is unpacked.
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "Likeness",
}

type Origin = tuple[str, str, int]
"""Scheme, host, port."""


class SafeDownloader:
    """Fetches users' URLs and providers' outputs.

    Both raise UnsafeUrl for what may not be fetched, TooLarge beyond `max_bytes`, NotFound for
    what is gone or refused for good, Unavailable for what may work later. `seconds` bounds the
    whole, from name resolution to the last byte. No error names the URL: it may be signed.
    """

    def __init__(
        self,
        *,
        output_hosts: Sequence[str] = ("replicate.delivery",),
        provider_base_urls: Sequence[str] = (),
        resolve: Resolve = system_resolver,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """`output_hosts` and all below them give outputs, and so do the exact origins of
        `provider_base_urls`, wherever these lie: an operator named them.
        """
        self._output_hosts = tuple(output_hosts)
        self._trusted = frozenset(_origin(httpx.URL(url)) for url in provider_base_urls)
        self._direct = network or httpcore.AnyIOBackend()
        self._public = PublicNetwork(resolve, self._direct)

    async def fetch(self, url: str, *, max_bytes: int, seconds: float) -> bytes:
        """A user's URL: https on port 443 of a public host."""
        return await _download(public_url(url), self._public, max_bytes, seconds)

    async def fetch_output(self, url: str, *, max_bytes: int, seconds: float) -> bytes:
        """A provider's output: from the known hosts or the origin of a configured provider."""
        parsed = _parse(url)
        if _origin(parsed) in self._trusted:
            return await _download(parsed, self._direct, max_bytes, seconds)
        host = _host(public_url(url))
        if not any(host == known or host.endswith(f".{known}") for known in self._output_hosts):
            refuse("The output lies on a host that is not the provider's.", "host")
        return await _download(parsed, self._public, max_bytes, seconds)


def public_url(url: str) -> httpx.URL:
    """Judges a URL by its text alone, and by two parsers: what they read differently is
    refused. Raises UnsafeUrl."""
    host = check_public_url(url)
    parsed = _parse(url)
    if _origin(parsed) != ("https", host, 443):
        refuse("The URL is not valid.", "syntax")
    return parsed


async def _download(
    url: httpx.URL, network: httpcore.AsyncNetworkBackend, max_bytes: int, seconds: float
) -> bytes:
    """One connection for one answer: nothing that was allowed once is reused for another URL."""
    address = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    timeouts = {"connect": min(_CONNECT_SECONDS, seconds), "read": seconds, "write": seconds}
    pool = httpcore.AsyncConnectionPool(ssl_context=_ssl_context(), network_backend=network)
    try:
        async with (
            asyncio.timeout(seconds),
            pool,
            pool.stream(
                "GET", address, headers=_REQUEST_HEADERS, extensions={"timeout": timeouts}
            ) as response,
        ):
            _check(response, max_bytes)
            return await _read(response, max_bytes)
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise Unavailable("The download took too long.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Unavailable("The download was interrupted.") from error


def _check(response: httpcore.Response, max_bytes: int) -> None:
    """Judges an answer by its status and headers, before the first byte of its body."""
    headers = {name.lower(): value.decode("latin-1").strip() for name, value in response.headers}
    if 300 <= response.status < 400:
        refuse("The URL redirects; give the address it leads to.", "redirect")
    if response.status in _RETRYABLE or response.status >= 500:
        raise Unavailable(
            f"The server of the URL answered {response.status}.",
            retry_after=_retry_after(headers.get(b"retry-after", "")),
        )
    if response.status != 200:
        raise NotFound(f"The server of the URL answered {response.status}.")
    if headers.get(b"content-encoding", "identity").lower() not in {"identity", ""}:
        refuse("The server of the URL sends compressed answers.", "encoding")
    length = headers.get(b"content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(max_bytes)


async def _read(response: httpcore.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _parse(url: str) -> httpx.URL:
    check_plain(url)
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        refuse("The URL is not valid.", "syntax")
    if parsed.scheme not in {"http", "https"} or not parsed.raw_host:
        refuse("The URL must start with https://.", "scheme")
    if parsed.userinfo:
        refuse("The URL must not hold a user name.", "userinfo")
    return parsed


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, _host(url), url.port or (443 if url.scheme == "https" else 80)


def _host(url: httpx.URL) -> str:
    """As it is sent, punycode and all: `URL.host` decodes it, and fails on what is no such code."""
    return url.raw_host.decode("ascii")


def _retry_after(value: str) -> int:
    """Seconds as the server asks, within reason; dates are not worth a parser here."""
    return min(int(value), _LONGEST_RETRY_AFTER) if re.fullmatch("[0-9]{1,9}", value) else 2


@cache
def _ssl_context() -> ssl.SSLContext:
    # Reading the certificates takes longer than a small download.
    return httpcore.default_ssl_context()


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The file is larger than {max_bytes} bytes.", max_bytes=max_bytes)
