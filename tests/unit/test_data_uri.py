"""Pictures handed over inside a URI."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.data_uri import decode_data_uri
from shared.domain.errors import TooLarge, UnsafeUrl


@given(st.binary(max_size=200), st.sampled_from(["image/png", "IMAGE/WebP", "image/svg+xml"]))
def test_the_bytes_come_out_as_they_went_in(data: bytes, media_type: str) -> None:
    uri = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    assert decode_data_uri(uri, max(len(data), 1)) == data


def test_a_file_without_a_name_is_taken_as_well() -> None:
    assert decode_data_uri("data:application/octet-stream;base64,AAAA", 3) == bytes(3)


@pytest.mark.parametrize("size", [10, 11, 12, 1000])
def test_one_byte_over_the_bound_is_too_large(size: int) -> None:
    uri = "data:image/png;base64," + base64.b64encode(bytes(size)).decode()
    assert len(decode_data_uri(uri, size)) == size
    with pytest.raises(TooLarge):
        decode_data_uri(uri, size - 1)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "data:",
        "data:,AAAA",
        "data:image/png,AAAA",
        "data:image/png;base64",
        "data:text/html;base64,AAAA",
        "data:image/png;charset=x;base64,AAAA",
        "data:image/png;base64,AAA",
        "data:image/png;base64,AA=A",
        "data:image/png;base64,A A A A",
        "data:image/png;base64,@@@@",
        "data:image/png;base64,\u0410AAA",
        "data:image/png;base64,\ud800AAA",
        " data:image/png;base64,AAAA",
        "https://replicate.delivery/a.png",
    ],
)
def test_anything_else_is_refused(uri: str) -> None:
    with pytest.raises(UnsafeUrl):
        decode_data_uri(uri, 100)
