"""What Gemini's answers mean, in every form they are known to take."""

import base64
import json

import pytest
from google.genai.types import BlockedReason, FinishReason

from shared.adapters.gemini_reply import read_error, read_reply
from shared.domain.errors import (
    ContentBlocked,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.domain.pricing.catalogue import find_model
from shared.domain.pricing.model import TokenPrice
from shared.domain.provider import Finished
from shared.domain.request import ProviderName, Quality

MODEL = "gemini-nano-banana-2.1"
PNG = b"\x89PNG\r\n\x1a\n and so on"
JPEG = b"\xff\xd8\xff and so on"
BLOCKING = {
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "PUP_LIMITED_DISABLED",
    "MODEL_ARMOR",
}


def read(reply: object) -> Finished:
    model = find_model(ProviderName.GEMINI, MODEL)
    assert isinstance(model.price, TokenPrice)
    body = reply if isinstance(reply, str) else json.dumps(reply)
    return read_reply(body, model.price, model.tier(Quality.STANDARD))


def image(data: bytes, **part: object) -> dict[str, object]:
    encoded = base64.b64encode(data).decode()
    return {"inlineData": {"mimeType": "image/png", "data": encoded}, **part}


def candidate(*parts: object, **more: object) -> dict[str, object]:
    return {"candidates": [{"content": {"parts": list(parts)}, "finishReason": "STOP", **more}]}


@pytest.mark.parametrize("reason", [*(reason.value for reason in FinishReason), "NEW_IN_2027"])
@pytest.mark.parametrize("content", [{}, None, {"parts": None}])
def test_every_finish_reason_without_a_picture_ends_in_our_words(
    reason: str, content: object
) -> None:
    with pytest.raises(ProviderRefused) as raised:
        read({"candidates": [{"finishReason": reason, "content": content}]})
    blocked = isinstance(raised.value, ContentBlocked)
    assert blocked == (reason in BLOCKING)
    assert raised.value.code == ("content_blocked_output" if blocked else "no_image")


@pytest.mark.parametrize("reason", [*(reason.value for reason in BlockedReason), "NEW_IN_2027"])
def test_every_reason_to_block_a_prompt_is_about_the_input(reason: str) -> None:
    with pytest.raises(ContentBlocked) as raised:
        read({"promptFeedback": {"blockReason": reason}})
    assert raised.value.code == "content_blocked_input"


def test_a_blocked_answer_gives_no_picture_even_if_a_draft_is_in_it() -> None:
    with pytest.raises(ContentBlocked):
        read(candidate(image(PNG, thought=True), finishReason="IMAGE_SAFETY"))


def test_the_last_picture_outside_the_thoughts_is_the_one() -> None:
    finished = read(
        candidate(
            {"text": "Here."},
            image(PNG + b"draft", thought=True),
            image(JPEG),
            image(PNG + b"final"),
            image(b"not a picture"),
            image(PNG + b"afterthought", thought=True),
            finishReason="NEW_IN_2027",
        )
    )
    assert finished.output.data == PNG + b"final"


def test_both_alphabets_of_base64_are_read() -> None:
    data = PNG + bytes(range(256))
    url_safe = image(data)
    url_safe["inlineData"] = {"data": base64.urlsafe_b64encode(data).decode()}
    assert read(candidate(image(data))).output.data == data
    assert read(candidate(url_safe)).output.data == data


def test_without_usage_the_picture_costs_what_the_table_says() -> None:
    assert read(candidate(image(PNG))).cost_micro_usd == 33_600
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 1120}
    assert read(candidate(image(PNG)) | {"usageMetadata": usage}).cost_micro_usd == 33_750


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "null",
        '{"candidates": [',
        '{"candidates": [1]}',
        '{"candidates": "x"}',
        '{"candidates": [{"content": {"parts": [{"inlineData": {"data": "@@@"}}]}}]}',
    ],
)
def test_an_answer_that_cannot_be_read_may_be_asked_for_again(body: str) -> None:
    with pytest.raises(ProviderUnavailable) as raised:
        read(body)
    assert raised.value.__cause__ is None


def test_a_spent_daily_quota_is_left_alone_for_long() -> None:
    violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
    body = {"error": {"code": 429, "details": [{"violations": [violation]}]}}
    error = read_error(429, body, {})
    assert type(error) is ProviderRateLimited
    assert error.retry_after == 3600


@pytest.mark.parametrize("body", [None, [], "busy", {"error": "busy"}, {"error": {"details": 3}}])
def test_an_error_is_understood_by_its_status_when_its_body_is_odd(body: object) -> None:
    assert type(read_error(429, body, {"retry-after": "4"})) is ProviderRateLimited
    assert read_error(429, body, {"retry-after": "4"}).retry_after == 4
    assert read_error(429, body, {"retry-after": "1e999"}).retry_after is None
    assert type(read_error(503, body, {})) is ProviderUnavailable
    assert type(read_error(408, body, {})) is ProviderUnavailable
    assert type(read_error(400, body, {})) is ProviderRefused
    assert type(read_error(302, body, {})) is ProviderUnavailable
