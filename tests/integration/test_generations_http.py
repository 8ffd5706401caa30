"""The function `generations`, called as the gateway calls it."""

import json
from typing import Any

import pytest

from shared.domain.ids import Kind, is_id
from shared.runtime import bootstrap
from shared.services.close_generation import CloseGeneration
from tests.aws import IMAGES_BUCKET, Aws
from tests.aws_calls import AwsCalls
from tests.integration.deployed import event
from tests.integration.finishing import complete
from tests.integration.http_client import Answer, call, send

IMAGINE = {"mode": "imagine", "prompt": "a lighthouse at dawn"}


def messages(aws: Aws, queue: str) -> list[dict[str, Any]]:
    answer = aws.sqs.receive_message(QueueUrl=aws.queue_urls[queue], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def submitted(body: dict[str, Any] | None = None, **changes: Any) -> Answer:
    answer = call("POST", "/v1/generations", body or IMAGINE, **changes)
    assert answer.status == 202, answer.text
    return answer


def test_a_wish_is_recorded_sent_and_answered_at_once(live: Aws) -> None:
    answer = send(event("http_create_generation"))

    assert answer.status == 202
    view = answer.json
    assert is_id(Kind.GENERATION, view["id"])
    assert answer.headers["location"] == f"/v1/generations/{view['id']}"
    assert int(answer.headers["retry-after"]) > 0
    assert (view["status"], view["final"], view["quota"]["held"]) == ("queued", False, 1)
    assert messages(live, "work-priority") == [
        {"kind": "run", "generation_id": view["id"], "indexes": [0]}
    ]


def test_a_wish_may_come_as_the_request_part_of_a_form(live: Aws) -> None:
    answer = send(event("http_create_generation_form"))

    assert answer.status == 202
    assert answer.json["mode"] == "imagine"


def test_a_free_owner_waits_in_the_standard_lane(live: Aws) -> None:
    submitted(groups="[]")

    assert len(messages(live, "work-standard")) == 1
    assert messages(live, "work-priority") == []


def test_a_submit_costs_one_transaction_and_one_message(live: Aws, aws_calls: AwsCalls) -> None:
    submitted()

    assert aws_calls.count == {"dynamodb.TransactWriteItems": 1, "sqs.SendMessage": 1}


def test_a_portrait_adds_only_the_read_of_its_character(live: Aws, aws_calls: AwsCalls) -> None:
    character = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    aws_calls.reset()

    submitted({"mode": "portrait", "character_id": character, "image_count": 10})

    assert aws_calls.count == {
        "dynamodb.GetItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "sqs.SendMessage": 1,
    }


def test_the_same_key_and_body_get_the_first_answer_again(live: Aws) -> None:
    key = {"idempotency-key": "only-once"}
    first = submitted(headers=key)
    records = live.records()

    again = call(
        "POST", "/v1/generations", {"prompt": IMAGINE["prompt"], "mode": "imagine"}, headers=key
    )

    assert (again.status, again.json) == (202, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert live.records() == records
    assert len(messages(live, "work-priority")) == 1


def test_an_idempotency_key_is_its_owners_own(live: Aws) -> None:
    key = {"idempotency-key": "order-66"}

    assert submitted(headers=key).json["id"] != submitted(headers=key, owner="grace").json["id"]


def test_a_message_that_cannot_be_sent_is_left_to_the_sweeper(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.domain.errors import Unavailable
    from shared.services.dispatching import Dispatcher

    def fail(*_: object, **__: object) -> None:
        raise Unavailable("the queue is away")

    monkeypatch.setattr(Dispatcher, "send", fail)

    generation_id = submitted().json["id"]

    due = [one for one in live.records() if one["sk"]["S"] == "DUE"]
    assert [one["pk"]["S"] for one in due] == [f"GEN#{generation_id}"]


def test_reading_shows_where_the_images_stand(live: Aws) -> None:
    generation_id = submitted().json["id"]
    complete(generation_id, 0)

    request = event("http_read_generation")
    request["rawPath"] = f"/v1/generations/{generation_id}"
    answer = send(request)

    (item,) = answer.json["items"]
    assert answer.json["status"] == "completed"
    assert answer.json["final"] is True
    assert "retry-after" not in answer.headers
    assert item["image"]["width"] == 96
    assert item["image"]["url"].startswith("https://")
    assert item["image"]["similarity"]["reason"] == "no_identity"
    assert answer.json["progress"]["percent"] == 100


def test_lists_are_newest_first_and_walk_by_cursor(live: Aws) -> None:
    ids = [submitted().json["id"] for _ in range(3)]

    first = send(event("http_list_generations"))
    rest = call(
        "GET",
        "/v1/generations",
        query={"limit": "2", "status": "queued", "cursor": first.json["next_cursor"]},
    )

    assert [one["id"] for one in first.json["data"] + rest.json["data"]] == ids[::-1]
    assert rest.json["next_cursor"] is None


def test_a_list_tells_open_and_ended_generations_apart(live: Aws) -> None:
    running, done = submitted().json["id"], submitted().json["id"]
    complete(done, 0)

    def listed(status: str) -> list[str]:
        found = call("GET", "/v1/generations", query={"status": status}).json["data"]
        return [one["id"] for one in found]

    assert listed("completed") == [done]
    assert listed("queued,processing") == [running]
    assert listed("cancelled") == []
    assert set(listed("queued,completed")) == {running, done}


def test_cancelling_stops_what_waits_and_gives_back_the_quota(live: Aws) -> None:
    generation_id = submitted({**IMAGINE, "image_count": 4}).json["id"]
    path = f"/v1/generations/{generation_id}"

    receipt = call("POST", f"{path}/cancel")

    assert receipt.json == {"cancelled": True, "stopped": 4, "will_arrive": 0, "charged": 0}
    assert call("POST", f"{path}/cancel").json == receipt.json
    assert call("GET", path).json["status"] == "cancelled"
    quota = next(one for one in live.records() if one["sk"]["S"].startswith("QUOTA#"))
    assert quota["used"]["N"] == "0"


def test_what_has_ended_cannot_be_cancelled(live: Aws) -> None:
    generation_id = submitted().json["id"]
    complete(generation_id, 0)

    answer = call("POST", f"/v1/generations/{generation_id}/cancel")

    assert (answer.status, answer.code) == (409, "already_final")
    assert answer.json["status"] == 409


def test_deleting_leaves_neither_records_nor_objects(live: Aws) -> None:
    generation_id = submitted({**IMAGINE, "image_count": 2}).json["id"]
    complete(generation_id, 0)
    assert live.objects(IMAGES_BUCKET)

    answer = call("DELETE", f"/v1/generations/{generation_id}")

    assert (answer.status, answer.text) == (204, "")
    assert live.objects(IMAGES_BUCKET) == {}
    assert not [one for one in live.records() if one["pk"]["S"].startswith(("GEN#", "IMG#"))]
    assert call("GET", f"/v1/generations/{generation_id}").status == 404
    assert submitted(groups="[]").status == 202


def test_an_image_is_listed_read_and_deleted(live: Aws) -> None:
    generation_id = submitted().json["id"]
    complete(generation_id, 0)

    (image,) = call("GET", "/v1/images", query={"generation_id": generation_id}).json["data"]
    assert call("GET", f"/v1/images/{image['id']}").json["sha256"] == image["sha256"]
    assert call("DELETE", f"/v1/images/{image['id']}").status == 204

    assert call("GET", f"/v1/images/{image['id']}").status == 404
    assert send(event("http_list_images")).json["data"] == []
    assert live.objects(IMAGES_BUCKET) == {}
    after = call("GET", f"/v1/generations/{generation_id}").json
    assert (after["status"], after["items"][0]["image"]) == ("completed", None)


def test_health_document_and_page_need_no_token(live: Aws) -> None:
    health = send(event("http_health"))
    assert health.json == {"status": "ok", "version": "0.1.0"}

    document = call("GET", "/v1/openapi.json")
    assert document.json["openapi"] == "3.1.0"

    page = call("GET", "/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]


def test_an_unforeseen_error_is_a_problem_without_a_trace(
    live: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(CloseGeneration, "__call__", explode)
    bootstrap.cancel_generation.cache_clear()
    generation_id = submitted().json["id"]

    answer = call("POST", f"/v1/generations/{generation_id}/cancel")

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "secret detail" not in answer.text
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_prompt_is_never_logged(live: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    submitted({"mode": "imagine", "prompt": "canary-in-the-prompt"})

    assert "canary-in-the-prompt" not in capsys.readouterr().out
