"""The deployed stack: what failed is drawn again, what died is kept, what nobody owns goes."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.stack_runner import LocalStack
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.table import Table
from shared.domain.generation import Generation
from shared.domain.ids import Kind, new_id
from shared.domain.images import ImageStatus, StoredImage
from tests.builders import a_generation, an_image
from tests.e2e.aws_words import messages_in
from tests.e2e.studio import Json, Studio, invoke_function, keys_under


@pytest.fixture
def studio(local_stack: LocalStack) -> Studio:
    return Studio(local_stack)


def test_what_failed_of_a_pack_is_drawn_again_with_its_seed(studio: Studio) -> None:
    studio.fault("gemini", "blocked", "half of a pair", count=1)
    old = studio.wait(studio.imagine("half of a pair", image_count=2))
    assert old["progress"] | {"percent": 0} == {
        "total": 2,
        "completed": 1,
        "failed": 1,
        "cancelled": 0,
        "percent": 0,
    }

    answer = studio.call("POST", f"/generations/{old['id']}/retry")

    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/generations/{answer.json()['id']}"
    new = studio.wait(answer.json()["id"])
    (failed,) = (item for item in old["items"] if item["status"] == "failed")
    assert (new["status"], new["retry_of"]) == ("completed", old["id"])
    assert [item["seed"] for item in new["items"]] == [failed["seed"]]
    assert studio.quota_used(new) == 2
    again = studio.call("POST", f"/generations/{new['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_failed")


def test_dead_letters_are_kept_and_their_queue_is_empty(studio: Studio) -> None:
    stack, sqs = studio.stack, studio.stack.boto3_client("sqs")
    generation = studio.imagine("a letter that died")
    done = studio.wait(generation)
    letter = json.dumps({"kind": "run", "generation_id": generation, "indexes": [0]})
    bodies = {
        "WorkPriorityDeadLetterQueueUrl": letter,
        "IngestDeadLetterQueueUrl": "no message of ours",
    }

    for name, body in bodies.items():
        sqs.send_message(QueueUrl=stack.outputs[name], MessageBody=body)

    until = time.monotonic() + 60
    while any(messages_in(sqs, stack.outputs[name]) for name in bodies):
        assert time.monotonic() < until, "a dead letter stays in its queue"
        time.sleep(0.5)
    kept = [_content(stack, key)["body"] for key in keys_under(stack, "dead-letters/readable/")]
    assert letter in kept
    (malformed,) = keys_under(stack, "dead-letters/malformed/")
    assert _content(stack, malformed)["body"] == "no message of ours"
    assert studio.read(generation)["status"] == done["status"], "an image that is there stays"


def _content(stack: LocalStack, key: str) -> Json:
    bucket = stack.outputs["ImagesBucketName"]
    found = stack.boto3_client("s3").get_object(Bucket=bucket, Key=key)
    content: Json = json.loads(found["Body"].read())
    return content


def test_an_orphan_is_collected_and_a_dry_run_only_tells(studio: Studio) -> None:
    stack = studio.stack
    images = DynamoImages(Table(stack.boto3_client("dynamodb"), stack.outputs["TableName"]))
    kept = studio.wait(studio.imagine("a picture that is wanted"))["items"][0]["image"]["id"]
    orphan, young = _begun(stack, images, days_ago=2), _begun(stack, images, days_ago=0)

    told = invoke_function(stack, "Sweeper", {"kind": "collect", "dry_run": True})
    assert (told["dry_run"], told["orphans"]) == (True, 1)
    assert keys_under(stack, orphan.key) == [orphan.key]

    done = invoke_function(stack, "Sweeper", {"kind": "collect"})

    assert (done["orphans"], done["failed"], done["strays"]) == (1, 0, 0)
    assert keys_under(stack, orphan.key) == []
    assert keys_under(stack, young.key) == [young.key]
    (tombstone, pending, live) = (images.stored([name])[0] for name in (orphan.id, young.id, kept))
    assert tombstone.status is ImageStatus.DELETING
    assert pending.status is ImageStatus.PENDING
    assert live.status is ImageStatus.LIVE


def _begun(stack: LocalStack, images: DynamoImages, *, days_ago: int) -> StoredImage:
    """A picture that a worker began to store on that day, and never finished."""
    born = datetime.now(UTC) - timedelta(days=days_ago)
    generation: Generation = a_generation(owner="nobody", character_id=None)
    fields: dict[str, Any] = {"created_at": born, "id": new_id(Kind.IMAGE, born)}
    image = an_image(generation, **fields)
    image = image.model_copy(update={"key": f"0a1b/renders/{generation.id}/{image.id}.png"})
    images.add(image)
    bucket = stack.outputs["ImagesBucketName"]
    stack.boto3_client("s3").put_object(Bucket=bucket, Key=image.key, Body=b"pixels")
    return image
