"""Guarded downloads: what is refused unasked, and what hostile servers get out of us."""

import asyncio
import gzip
import ssl
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.safe_download import SafeDownloader, public_url
from shared.domain.errors import LikenessError, NotFound, TooLarge, Unavailable, UnsafeUrl

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


def test_a_public_picture_is_fetched_by_its_address_under_its_name() -> None:
    internet = Internet()
    assert fetch(internet, "https://Pictures.example/a%20b.png?v=1&w=2#top") == PICTURE
    assert internet.connections == [(PUBLIC, 443)]
    assert internet.tls_names == ["pictures.example"]
    request = internet.sent.decode()
    assert request.startswith("GET /a%20b.png?v=1&w=2 HTTP/1.1\r\n")
    assert "Host: pictures.example\r\n" in request
    assert "Accept-Encoding: identity\r\n" in request


REFUSED = {
    "http": "http://pictures.example/a.png",
    "http on the port of https": "http://pictures.example:443/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://pictures.example/1",
    "ftp": "ftp://pictures.example/a.png",
    "data": "data:image/png;base64,iVBORw0KGgo=",
    "no scheme": "//pictures.example/a.png",
    "a path alone": "/a.png",
    "empty": "",
    "no host": "https:///a.png",
    "scheme without slashes": "https:pictures.example",
    "user name": "https://user@pictures.example/",
    "user name and password": "https://user:secret@pictures.example/",
    "user name that looks like the host": "https://pictures.example:443@10.0.0.1/",
    "ssh port": "https://pictures.example:22/",
    "http port": "https://pictures.example:80/",
    "port beyond all": "https://pictures.example:70000/",
    "port of letters": "https://pictures.example:https/",
    "short loopback": "https://127.1/",
    "loopback": "https://127.0.0.1/",
    "decimal loopback": "https://2130706433/",
    "hexadecimal loopback": "https://0x7f000001/",
    "dotted hexadecimal loopback": "https://0x7f.0x1/",
    "octal loopback": "https://0177.0.0.1/",
    "loopback v6": "https://[::1]/",
    "mapped metadata": "https://[::ffff:169.254.169.254]/",
    "NAT64 loopback": "https://[64:ff9b::7f00:1]/",
    "instance metadata": "https://169.254.169.254/latest/meta-data/",
    "container credentials": "https://169.254.170.2/v2/credentials",
    "instance metadata v6": "https://[fd00:ec2::254]/latest/meta-data/",
    "public address without a name": "https://93.184.216.34/a.png",
    "localhost": "https://localhost/",
    "localhost with a root dot": "https://localhost./",
    "root dot": "https://pictures.example./",
    "empty label": "https://pictures..example/",
    "label that starts with a dash": "https://-pictures.example/",
    "endless label": f"https://{'a' * 64}.example/",
    "endless host": f"https://{'a.' * 130}example/",
    "backslash": "https://pictures.example\\@10.0.0.1/",
    "backslash in the path": "https://pictures.example/\\..\\a.png",
    "percent in the host": "https://pictures%2eexample/",
    "percent for a dot at the end": "https://pictures.example%2e/",
    "full-width host": "https://pictures。example/",
    "full-width letters": "https://\uff50ictures.example/",
    "blank in the host": "https://pictures.example /",
    "line end": "https://pictures.example/\r\nHost: internal",
    "tab": "https://pic\ttures.example/",
    "NUL": "https://pictures.example/\x00",
    "lone surrogate": "https://pictures.example/\ud800",
    "8 kB": "https://pictures.example/" + "a" * 8192,
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_an_unsafe_url_is_refused_without_a_lookup_or_a_connection(url: str) -> None:
    internet = Internet()
    for attempt in (fetch, fetch_output):
        with pytest.raises(UnsafeUrl):
            attempt(internet, url)
    assert internet.lookups == []
    assert internet.connections == []


@given(
    st.one_of(
        st.text(st.characters(codec=None)),
        st.text(st.characters(codec="ascii")).map("https://{}".format),
        st.from_regex(r"https://(xn--)?[a-z0-9.@:\[\]%_-]{1,20}[/?#:]?[!-~]{0,9}", fullmatch=True),
    )
)
def test_any_text_is_either_a_public_url_or_unsafe(url: str) -> None:
    try:
        parsed = public_url(url)
    except UnsafeUrl:
        return
    assert parsed.scheme == "https"
    assert parsed.port is None
    assert b"." in parsed.raw_host
    assert not parsed.userinfo


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], [PUBLIC, "10.0.0.7"], ["fd00:ec2::254"]],
    ids=["loopback", "private", "metadata", "public and private", "metadata v6"],
)
def test_a_name_that_leads_inside_is_never_connected_to(addresses: list[str]) -> None:
    internet = Internet(names={"innocent.example": addresses})
    with pytest.raises(UnsafeUrl):
        fetch(internet, "https://innocent.example/")
    assert internet.connections == []


