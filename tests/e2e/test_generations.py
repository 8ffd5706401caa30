"""The deployed stack over HTTP: the main job, and what happens when providers misbehave."""

import io
import os
import signal
import time

import httpx
import pytest
from PIL import Image

from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Studio, worker_pids

# Stories that take minutes of real time are begun first and looked at last.


@pytest.fixture(scope="module")
def killed_worker(local_stack: LocalStack) -> tuple[Studio, str]:
    """A worker that is killed in the middle of a paid call."""
    studio = Studio(local_stack)
    studio.fault("gemini", "hang", "the killed worker", seconds=60)
    generation = studio.imagine("the killed worker")
    studio.wait_for_status(generation, "generating")
    time.sleep(0.5)
    for process in worker_pids(local_stack):
        os.kill(process, signal.SIGKILL)
    return studio, generation


@pytest.fixture(scope="module")
def lost_webhook(local_stack: LocalStack) -> tuple[Studio, str]:
    studio = Studio(local_stack)
    studio.fault("replicate", "webhook_lost", "the lost webhook")
    return studio, studio.imagine("the lost webhook", "replicate")


@pytest.fixture(scope="module")
def forged_webhook(local_stack: LocalStack) -> tuple[Studio, str]:
    studio = Studio(local_stack)
    studio.fault("replicate", "webhook_forged", "the forged webhook")
    return studio, studio.imagine("the forged webhook", "replicate")


@pytest.fixture(scope="module", autouse=True)
def slow_stories(
    killed_worker: tuple[Studio, str],
    lost_webhook: tuple[Studio, str],
    forged_webhook: tuple[Studio, str],
) -> None:
    """Begun before any test of this module."""


@pytest.fixture
def studio(local_stack: LocalStack) -> Studio:
    return Studio(local_stack)


def test_a_photo_becomes_a_pack_of_its_person(studio: Studio) -> None:
    wish = {
        "mode": "portrait",
        "character_id": studio.character(),
        "image_count": 6,
        "aspect_ratio": "3:4",
        "provider": "gemini",
    }

    done = studio.wait(studio.post("/generations", wish)["id"])

    assert (done["status"], done["progress"]["completed"]) == ("completed", 6)
    assert done["cost"]["actual_usd"] == pytest.approx(done["cost"]["estimated_usd"], rel=0.25)
    assert len({item["seed"] for item in done["items"]}) == 6
    for item in done["items"]:
        image = item["image"]
        for address, longest in (
            (image["url"], 1200),
            (image["web"], 1200),
            (image["thumb_512"], 512),
            (image["thumb_256"], 256),
        ):
            with Image.open(io.BytesIO(httpx.get(address).content)) as picture:
                assert max(picture.size) == longest


def test_an_image_from_replicate_comes_back_by_signed_webhook(studio: Studio) -> None:
    done = studio.wait(studio.imagine("a harbour by webhook", "replicate"))

    assert done["status"] == "completed"
    assert done["items"][0]["attempts"] == 1
    assert studio.paid_calls("replicate", "a harbour by webhook") == 1


def test_webhooks_repeated_and_late_make_one_image(studio: Studio) -> None:
    studio.fault("replicate", "webhook_duplicated", "again and again", times=4)
    done = studio.wait(studio.imagine("again and again", "replicate"))
    time.sleep(1)

    images = studio.call("GET", "/images").json()["data"]
    assert len(images) == 1
    assert studio.quota_used(done) == 1


def test_a_webhook_that_beats_the_reply_is_not_lost(studio: Studio) -> None:
    studio.fault("replicate", "webhook_before_reply", "faster than its reply")

    done = studio.wait(studio.imagine("faster than its reply", "replicate"))

    assert done["status"] == "completed"
    assert studio.paid_calls("replicate", "faster than its reply") == 1


def test_a_provider_that_is_down_fails_the_generation_and_releases_the_quota(
    studio: Studio,
) -> None:
    studio.fault("gemini", "unavailable", "nobody home", count=3)

    done = studio.wait(studio.imagine("nobody home"))

    item = done["items"][0]
    assert (done["status"], item["attempts"]) == ("failed", 3)
    assert item["error"]["class"] == "TEMPORARY"
    assert studio.quota_used(done) == 0
    assert studio.paid_calls("gemini", "nobody home") == 0


@pytest.mark.parametrize(
    ("fault", "parameters"),
    [
        ("rate_limited", {"retry_after": 2, "form": "retry_info"}),
        ("server_error", {}),
        ("disconnect", {}),
        ("truncated_image", {}),
        ("not_an_image", {}),
    ],
)
def test_a_passing_fault_costs_one_attempt_and_no_image(
    studio: Studio, fault: str, parameters: dict[str, object]
) -> None:
    prompt = f"a passing {fault}"
    studio.fault("gemini", fault, prompt, **parameters)

    done = studio.wait(studio.imagine(prompt))

    assert done["status"] == "completed"
    assert done["items"][0]["attempts"] == 2


@pytest.mark.parametrize(
    ("fault", "parameters", "code"),
    [
        ("prompt_blocked", {"reason": "PROHIBITED_CONTENT"}, "content_blocked_input"),
        ("blocked", {"finish_reason": "IMAGE_SAFETY"}, "content_blocked_output"),
        ("model_retired", {}, "model_retired"),
        ("invalid_key", {}, "provider_auth"),
    ],
)
def test_a_refusal_is_final_and_not_charged(
    studio: Studio, fault: str, parameters: dict[str, object], code: str
) -> None:
    prompt = f"a refusal by {fault} {parameters}"
    studio.fault("gemini", fault, prompt, **parameters)

    done = studio.wait(studio.imagine(prompt))

    assert (done["status"], done["items"][0]["attempts"]) == ("failed", 1)
    assert done["items"][0]["error"]["code"] == code
    assert studio.quota_used(done) == 0


