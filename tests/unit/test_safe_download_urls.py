"""Which URLs are fetched at all, by whom, and where a connection may lead."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.public_url import check_public_url
from shared.adapters.safe_download import public_url
from shared.domain.errors import UnsafeUrl
from tests.fake_internet import PICTURE, PUBLIC, Internet, fetch, fetch_output, run

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


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_the_text_alone_is_enough_to_refuse_it(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        check_public_url(url)


@pytest.mark.parametrize(
    "url", ["https://pictures.example/a.png", "https://PICTURES.example:443/a?b=c#d"]
)
def test_both_parsers_take_what_is_plain(url: str) -> None:
    assert check_public_url(url) == public_url(url).host == "pictures.example"


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