def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    class Rebinding(Internet):
        async def resolve(self, host: str, port: int) -> Sequence[str]:
            await super().resolve(host, port)
            return [PUBLIC] if len(self.lookups) == 1 else ["169.254.169.254"]

    internet = Rebinding()
    assert fetch(internet) == PICTURE
    assert internet.lookups == ["pictures.example"]
    assert internet.connections == [(PUBLIC, 443)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    location = "Location: http://169.254.169.254/latest/meta-data/"
    internet = Internet(answer(b"", f"{status} Moved", location))
    with pytest.raises(UnsafeUrl):
        fetch(internet)
    assert len(internet.connections) == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "GZIP, identity"])
def test_a_compressed_answer_is_refused_before_its_body(encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    internet = Internet(answer(bomb, "200 OK", f"Content-Encoding: {encoding}"))
    with pytest.raises(UnsafeUrl):
        fetch(internet)
    assert internet.read < 1000


def test_an_answer_that_says_it_is_too_large_is_refused_before_its_body() -> None:
    internet = Internet(
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n", *[bytes(50_001)] * 2]
    )
    with pytest.raises(TooLarge):
        fetch(internet)
    assert internet.read < 1000


def test_an_answer_that_never_ends_is_cut_at_the_bound() -> None:
    endless = [b"2710\r\n" + bytes(10_000) + b"\r\n"] * 1000
    internet = Internet([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *endless])
    with pytest.raises(TooLarge):
        fetch(internet)
    assert internet.read < 150_000


def test_an_answer_of_exactly_the_bound_is_taken() -> None:
    assert fetch(Internet(answer(bytes(100_000)))) == bytes(100_000)


LYING = {
    "longer than it says": ([b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"abcdef"], b"abc"),
    "shorter than it says": ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"abc"], None),
    "two lengths": ([b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"], None),
    "a length of letters": ([b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", b"abc"], None),
    "no HTTP": ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], None),
    "nothing": ([], None),
    "endless headers": ([b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"a" * 60_000] * 5], None),
}


@pytest.mark.parametrize(("chunks", "body"), LYING.values(), ids=LYING.keys())
def test_a_lying_answer_is_cut_or_counts_as_interrupted(
    chunks: list[bytes], body: bytes | None
) -> None:
    internet = Internet(chunks)
    if body is not None:
        assert fetch(internet) == body
        return
    with pytest.raises(Unavailable):
        fetch(internet)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (204, NotFound),
        (206, NotFound),
        (400, NotFound),
        (401, NotFound),
        (403, NotFound),
        (404, NotFound),
        (410, NotFound),
        (408, Unavailable),
        (425, Unavailable),
        (429, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
def test_a_status_tells_whether_another_try_is_worth_it(
    status: int, error: type[LikenessError]
) -> None:
    with pytest.raises(error):
        fetch(Internet(answer(b"", f"{status} No")))


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("999999", 120), ("soon", 2), ("-1", 2), ("٧", 2)]
)
def test_retry_after_is_honoured_within_reason(header: str, seconds: int) -> None:
    headers = f"HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\nRetry-After: {header}\r\n\r\n"
    with pytest.raises(Unavailable) as refused:
        fetch(Internet([headers.encode()]))
    assert refused.value.retry_after == seconds


def test_a_slow_drip_ends_with_the_budget() -> None:
    drip = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 1000]
    started = time.monotonic()
    with pytest.raises(Unavailable):
        fetch(Internet(drip, seconds_per_chunk=0.02), seconds=0.3)
    assert time.monotonic() - started < 1


def test_a_resolver_that_hangs_ends_with_the_budget() -> None:
    class Hanging(Internet):
        async def resolve(self, host: str, port: int) -> Sequence[str]:
            await asyncio.sleep(30)
            return []

    started = time.monotonic()
    with pytest.raises(Unavailable):
        fetch(Hanging(), seconds=0.2)
    assert time.monotonic() - started < 1


