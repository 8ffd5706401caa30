"""Every fault of the Gemini simulator as the real SDK meets it."""

import json
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx2
import pytest
from google.genai import errors, types
from PIL import Image

from infra.local.simulators import SimulatorSettings, gemini_app, in_background
from infra.local.simulators.gemini_faults import GEMINI_FAULTS
from tests.contract.simulator_clients import GEMINI_KEY, Control, gemini_client, http

MODEL = "gemini-nano-banana-2.1"
SETTINGS = SimulatorSettings(latency=0.0, gemini_api_keys=frozenset({GEMINI_KEY}))


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with in_background(gemini_app(SETTINGS)) as url:
        yield url


@pytest.fixture
def simulator(base_url: str) -> Control:
    control = Control(base_url)
    control.reset()
    return control


@pytest.fixture
def client(base_url: str) -> Iterator[Any]:
    with gemini_client(base_url) as client:
        yield client


def ask(client: Any, prompt: str = "a quiet lake") -> types.GenerateContentResponse:
    answer: types.GenerateContentResponse = client.models.generate_content(
        model=MODEL,
        contents=prompt,
        config=types.GenerateContentConfig(response_modalities=["IMAGE"], seed=1),
    )
    return answer


def image_bytes(answer: types.GenerateContentResponse) -> bytes:
    assert answer.candidates
    content = answer.candidates[0].content
    assert content is not None
    assert content.parts is not None
    blob = content.parts[-1].inline_data
    assert blob is not None
    assert blob.data is not None
    return blob.data


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("rate_limited", 429, "RESOURCE_EXHAUSTED"),
        ("server_error", 500, "INTERNAL"),
        ("unavailable", 503, "UNAVAILABLE"),
        ("deadline_exceeded", 504, "DEADLINE_EXCEEDED"),
        ("model_retired", 404, "NOT_FOUND"),
        ("invalid_key", 400, "INVALID_ARGUMENT"),
        ("permission_denied", 403, "PERMISSION_DENIED"),
    ],
)
def test_a_refusal_strikes_once_and_costs_nothing(
    simulator: Control, client: Any, fault: str, code: int, status: str
) -> None:
    simulator.fault(fault)
    with pytest.raises(errors.APIError) as refused:
        ask(client)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert image_bytes(ask(client))
    calls = simulator.calls()
    assert calls["charged"] == 1
    assert [(call["fault"], call["status"]) for call in calls["calls"]] == [
        (fault, code),
        (None, 200),
    ]


def test_a_rate_limit_tells_its_delay_in_details_in_a_header_or_not_at_all(
    simulator: Control, client: Any
) -> None:
    seen = []
    for form in ("retry_info", "header", "bare"):
        simulator.fault("rate_limited", retry_after=7, form=form)
        with pytest.raises(errors.ClientError) as refused:
            ask(client)
        details = refused.value.details["error"].get("details", [])
        response = refused.value.response
        assert isinstance(response, httpx2.Response)
        seen.append(
            (
                [row["retryDelay"] for row in details if "RetryInfo" in row["@type"]],
                response.headers.get("retry-after"),
            )
        )
    assert seen == [(["7s"], None), ([], "7"), ([], None)]


def test_a_dropped_connection_is_no_answer_at_all(simulator: Control, client: Any) -> None:
    simulator.fault("disconnect")
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(client)
    assert simulator.calls()["charged"] == 0


def test_a_lost_reply_is_paid_for(simulator: Control, client: Any) -> None:
    simulator.fault("lost_reply")
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(client)
    assert simulator.calls()["charged"] == 1


def test_a_hanging_answer_runs_into_the_clients_timeout_and_is_paid_for(
    simulator: Control, base_url: str
) -> None:
    simulator.fault("hang", seconds=30)
    with gemini_client(base_url, seconds=1) as hasty, pytest.raises(httpx2.ReadTimeout):
        ask(hasty)
    assert simulator.calls()["charged"] == 1


def test_an_answer_that_is_no_json(simulator: Control, client: Any) -> None:
    simulator.fault("not_json")
    with pytest.raises(json.JSONDecodeError):
        ask(client)


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "OTHER"])
def test_a_blocked_prompt_has_a_reason_and_no_candidates(
    simulator: Control, client: Any, reason: str
) -> None:
    simulator.fault("prompt_blocked", reason=reason)
    answer = ask(client)
    assert answer.candidates is None
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason == types.BlockedReason(reason)
    assert simulator.calls()["charged"] == 0


