"""Guarded downloads: what hostile and failing servers get out of us."""

import asyncio
import gzip
import time
from collections.abc import Sequence

import pytest

from shared.adapters.safe_download import SafeDownloader
from shared.domain.errors import LikenessError, NotFound, TooLarge, Unavailable, UnsafeUrl
from tests.fake_internet import PICTURE, PUBLIC, Internet, answer, fetch, run


def test_a_public_picture_is_fetched_by_its_address_under_its_name() -> None:
    internet = Internet()
    assert fetch(internet, "https://Pictures.example/a%20b.png?v=1&w=2#top") == PICTURE
    assert internet.connections == [(PUBLIC, 443)]
    assert internet.tls_names == ["pictures.example"]
    request = internet.sent.decode()
    assert request.startswith("GET /a%20b.png?v=1&w=2 HTTP/1.1\r\n")
    assert "Host: pictures.example\r\n" in request
    assert "Accept-Encoding: identity\r\n" in request


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
