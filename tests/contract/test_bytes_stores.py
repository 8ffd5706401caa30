"""The image store and the upload store: bytes by key, forms for exactly one file."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.adapters.s3_images import S3Images
from shared.adapters.s3_uploads import S3Uploads
from shared.domain.errors import NotFound, TooLarge, Unavailable, UploadExpired
from shared.domain.ports import ImageStore, UploadStore
from shared.domain.upload import MAX_UPLOAD_BYTES
from tests.aws import IMAGES_BUCKET, UPLOADS_BUCKET, Aws
from tests.aws_calls import AwsCalls
from tests.builders import an_upload
from tests.fakes import FakeImageStore, FakeUploadStore

KEY = "0a1b/renders/gen_1/img_1.png"


@pytest.fixture(params=["fake", "s3"])
def store(request: pytest.FixtureRequest) -> ImageStore:
    if request.param == "fake":
        return FakeImageStore()
    return S3Images(request.getfixturevalue("aws").s3, IMAGES_BUCKET)


@pytest.fixture(params=["fake", "s3"])
def uploads(request: pytest.FixtureRequest) -> tuple[UploadStore, Callable[[str, bytes], object]]:
    """The store, and a browser that has posted a file to it."""
    if request.param == "fake":
        fake = FakeUploadStore()
        return fake, fake.posted.__setitem__
    s3 = request.getfixturevalue("aws").s3

    def post(key: str, data: bytes) -> None:
        s3.put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=data)

    return S3Uploads(s3, UPLOADS_BUCKET), post


def test_bytes_come_back_as_they_were_put(store: ImageStore) -> None:
    store.put(KEY, b"\x89PNG one", "image/png")

    assert store.get(KEY) == b"\x89PNG one"


def test_a_key_is_written_once(store: ImageStore) -> None:
    store.put(KEY, b"first", "image/png")
    store.put(KEY, b"second", "image/png")

    assert store.get(KEY) == b"first"


def test_deleted_and_unknown_objects_are_not_found(store: ImageStore) -> None:
    store.put(KEY, b"first", "image/png")
    store.delete([KEY, "never/was.png"])
    store.delete([])

    with pytest.raises(NotFound):
        store.get(KEY)


def test_an_address_is_signed_for_one_hour_without_a_call(
    aws: Aws, count_calls: Counter[str]
) -> None:
    address = urlsplit(S3Images(aws.s3, IMAGES_BUCKET).url(KEY))

    assert address.scheme == "https"
    assert address.path.endswith(KEY)
    query = parse_qs(address.query)
    assert query["X-Amz-Expires"] == ["3600"]
    assert "X-Amz-Signature" in query
    assert count_calls == {}


def test_an_object_keeps_its_media_type_and_nothing_of_its_owner(aws: Aws) -> None:
    S3Images(aws.s3, IMAGES_BUCKET).put(KEY, b"RIFF", "image/webp")

    head = aws.s3.head_object(Bucket=IMAGES_BUCKET, Key=KEY)
    assert head["ContentType"] == "image/webp"
    assert head["Metadata"] == {}


def test_an_object_in_the_making_is_to_be_tried_again(aws: Aws, aws_calls: AwsCalls) -> None:
    aws_calls.fail("s3.PutObject", "ConditionalRequestConflict")

    with pytest.raises(Unavailable):
        S3Images(aws.s3, IMAGES_BUCKET).put(KEY, b"RIFF", "image/webp")


def test_a_file_is_read_with_its_etag(uploads: Any) -> None:
    store, post = uploads
    upload = an_upload()
    post(upload.key, b"\xff\xd8 a face")

    data, etag = store.read(upload)

    assert data == b"\xff\xd8 a face"
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert etag == f'"{md5}"'


def test_a_file_that_was_never_posted_is_not_found(uploads: Any) -> None:
    store, _ = uploads

    with pytest.raises(NotFound):
        store.read(an_upload())


def test_a_file_replaced_after_its_use_is_refused(uploads: Any) -> None:
    store, post = uploads
    upload = an_upload()
    post(upload.key, b"the checked one")
    _, etag = store.read(upload)
    used = upload.model_copy(update={"consumed_etag": etag})
    assert store.read(used) == (b"the checked one", etag)

    post(upload.key, b"something else")

    with pytest.raises(UploadExpired):
        store.read(used)


def test_a_file_that_slipped_past_the_policy_is_not_taken_into_memory(uploads: Any) -> None:
    store, post = uploads
    upload = an_upload()
    post(upload.key, bytes(MAX_UPLOAD_BYTES + 1))

    with pytest.raises(TooLarge):
        store.read(upload)


def test_the_form_takes_one_key_one_type_and_no_more_bytes_than_announced(
    aws: Aws, count_calls: Counter[str]
) -> None:
    upload = an_upload(size_bytes=2_400_000)

    form = S3Uploads(aws.s3, UPLOADS_BUCKET).form(upload)

    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert {"key": upload.key} in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert ["content-length-range", 1, 2_400_000] in policy["conditions"]
    assert form.fields["key"] == upload.key
    assert form.fields["Content-Type"] == "image/jpeg"
    assert UPLOADS_BUCKET in form.url
    assert count_calls == {}


def test_the_fake_form_names_key_and_type_too() -> None:
    upload = an_upload()

    fields = FakeUploadStore().form(upload).fields

    assert (fields["key"], fields["Content-Type"]) == (upload.key, "image/jpeg")


def test_an_upload_is_known_by_its_etag_without_being_read(
    uploads: tuple[UploadStore, Callable[[str, bytes], object]],
) -> None:
    store, post = uploads
    upload = an_upload()
    with pytest.raises(NotFound):
        store.etag(upload)

    post(upload.key, b"a photo")

    assert store.etag(upload) == store.read(upload)[1]


def test_a_file_that_came_with_a_request_is_read_as_an_upload(
    uploads: tuple[UploadStore, Callable[[str, bytes], object]],
) -> None:
    store, _ = uploads
    upload = an_upload()

    etag = store.put(upload, b"a photo")

    assert store.read(upload.model_copy(update={"consumed_etag": etag})) == (b"a photo", etag)