def test_errors_do_not_repeat_a_signed_url() -> None:
    for internet in (
        Internet(answer(b"", "404 Gone")),
        Internet([]),
        Internet(answer(b"", "302 X")),
    ):
        with pytest.raises(LikenessError) as refused:
            fetch(internet, "https://pictures.example/a.png?signature=hush")
        assert "hush" not in repr(refused.value) + repr(refused.value.details)


@pytest.mark.parametrize(
    "url",
    [
        "https://replicate.delivery/xezq/abc/tmp1.webp",
        "https://pbxt.replicate.delivery/abc/out-0.png",
        "https://PBXT.Replicate.Delivery/abc/out-0.png",
    ],
)
def test_outputs_come_from_the_provider_and_the_hosts_below_it(url: str) -> None:
    assert fetch_output(Internet(), url) == PICTURE


@pytest.mark.parametrize(
    "url",
    [
        "https://pictures.example/a.png",
        "https://replicate.delivery.evil.example/a.png",
        "https://evilreplicate.delivery/a.png",
        "https://replicate.delivery@evil.example/a.png",
        "https://delivery/a.png",
        "http://replicate.delivery/a.png",
        "https://replicate.delivery:8443/a.png",
        "https://evil.example/?replicate.delivery",
        "https://evil.example/#.replicate.delivery",
    ],
)
def test_outputs_from_elsewhere_are_refused_without_a_connection(url: str) -> None:
    internet = Internet()
    with pytest.raises(UnsafeUrl):
        fetch_output(internet, url)
    assert internet.lookups == []
    assert internet.connections == []


def test_an_output_host_that_leads_inside_is_not_connected_to() -> None:
    internet = Internet(names={"replicate.delivery": ["10.0.0.7"]})
    with pytest.raises(UnsafeUrl):
        fetch_output(internet, "https://replicate.delivery/a.png")
    assert internet.connections == []


SIMULATOR = ["http://127.0.0.1:8091/v1"]


def test_the_exact_origin_of_a_configured_provider_gives_outputs() -> None:
    internet = Internet()
    url = "http://127.0.0.1:8091/outputs/a.png"
    assert fetch_output(internet, url, provider_base_urls=SIMULATOR) == PICTURE
    assert internet.connections == [("127.0.0.1", 8091)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8092/a.png",
        "http://127.0.0.1/a.png",
        "https://127.0.0.1:8091/a.png",
        "http://127.0.0.2:8091/a.png",
        "http://localhost:8091/a.png",
        "http://user@127.0.0.1:8091/a.png",
        "http://[::1]:8091/a.png",
    ],
)
def test_a_neighbour_of_that_origin_does_not(url: str) -> None:
    internet = Internet()
    with pytest.raises(UnsafeUrl):
        fetch_output(internet, url, provider_base_urls=SIMULATOR)
    assert internet.connections == []


def test_a_user_gains_nothing_from_a_configured_origin() -> None:
    internet = Internet(names={"comfy.internal.example": ["10.0.0.7"]})
    downloader = internet.downloader(
        provider_base_urls=["https://comfy.internal.example", *SIMULATOR]
    )
    for url in ("http://127.0.0.1:8091/a.png", "https://comfy.internal.example/a.png"):
        with pytest.raises(UnsafeUrl):
            run(downloader.fetch(url, max_bytes=1000, seconds=5))
    assert internet.connections == []
    output = downloader.fetch_output(
        "https://comfy.internal.example/a.png", max_bytes=100_000, seconds=5
    )
    assert run(output) == PICTURE


async def _served(request_seen: list[bytes]) -> bytes:
    """Fetches from a real server on loopback, as the local stack does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request_seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.writelines(answer())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        downloader = SafeDownloader(provider_base_urls=[f"http://127.0.0.1:{port}"])
        return await downloader.fetch_output(
            f"http://127.0.0.1:{port}/a.png", max_bytes=100_000, seconds=5
        )


def test_a_real_server_on_a_configured_origin_is_read() -> None:
    seen: list[bytes] = []
    assert run(_served(seen)) == PICTURE
    assert seen[0].startswith(b"GET /a.png HTTP/1.1\r\n")


def test_nothing_listening_counts_as_unavailable() -> None:
    downloader = SafeDownloader(provider_base_urls=["http://127.0.0.1:9"])
    with pytest.raises(Unavailable):
        run(downloader.fetch_output("http://127.0.0.1:9/a.png", max_bytes=10, seconds=5))
