"""The entry point of face analysis on moto, with the real analyzer and a real face."""

from typing import Any

from functions.face_analysis.handler import lambda_handler
from shared.domain.analysis import ImageToAnalyse, SourceToAnalyse
from shared.domain.entity import Entity
from shared.domain.images import StoredImage
from shared.domain.likeness import Similarity
from shared.runtime import bootstrap
from tests.aws import IMAGES_BUCKET, Aws
from tests.builders import a_snapshot, an_image
from tests.contract.simulator_clients import astronaut
from tests.integration.deployed import Context, event
from tests.integration.http_client import ADA, call
from tests.integration.test_characters_http import created, give
from tests.workshop import png


def handled(*messages: Entity | str) -> dict[str, Any]:
    """What the function answers for these messages of the queue."""
    batch = event("analyse_pictures")
    first = batch["Records"][0]
    bodies = [one if isinstance(one, str) else one.model_dump_json() for one in messages]
    batch["Records"] = [
        first | {"messageId": f"message-{number}", "body": body}
        for number, body in enumerate(bodies)
    ]
    return dict(lambda_handler(batch, Context()))  # type: ignore[arg-type]  # what it uses of it


def a_character_with_a_photo() -> str:
    character_id: str = created()["id"]
    assert give(character_id, astronaut()).status == 201
    return character_id


def a_picture_of(character_id: str, aws: Aws, data: bytes) -> StoredImage:
    """Live, and waiting to be looked at."""
    generation = a_snapshot(character_id=character_id).generation
    image = an_image(generation, generation_id=None, owner=ADA, similarity=Similarity.pending())
    bootstrap.images().add(image)
    aws.dynamodb.update_item(
        TableName="likeness-table",
        Key={"pk": {"S": f"IMG#{image.id}"}, "sk": {"S": "META"}},
        UpdateExpression="SET #status = :live",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":live": {"S": "live"}},
    )
    aws.s3.put_object(Bucket=IMAGES_BUCKET, Key=image.key, Body=data)
    return image


def test_a_photo_is_checked_and_its_picture_recognised(live: Aws) -> None:
    character_id = a_character_with_a_photo()
    same = a_picture_of(character_id, live, astronaut())

    answer = handled(
        SourceToAnalyse(owner=ADA, character_id=character_id, version=1),
        ImageToAnalyse(owner=ADA, image_id=same.id),
    )

    assert answer == {"batchItemFailures": []}
    source = call("GET", f"/v1/characters/{character_id}/source-image").json
    assert source["embedding"]["status"] == "passed"
    assert source["qa"]["status"] == "warned", "the face has 88 pixels; 128 are recommended"
    similarity = call("GET", f"/v1/images/{same.id}").json["similarity"]
    assert (similarity["status"], similarity["verdict"]) == ("measured", "consistent")
    assert similarity["score"] == 100.0


def test_a_photo_without_a_face_is_refused_by_what_needs_one(live: Aws) -> None:
    character_id: str = created()["id"]
    give(character_id, png(size=(400, 400)))

    handled(SourceToAnalyse(owner=ADA, character_id=character_id, version=1))

    source = call("GET", f"/v1/characters/{character_id}/source-image").json
    assert (source["qa"]["status"], source["embedding"]["reason"]) == ("failed", "no_face")
    failed = [one["name"] for one in source["qa"]["checks"] if one["outcome"] == "failed"]
    assert "face_count" in failed
    refused = call("POST", "/v1/generations", {"mode": "portrait", "character_id": character_id})
    assert (refused.status, refused.json["code"]) == (409, "source_not_ready")


def test_only_the_failed_message_returns_to_the_queue(live: Aws) -> None:
    character_id = a_character_with_a_photo()
    lost = a_picture_of(character_id, live, b"no picture at all")

    answer = handled(
        ImageToAnalyse(owner=ADA, image_id=lost.id),
        ImageToAnalyse(owner=ADA, image_id="img_deleted_meanwhile"),
        "no message of ours",
        SourceToAnalyse(owner=ADA, character_id=character_id, version=1),
    )

    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert failed == ["message-0", "message-2"]
