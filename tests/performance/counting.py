"""A pack of ten through the functions themselves, on moto: what each step of it takes."""

import json
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import batched
from typing import Any

import pytest

import tests.conftest  # noqa: F401  # first of all: an environment without any real account
from functions.face_analysis.handler import lambda_handler as look_at_faces
from functions.webhook.handler import lambda_handler as webhook
from functions.worker.handler import lambda_handler as worker
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.table import Table
from shared.domain.analysis import SourceToAnalyse
from shared.domain.provider import Pending
from shared.domain.request import ProviderName
from shared.runtime import bootstrap_face_analysis, bootstrap_webhook, bootstrap_worker
from tests.aws import TABLE, UPLOADS_BUCKET, Aws, fresh_aws
from tests.fake_analyzer import FakeAnalyzer
from tests.integration.deployed import Context, deployed, event
from tests.integration.http_client import ADA, call
from tests.integration.telling import open_bus, tell, told
from tests.performance.consumption import Consumption, metered
from tests.workshop import FakeProvider, a_picture, png

PACK = 10
LOOKED_AT_TOGETHER = 5
"""Messages in a batch of the face function, as the stack has it."""
ONCE_PER_MESSAGE = Counter(
    {
        "dynamodb.Query": 2,  # what to draw; how it ended
        "dynamodb.GetItem": 1,  # the provider's gate
        "dynamodb.PutItem": 1,  # the same, with these calls
        "dynamodb.UpdateItem": 1,  # the due marker
        "dynamodb.TransactWriteItems": 1,  # closing
        "s3.GetObject": 1,  # the reference
    }
)
_SIGNED_AT = datetime.fromtimestamp(1795190400, UTC)
"""When `events/replicate_webhook.json` was signed."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One generation of ten images, step by step. `callback` is one of ten; `late_poll` is
    the one that guards against lost callbacks, and finds nothing left to do; `tell` is what
    analytics does about all of it, in `batches`; `look` is the face function's work on the ten, and
    `tell_of_look` what analytics does about that, in one batch."""

    submit: Consumption
    read: Consumption
    work: Consumption
    tell: Consumption
    batches: int
    look: Consumption | None = None
    tell_of_look: Consumption | None = None
    callback: Consumption | None = None
    ingest: Consumption | None = None
    late_poll: Consumption | None = None


@contextmanager
def functions_on_moto(provider: FakeProvider) -> Iterator[Aws]:
    """The functions' environment, with this image provider behind the worker."""
    with (
        fresh_aws(stream=True) as aws,
        pytest.MonkeyPatch.context() as patch,
        deployed(aws, patch),
    ):
        patch.setattr(bootstrap_worker, "provider", lambda _: provider)
        patch.setattr(bootstrap_webhook, "clock", lambda: _SIGNED_AT)
        patch.setattr(bootstrap_face_analysis, "analyzer", FakeAnalyzer)
        open_bus()
        yield aws


@cache
def count_portraits() -> Steps:
    """Ten portraits from a source image; the provider answers within the call."""
    with functions_on_moto(FakeProvider()) as aws:
        character = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
        call("POST", f"/v1/characters/{character}/source-image", {"upload_id": _upload(aws)})
        source = SourceToAnalyse(owner=ADA, character_id=character, version=1)
        _look_at([source.model_dump_json()])
        before = len(told())
        wish = {"mode": "portrait", "character_id": character, "image_count": PACK}
        with metered(aws.dynamodb) as submit:
            generation = _created(wish)
        with metered(aws.dynamodb) as work:
            worker(_message(aws, "work-priority"), Context())  # type: ignore[arg-type]
        with metered(aws.dynamodb) as read:
            _read_completed(generation)
        with metered(aws.dynamodb) as telling:
            batches = _tell(before)
        pictures, after = _sent(aws, "analysis"), len(told())
        assert len(pictures) == PACK, "each image of a character is looked at"
        with metered(aws.dynamodb) as look:
            for some in batched(pictures, LOOKED_AT_TOGETHER, strict=True):
                _look_at(some)
        seen = told()[after:]
        with metered(aws.dynamodb) as tell_of_look:
            tell(seen)
    return Steps(submit, read, work, telling, batches, look, tell_of_look)


