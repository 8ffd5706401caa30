"""Webhooks of the Replicate simulator: signed, filtered, retried, and all that goes wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from replicate.webhook import Webhooks, WebhookSigningSecret
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from infra.local.simulators import SimulatorSettings, in_background, replicate_app
from infra.local.simulators.replicate_webhooks import sign
from tests.contract.simulator_clients import (
    REPLICATE_TOKEN,
    WEBHOOK_SECRET,
    Control,
    Inbox,
    eventually,
    inbox,
    post,
)

FLUX = "black-forest-labs/flux-2-pro"
SETTINGS = SimulatorSettings(
    latency=0.1,
    replicate_api_tokens=frozenset({REPLICATE_TOKEN}),
    webhook_secret=WEBHOOK_SECRET,
    webhook_retry_pauses=(0.05, 0.1, 0.2),
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with in_background(replicate_app(SETTINGS)) as url:
        yield url


@pytest.fixture
def simulator(base_url: str) -> Control:
    control = Control(base_url)
    control.reset()
    return control


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as box:
        yield box


def begin(simulator: Control, box: Inbox, *events: str) -> httpx.Response:
    body: dict[str, object] = {"input": {"prompt": "a lake", "seed": 1}, "webhook": box.url}
    if events:
        body["webhook_events_filter"] = list(events)
    answer = post(simulator, f"models/{FLUX}/predictions", body)
    assert answer.status_code == 201
    return answer


def deliveries(simulator: Control) -> list[tuple[str, int, int | None]]:
    return [
        (sent["event"], sent["attempt"], sent["status"]) for sent in simulator.calls()["webhooks"]
    ]


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "signature"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_2LJ3pYk0rPcQ8nVQxkH8hQGZbUq",
            1795190400,
            (
                b'{"id":"ufawqhfynnddngldkgtslldrkq","status":"succeeded",'
                b'"output":"https://replicate.delivery/xezq/abc/tmp1.webp"}'
            ),
            "v1,gy9BgxEzHxAHtJyI+XNZgJ1/hoXGJPIfvFAq4E+qQE8=",
        ),
    ],
)
def test_signatures_equal_the_published_vectors(
    secret: str, message_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    assert sign(secret, message_id, timestamp, body) == signature


def test_the_final_webhook_is_signed_and_shaped_like_a_real_one(
    simulator: Control, box: Inbox
) -> None:
    created = begin(simulator, box, "completed").json()
    assert created["status"] == "starting"
    (body,) = box.wait_for(1)
    headers, raw = box.received[0]
    Webhook(WEBHOOK_SECRET).verify(raw, headers)
    Webhooks.validate(
        headers=headers,
        body=raw.decode(),
        secret=WebhookSigningSecret(key=WEBHOOK_SECRET),
        tolerance=300,
    )
    assert set(body) == {
        "id", "model", "version", "input", "logs", "output", "data_removed", "error", "source",
        "status", "created_at", "started_at", "completed_at", "urls", "metrics", "webhook",
        "webhook_events_filter",
    }  # fmt: skip
    assert (body["id"], body["status"], body["version"]) == (created["id"], "succeeded", "hidden")
    assert body["webhook_events_filter"] == ["completed"]
    assert body["metrics"]["image_count"] == 1
    for moment in ("started_at", "completed_at"):
        assert len(body[moment].partition(".")[2]) == len("588888891Z")
        assert datetime.fromisoformat(body[moment]).tzinfo is UTC


def test_without_a_filter_output_and_completed_are_sent(simulator: Control, box: Inbox) -> None:
    begin(simulator, box)
    assert sorted(body["status"] for body in box.wait_for(2)) == ["processing", "succeeded"]
    assert sorted(event for event, _, _ in deliveries(simulator)) == ["completed", "output"]


def test_a_start_event_tells_of_a_running_prediction(simulator: Control, box: Inbox) -> None:
    begin(simulator, box, "start")
    (body,) = box.wait_for(1)
    assert (body["status"], body["output"]) == ("processing", None)
    assert "completed_at" not in body


def test_the_final_webhook_is_retried_until_it_is_taken(simulator: Control, box: Inbox) -> None:
    box.statuses = [500, 404]
    begin(simulator, box, "completed")
    box.wait_for(3)
    assert eventually(lambda: len(deliveries(simulator)) == 3)
    assert deliveries(simulator) == [
        ("completed", 1, 500),
        ("completed", 2, 404),
        ("completed", 3, 200),
    ]
    assert len({headers["webhook-id"] for headers, _ in box.received}) == 1


def test_nobody_listening_ends_after_the_last_retry(simulator: Control, box: Inbox) -> None:
    box.url = "http://127.0.0.1:9/hook"
    begin(simulator, box, "completed")
    assert eventually(lambda: len(deliveries(simulator)) == 4)
    assert deliveries(simulator)[-1] == ("completed", 4, None)


def test_intermediate_webhooks_are_never_retried(simulator: Control, box: Inbox) -> None:
    box.statuses = [500]
    begin(simulator, box, "start", "completed")
    box.wait_for(2)
    assert eventually(lambda: len(deliveries(simulator)) == 2)
    assert deliveries(simulator) == [("start", 1, 500), ("completed", 1, 200)]


def test_a_lost_webhook_is_never_sent(simulator: Control, box: Inbox) -> None:
    simulator.fault("webhook_lost")
    begin(simulator, box, "completed")
    begin(simulator, box, "completed")
    (body,) = box.wait_for(1)
    assert len(box.received) == 1
    assert body["status"] == "succeeded"


def test_a_duplicated_webhook_repeats_id_and_body(simulator: Control, box: Inbox) -> None:
    simulator.fault("webhook_duplicated", times=3)
    begin(simulator, box, "completed")
    first, second, third = box.wait_for(3)
    assert first == second == third
    assert len({headers["webhook-id"] for headers, _ in box.received}) == 1


def test_a_late_webhook_comes_after_the_prediction_was_seen_to_end(
    simulator: Control, box: Inbox
) -> None:
    simulator.fault("webhook_late", seconds=1)
    created = begin(simulator, box, "completed").json()

    def status() -> str:
        headers = {"authorization": f"Bearer {REPLICATE_TOKEN}"}
        answer = httpx.get(created["urls"]["get"], headers=headers, verify=False)
        return str(answer.json()["status"])

    assert eventually(lambda: status() == "succeeded")
    assert box.received == []
    box.wait_for(1)


def test_a_forged_webhook_does_not_verify(simulator: Control, box: Inbox) -> None:
    simulator.fault("webhook_forged", then_real=True)
    begin(simulator, box, "completed")
    box.wait_for(2)
    (forged, forged_body), (real, real_body) = ((headers, body) for headers, body in box.received)
    with pytest.raises(WebhookVerificationError):
        Webhook(WEBHOOK_SECRET).verify(forged_body, forged)
    Webhook(WEBHOOK_SECRET).verify(real_body, real)


def test_a_webhook_can_beat_the_answer_that_tells_the_id(simulator: Control, box: Inbox) -> None:
    simulator.fault("webhook_before_reply")
    created = begin(simulator, box, "completed").json()
    (body,) = box.bodies()
    assert (created["status"], body["status"]) == ("starting", "succeeded")
    assert created["id"] == body["id"]


def test_a_start_event_can_come_after_the_end(simulator: Control, box: Inbox) -> None:
    simulator.fault("webhook_start_last")
    begin(simulator, box, "completed")
    assert [body["status"] for body in box.wait_for(2)] == ["succeeded", "processing"]


def test_a_cancelled_prediction_is_told_as_well(simulator: Control, box: Inbox) -> None:
    simulator.fault("latency", seconds=30)
    created = begin(simulator, box, "completed").json()
    post(simulator, f"predictions/{created['id']}/cancel", {})
    (body,) = box.wait_for(1)
    assert (body["status"], body["output"]) == ("canceled", None)
