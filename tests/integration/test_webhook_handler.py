"""The webhook's entry point: raw bytes verified, queued, then 200; nothing else ever."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.webhook.handler import lambda_handler
from shared.runtime import bootstrap_webhook
from tests.aws import Aws
from tests.integration.deployed import WEBHOOK_SECRET, Context, event

SENT_AT = datetime.fromtimestamp(1795190400, UTC)
"""When the event of `events/replicate_webhook.json` was signed."""


@pytest.fixture(autouse=True)
def just_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap_webhook, "clock", lambda: SENT_AT)


def call(changed: dict[str, Any]) -> dict[str, Any]:
    return lambda_handler(changed, Context())  # type: ignore[arg-type]


def queued(aws: Aws) -> list[dict[str, Any]]:
    answer = aws.sqs.receive_message(QueueUrl=aws.queue_urls["ingest"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def signed(body: bytes, *, query: str = "gen.0.1.token", secret: str = WEBHOOK_SECRET) -> Any:
    request = event("replicate_webhook")
    signature = Webhook(secret).sign("msg_1", SENT_AT, body.decode())
    request["headers"] |= {"webhook-id": "msg_1", "webhook-signature": signature}
    request["body"] = body.decode()
    request["queryStringParameters"] = {"attempt": query}
    return request


def test_a_signed_callback_is_queued_with_what_the_worker_needs(live: Aws) -> None:
    answer = call(event("replicate_webhook"))

    assert answer["statusCode"] == 200
    (work,) = queued(live)
    assert work["kind"] == "callback"
    assert work["prediction_id"] == "ufawqhfynnddngldkgtslldrkq"
    assert work["payload"]["status"] == "succeeded"


def test_a_signed_callback_that_names_no_attempt_is_refused(live: Aws) -> None:
    answer = call(signed(b'{"id": "ufawqhfynnddngldkgtslldrkq"}', query=""))

    assert answer["statusCode"] == 400
    assert queued(live) == []


def test_a_body_in_base64_is_verified_as_the_bytes_it_stands_for(live: Aws) -> None:
    request = event("replicate_webhook")
    request["body"] = base64.b64encode(request["body"].encode()).decode()
    request["isBase64Encoded"] = True

    assert call(request)["statusCode"] == 200
    assert len(queued(live)) == 1


def test_the_echoed_input_never_reaches_the_queue(live: Aws) -> None:
    body = json.dumps({"id": "p", "status": "succeeded", "input": {"prompt": "a secret wish"}})

    call(signed(body.encode()))

    (work,) = queued(live)
    assert "secret wish" not in json.dumps(work)


def test_an_answer_too_large_for_a_message_is_asked_for_instead(live: Aws) -> None:
    body = json.dumps({"id": "p", "status": "succeeded", "output": "data:" + "x" * 300_000})

    assert call(signed(body.encode()))["statusCode"] == 200
    (work,) = queued(live)
    assert (work["prediction_id"], work["payload"]) == ("p", None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "msg_1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v2,gy9BgxEzHxAHtJyI+XNZgJ1/hoXGJPIfvFAq4E+qQE8="},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "1795190099"},
        {"webhook-timestamp": "1795190701"},
        {"Webhook-Id": "another", "webhook-id": "msg_2LJ3pYk0rPcQ8nVQxkH8hQGZbUq"},
    ],
)
def test_a_callback_that_proves_nothing_is_refused_and_writes_nothing(
    live: Aws, headers: dict[str, str]
) -> None:
    request = event("replicate_webhook")
    request["headers"] = request["headers"] | headers if headers else {}

    answer = call(request)

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["code"] == "invalid_signature"
    assert not queued(live)


def test_a_tampered_body_is_refused(live: Aws) -> None:
    request = event("replicate_webhook")
    request["body"] = request["body"].replace("succeeded", "Succeeded")

    assert call(request)["statusCode"] == 401


def test_the_old_secret_counts_while_the_new_one_is_being_introduced(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"REPLICATE_WEBHOOK_SECRET": f"whsec_{'A' * 32}, {WEBHOOK_SECRET}"}
    monkeypatch.setattr(bootstrap_webhook, "provider_secret", lambda _: both)

    assert call(event("replicate_webhook"))["statusCode"] == 200


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"id": 7}', b'"text"', b"[" * 5000])
def test_a_signed_body_that_is_no_prediction_is_a_bad_request(live: Aws, body: bytes) -> None:
    answer = call(signed(body))

    assert answer["statusCode"] == 400
    assert not queued(live)


def test_a_queue_that_is_down_makes_the_sender_try_again(
    live: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged means durable: without the queue there is no 200."""
    monkeypatch.setenv("INGEST_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/gone")

    with pytest.raises(Exception, match="queue"):
        call(event("replicate_webhook"))
