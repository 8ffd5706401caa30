"""A deployed system with something in it, shared by the tests of what it refuses.

They may share it because a refusal writes nothing; each test proves that.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.aws import IMAGES_BUCKET, QUEUES, UPLOADS_BUCKET, Aws, fresh_aws
from tests.aws_calls import calls
from tests.integration.deployed import deployed
from tests.integration.http_client import Answer, call, request_of, send
from tests.workshop import png

GRACE = "grace-hopper"
"""Another owner."""


@dataclass(frozen=True)
class Shop:
    """What Ada owns: a character with a source image and a variant, an upload, a style and
    running work."""

    aws: Aws
    character: str
    image: str
    upload: str
    generation: str
    capsule: str
    variant: str
    _known: list[Any] = field(default_factory=list)

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing is written meanwhile. To look at everything takes longer than most refusals do,
        so that is done where a write was tried at all."""
        if not self._known:
            self._known.append(self.state())
        tried = calls.tried_writes
        yield
        if calls.tried_writes != tried:
            before, now = self._known.pop(), self.state()
            self._known.append(now)
            assert now == before, "a refusal writes nothing"

    def state(self) -> Any:
        """Everything that a refusal must leave as it was."""
        depths = [
            self.aws.sqs.get_queue_attributes(
                QueueUrl=self.aws.queue_urls[name], AttributeNames=["ApproximateNumberOfMessages"]
            )["Attributes"]
            for name in QUEUES
        ]
        buckets = [self.aws.objects(bucket) for bucket in (IMAGES_BUCKET, UPLOADS_BUCKET)]
        return self.aws.records(), buckets, depths


@contextmanager
def shop_open() -> Iterator[Shop]:
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        fresh_aws() as aws,
        deployed(aws, monkeypatch),
    ):
        character = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
        source = send_form(f"/v1/characters/{character}/source-image", file_part(png()))
        upload = call("POST", "/v1/uploads", {"content_type": "image/png", "size_bytes": 9})
        call("POST", "/v1/generations", {"mode": "imagine", "prompt": "a dog"})
        generation = call("POST", "/v1/generations", {"mode": "imagine", "prompt": "a cat"})
        style = call("POST", "/v1/style-capsules", {"name": "Noir", "prompt": "film noir"})
        image = source.json["image"]["id"]
        front = {"variant_type": "front", "image_id": image}
        variant = call("POST", f"/v1/characters/{character}/variants", front)
        yield Shop(
            aws=aws,
            character=character,
            image=image,
            upload=upload.json["id"],
            generation=generation.json["id"],
            capsule=style.json["id"],
            variant=variant.json["id"],
        )


def file_part(data: bytes, media_type: str = "image/png", name: str = "file") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"\r\nContent-Type: {media_type}'
    return f"--edge\r\n{head}\r\n\r\n".encode() + data + b"\r\n--edge--\r\n"


def form_request(path: str, form: bytes, boundary: str = "edge") -> dict[str, Any]:
    request = request_of("POST", path)
    request["headers"]["content-type"] = f"multipart/form-data; boundary={boundary}"
    return request | {"body": base64.b64encode(form).decode(), "isBase64Encoded": True}


def send_form(path: str, form: bytes, boundary: str = "edge") -> Answer:
    return send(form_request(path, form, boundary))
