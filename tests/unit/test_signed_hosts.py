"""Signed addresses lead to the bucket's own host in its region: uploads follow no redirect."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from shared.runtime import aws


@pytest.fixture(autouse=True)
def _clients_of_their_own() -> Iterator[None]:
    aws.client.cache_clear()
    yield
    aws.client.cache_clear()


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_a_picture_and_an_upload_are_signed_for_the_region(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    s3 = aws.client("s3")
    picture = s3.generate_presigned_url("get_object", Params={"Bucket": "faces", "Key": "a.png"})
    upload = s3.generate_presigned_post("faces", "a.png")["url"]
    assert {urlsplit(picture).netloc, urlsplit(upload).netloc} == {
        f"faces.s3.{region}.amazonaws.com"
    }


def test_the_engine_on_this_machine_is_asked_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    picture = aws.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "faces", "Key": "a.png"}
    )
    assert picture.startswith("http://127.0.0.1:4566/faces/a.png?")