@pytest.mark.parametrize(
    "fault", ["output_list", "output_data_uri", "latency", "webhook_start_last"]
)
def test_every_form_of_a_good_answer_becomes_an_image(studio: Studio, fault: str) -> None:
    prompt = f"a good answer as {fault}"
    studio.fault("replicate", fault, prompt, **({"seconds": 2} if fault == "latency" else {}))

    assert studio.wait(studio.imagine(prompt, "replicate"))["status"] == "completed"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("sensitive_content", "content_blocked_output"),
        ("output_null", "no_image"),
        ("output_expired", "bad_output"),
    ],
)
def test_a_prediction_without_an_image_says_why(studio: Studio, fault: str, code: str) -> None:
    prompt = f"no image by {fault}"
    studio.fault("replicate", fault, prompt, count=2)

    done = studio.wait(studio.imagine(prompt, "replicate"))

    assert done["status"] == "failed"
    assert done["items"][0]["error"]["code"] == code


def test_cancelling_stops_what_is_being_drawn_and_tells_the_provider(studio: Studio) -> None:
    studio.fault("replicate", "latency", "never mind", seconds=60)
    generation = studio.imagine("never mind", "replicate")
    studio.wait_for_status(generation, "generating")
    time.sleep(1)

    receipt = studio.call("POST", f"/generations/{generation}/cancel").json()

    assert receipt == {"cancelled": True, "stopped": 1, "will_arrive": 0, "charged": 0}
    assert studio.call("POST", f"/generations/{generation}/cancel").json() == receipt
    assert studio.read(generation)["status"] == "cancelled"
    until = time.monotonic() + 20
    base = studio.stack.simulators["replicate"]
    while httpx.get(f"{base}/_calls").json()["by_action"].get("cancel", 0) == 0:
        assert time.monotonic() < until, "the provider was not told"
        time.sleep(0.2)


def test_a_second_generation_of_a_free_owner_has_to_wait(local_stack: LocalStack) -> None:
    studio = Studio(local_stack, plan="free")
    studio.fault("gemini", "latency", "one at a time", seconds=3)
    first = studio.imagine("one at a time")

    refused = studio.call("POST", "/generations", json={"mode": "imagine", "prompt": "too soon"})

    assert refused.status_code == 409
    assert refused.json()["code"] == "in_flight_limit"
    assert first in str(refused.json())
    studio.wait(first)


def test_an_image_too_many_is_refused_with_what_is_left(local_stack: LocalStack) -> None:
    studio = Studio(local_stack, plan="free")
    for _ in range(5):
        studio.wait(studio.imagine("fifty images", image_count=10))

    refused = studio.call("POST", "/generations", json={"mode": "imagine", "prompt": "one more"})

    assert refused.status_code == 402
    assert refused.json()["left"] == 0


def test_a_deleted_generation_leaves_nothing_behind(studio: Studio) -> None:
    generation = studio.imagine("soon forgotten", image_count=2)
    done = studio.wait(generation)

    assert studio.call("DELETE", f"/generations/{generation}").status_code == 204
    assert studio.call("GET", f"/generations/{generation}").status_code == 404
    assert httpx.get(done["items"][0]["image"]["url"]).status_code == 404
    assert studio.call("GET", "/images").json()["data"] == []


def test_another_owners_generation_looks_like_none(studio: Studio) -> None:
    generation = studio.imagine("mine alone")
    stranger = Studio(studio.stack)

    answers = [
        stranger.call("GET", f"/generations/{generation_id}")
        for generation_id in (generation, generation[:-4] + "0000")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [answer.json() for answer in answers]
    for body in bodies:
        del body["request_id"], body["instance"]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Bearer eyJhbGciOiJub25lIn0.e30."])
def test_without_a_good_token_the_gateway_answers(local_stack: LocalStack, token: str) -> None:
    headers = {"authorization": token} if token else {}

    answer = httpx.get(f"{local_stack.base_url}/v1/generations", headers=headers)

    assert answer.status_code == 401


def test_no_function_was_denied_anything(local_stack: LocalStack) -> None:
    """IAM is enforced: what the roles do not allow shows in the functions' log."""
    log = (local_stack.state.logs / "functions.log").read_text()

    assert "AccessDenied" not in log


def test_a_lost_webhook_is_made_good_by_the_poll(lost_webhook: tuple[Studio, str]) -> None:
    studio, generation = lost_webhook

    done = studio.wait(generation, seconds=120)

    assert done["status"] == "completed"
    assert studio.paid_calls("replicate", "the lost webhook") == 1


def test_a_forged_webhook_is_refused_and_the_poll_finds_the_truth(
    forged_webhook: tuple[Studio, str],
) -> None:
    studio, generation = forged_webhook

    done = studio.wait(generation, seconds=120)

    assert done["status"] == "completed"
    assert studio.quota_used(done) == 1


def test_a_killed_workers_item_completes_and_is_charged_once(
    killed_worker: tuple[Studio, str],
) -> None:
    studio, generation = killed_worker

    done = studio.wait(generation, seconds=300)

    assert (done["status"], done["items"][0]["attempts"]) == ("completed", 2)
    assert studio.quota_used(done) == 1