@pytest.mark.parametrize("content", ["empty", "absent"])
@pytest.mark.parametrize(
    "reason",
    ["SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "NO_IMAGE"],
)
def test_a_blocked_picture_is_a_200_whose_candidate_says_why(
    simulator: Control, client: Any, reason: str, content: str
) -> None:
    simulator.fault("blocked", finish_reason=reason, content=content)
    answer = ask(client)
    assert answer.candidates
    (candidate,) = answer.candidates
    assert candidate.finish_reason == types.FinishReason(reason)
    assert candidate.content is None or candidate.content.parts is None
    assert simulator.calls()["charged"] == 0


def test_a_finish_reason_from_the_future_reaches_the_client(
    simulator: Control, client: Any
) -> None:
    simulator.fault("blocked", finish_reason="IMAGE_TASTE")
    with pytest.warns(UserWarning, match="IMAGE_TASTE"):
        answer = ask(client)
    assert answer.candidates
    assert answer.candidates[0].finish_reason == "IMAGE_TASTE"


def test_an_answer_may_hold_only_text(simulator: Control, client: Any) -> None:
    simulator.fault("text_only", text="I would rather write a poem.")
    answer = ask(client)
    assert answer.text == "I would rather write a poem."
    assert answer.usage_metadata is not None
    details = answer.usage_metadata.candidates_tokens_details
    assert details is not None
    assert [row.modality for row in details] == [types.MediaModality.TEXT]


def test_an_answer_may_hold_no_candidates(simulator: Control, client: Any) -> None:
    simulator.fault("no_candidates")
    answer = ask(client)
    assert (answer.candidates, answer.prompt_feedback) == (None, None)


def test_the_only_picture_may_sit_in_a_thought(simulator: Control, client: Any) -> None:
    simulator.fault("thought_image_only")
    answer = ask(client)
    assert answer.candidates
    content = answer.candidates[0].content
    assert content is not None
    assert content.parts is not None
    assert [part.thought for part in content.parts] == [True]
    assert Image.open(BytesIO(image_bytes(answer))).size == (1024, 1024)


def test_pictures_can_be_truncated_replaced_or_huge(simulator: Control, client: Any) -> None:
    simulator.fault("truncated_image")
    with pytest.raises(OSError, match="truncated"):
        Image.open(BytesIO(image_bytes(ask(client)))).load()
    simulator.fault("not_an_image")
    assert image_bytes(ask(client)).startswith(b"<!doctype html>")
    simulator.fault("huge_image", megabytes=3)
    assert len(image_bytes(ask(client))) > 3_000_000


def test_a_fault_waits_for_the_prompt_it_matches(simulator: Control, client: Any) -> None:
    simulator.fault("unavailable", match="volcano", count=2)
    assert image_bytes(ask(client, "a quiet lake"))
    for _ in range(2):
        with pytest.raises(errors.ServerError):
            ask(client, "a volcano at night")
    assert image_bytes(ask(client, "a volcano at night"))


def test_a_fault_without_a_count_strikes_until_it_is_cleared(
    simulator: Control, client: Any
) -> None:
    simulator.fault("unavailable", count=None)
    for _ in range(3):
        with pytest.raises(errors.ServerError):
            ask(client)
    (listed,) = simulator.faults()
    assert (listed["fault"], listed["count"]) == ("unavailable", None)
    assert http("DELETE", f"{simulator.base_url}/_faults").status_code == 204
    assert image_bytes(ask(client))


def test_latency_can_be_set_for_one_request(simulator: Control, client: Any) -> None:
    simulator.fault("latency", seconds=1)
    started = time.monotonic()
    ask(client)
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"fault": "earthquake"}, "fault must be one of"),
        ({"fault": "hang", "minutes": 1}, "hang knows seconds, not minutes"),
        ({"fault": "hang", "seconds": "long"}, "seconds has the wrong type"),
        ({"fault": "hang", "count": 0}, "count must be a positive integer"),
        ({"fault": "hang", "on": "get"}, "on must be one of reply"),
        (["hang"], "one JSON object"),
    ],
)
def test_a_fault_order_that_makes_no_sense_is_refused(
    simulator: Control, order: object, complaint: str
) -> None:
    answer = http("POST", f"{simulator.base_url}/_faults", json=order)
    assert answer.status_code == 400
    assert complaint in answer.json()["detail"]


def test_every_fault_can_be_ordered_by_its_name_alone(simulator: Control) -> None:
    for name in GEMINI_FAULTS:
        simulator.fault(name)
    assert len(simulator.faults()) == len(GEMINI_FAULTS)
    simulator.reset()