@cache
def count_callbacks() -> Steps:
    """Ten images by a provider that calls back."""
    provider = FakeProvider(name=ProviderName.REPLICATE, calls_back=True)
    provider.answers = deque(Pending(prediction_id=f"p{number}") for number in range(PACK))
    provider.reports = deque(a_picture(number) for number in range(PACK))
    with functions_on_moto(provider) as aws:
        wish = {"mode": "imagine", "prompt": "a lighthouse at dawn", "image_count": PACK}
        with metered(aws.dynamodb) as submit:
            generation = _created(wish | {"provider": "replicate"})
        with metered(aws.dynamodb) as work:
            worker(_message(aws, "work-priority"), Context())  # type: ignore[arg-type]
        with metered(aws.dynamodb) as callback:
            assert webhook(event("replicate_webhook"), Context())["statusCode"] == 200  # type: ignore[arg-type]
        with metered(aws.dynamodb) as ingest:
            for body in _callbacks(aws, generation):
                worker(_event(body), Context())  # type: ignore[arg-type]
        poll = {"kind": "poll", "generation_id": generation, "indexes": list(range(PACK))}
        with metered(aws.dynamodb) as late_poll:
            worker(_event(json.dumps(poll | {"round": 0})), Context())  # type: ignore[arg-type]
        with metered(aws.dynamodb) as read:
            _read_completed(generation)
        with metered(aws.dynamodb) as telling:
            batches = _tell()
    return Steps(
        submit, read, work, telling, batches, callback=callback, ingest=ingest, late_poll=late_poll
    )


def _tell(before: int = 0) -> int:
    """Of the changes after those `before`. As many batches as the seconds that a pack takes allow:
    its changes come in three bursts, when it is asked for, when it is begun, and when its images
    are there."""
    changes = told()[before:]
    return tell(changes, batch=-(-len(changes) // 3))


def _upload(aws: Aws) -> str:
    data = png()
    announced = {"content_type": "image/png", "size_bytes": len(data)}
    upload = call("POST", "/v1/uploads", announced).json
    aws.s3.put_object(Bucket=UPLOADS_BUCKET, Key=upload["fields"]["key"], Body=data)
    return str(upload["id"])


def _created(wish: dict[str, Any]) -> str:
    answer = call("POST", "/v1/generations", wish)
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def _read_completed(generation: str) -> None:
    progress = call("GET", f"/v1/generations/{generation}").json["progress"]
    assert progress["completed"] == PACK


def _message(aws: Aws, queue: str) -> dict[str, Any]:
    """What was sent, as the function's trigger hands it on."""
    (body,) = _sent(aws, queue)
    return _event(body)


def _sent(aws: Aws, queue: str) -> list[str]:
    answer = aws.sqs.receive_message(QueueUrl=aws.queue_urls[queue], MaxNumberOfMessages=10)
    return [message["Body"] for message in answer["Messages"]]


def _look_at(bodies: Sequence[str]) -> None:
    batch = event("analyse_pictures")
    (first,) = batch["Records"]
    batch["Records"] = [first | {"messageId": body, "body": body} for body in bodies]
    assert look_at_faces(batch, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]


def _event(body: str) -> dict[str, Any]:
    trigger = event("work_run_items")
    trigger["Records"][0]["body"] = body
    return trigger


def _callbacks(aws: Aws, generation: str) -> list[str]:
    attempts = DynamoGenerations(Table(aws.dynamodb, TABLE))
    bodies = []
    for index in range(PACK):
        attempt = attempts.attempt(generation, index, 1)
        assert attempt is not None
        work = {
            "kind": "callback",
            "provider": "replicate",
            "reference": f"{generation}.{index}.1.{attempt.token}",
            "prediction_id": attempt.prediction_id,
            "payload": {"id": attempt.prediction_id, "status": "succeeded"},
        }
        bodies.append(json.dumps(work))
    return bodies
