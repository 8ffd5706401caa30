"""The Gemini adapter on the real SDK, against a server that speaks Gemini's wire contract."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from shared.adapters.gemini import Gemini, connect
from shared.domain.errors import (
    BadOutput,
    ContentBlocked,
    ModelRetired,
    ProviderAuthFailed,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.pricing.catalogue import models
from shared.domain.pricing.model import Model
from shared.domain.provider import Failed, Finished
from shared.domain.request import ProviderName, Quality
from tests.contract.providers.calls import PROMPT, a_call, a_reference, an_attempt, imports_of
from tests.contract.simulator_clients import GEMINI_KEY, Control

MODEL = "gemini-nano-banana-2.1"


def size_of(finished: Finished) -> tuple[int, int]:
    assert finished.output.data is not None
    with Image.open(BytesIO(finished.output.data)) as picture:
        return picture.size


async def failure(provider: Gemini, **changes: object) -> ProviderError:
    """How the call fails, once it is sure that no word of the caller's is in the error."""
    with pytest.raises(ProviderError) as raised:
        await provider.start(a_call(MODEL, **changes))
    assert PROMPT not in str(raised.value)
    assert GEMINI_KEY not in str(raised.value)
    return raised.value


async def test_a_portrait_after_a_reference_costs_what_the_usage_says(
    gemini_control: Control, gemini: Gemini
) -> None:
    finished = await gemini.start(a_call(MODEL, references=(a_reference(),)))
    assert size_of(finished) == (896, 1200)
    [call] = gemini_control.calls()["calls"]
    assert (call["model"], call["seed"], call["references"]) == (MODEL, 42, 1)
    prompt_tokens = round(len(PROMPT) / 4) + 1120
    assert finished.cost_micro_usd == round(prompt_tokens * 1.5 + 1120 * 30 + 240 * 7.5)


async def test_a_draft_thinks_less_and_costs_less(gemini_control: Control, gemini: Gemini) -> None:
    draft = await gemini.start(a_call(MODEL, quality=Quality.DRAFT))
    standard = await gemini.start(a_call(MODEL))
    assert draft.cost_micro_usd < standard.cost_micro_usd


async def test_what_to_avoid_goes_into_the_prompt(gemini_control: Control, gemini: Gemini) -> None:
    await gemini.start(a_call(MODEL, negative_prompt="hats, rain"))
    assert gemini_control.calls()["calls"][0]["prompt"] == f"{PROMPT}\nAvoid: hats, rain"


@pytest.mark.parametrize(
    "model", [m for m in models() if m.provider is ProviderName.GEMINI], ids=lambda m: m.id
)
async def test_every_model_draws_what_the_table_says_it_draws(
    gemini_control: Control, gemini: Gemini, model: Model
) -> None:
    for quality, ratio in zip(Quality, ("1:1", "9:16", model.aspect_ratios[-1]), strict=True):
        finished = await gemini.start(a_call(model.id, quality=quality, aspect_ratio=ratio))
        size = model.size_of(ratio, model.tier(quality))
        assert size_of(finished) == (size.width, size.height)


async def test_references_beyond_what_the_model_takes_stay_behind(
    gemini_control: Control, gemini: Gemini
) -> None:
    await gemini.start(a_call(MODEL, references=(a_reference(),) * 16))
    assert gemini_control.calls()["calls"][0]["references"] == 14


async def test_ten_images_are_drawn_side_by_side(gemini_control: Control, gemini: Gemini) -> None:
    gemini_control.fault("latency", seconds=0.5, count=10)
    await asyncio.gather(*(gemini.start(a_call(MODEL, seed=seed)) for seed in range(10)))
    calls = gemini_control.calls()
    assert (calls["peak_in_flight"], calls["requests"]) == (10, 10)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            {"name": "rate_limited", "retry_after": 2.5},
            (ProviderRateLimited, "provider_rate_limited", 2.5),
        ),
        (
            {"name": "rate_limited", "retry_after": 7, "form": "header"},
            (ProviderRateLimited, "provider_rate_limited", 7.0),
        ),
        (
            {"name": "rate_limited", "form": "bare"},
            (ProviderRateLimited, "provider_rate_limited", None),
        ),
        ({"name": "server_error"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "unavailable"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "deadline_exceeded"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "not_json"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "not_json", "status": 502}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "model_retired"}, (ModelRetired, "model_retired", None)),
        ({"name": "invalid_key"}, (ProviderAuthFailed, "provider_auth", None)),
        ({"name": "permission_denied"}, (ProviderAuthFailed, "provider_auth", None)),
        ({"name": "disconnect"}, (ProviderTimedOut, "provider_timeout", None)),
        ({"name": "lost_reply"}, (ProviderTimedOut, "provider_timeout", None)),
        ({"name": "prompt_blocked"}, (ContentBlocked, "content_blocked_input", None)),
        ({"name": "blocked"}, (ContentBlocked, "content_blocked_output", None)),
        ({"name": "text_only"}, (BadOutput, "no_image", None)),
        ({"name": "no_candidates"}, (BadOutput, "no_image", None)),
        ({"name": "not_an_image"}, (BadOutput, "no_image", None)),
    ],
)
async def test_each_trouble_has_its_class_and_is_never_sent_twice(
    gemini_control: Control,
    gemini: Gemini,
    fault: dict[str, Any],
    expected: tuple[object, ...],
) -> None:
    gemini_control.fault(**fault)
    error = await failure(gemini)
    assert (type(error), error.code, error.retry_after) == expected
    assert gemini_control.calls()["requests"] == 1


async def test_a_request_that_the_service_finds_wrong_is_final(
    gemini_control: Control, gemini: Gemini
) -> None:
    error = await failure(gemini, aspect_ratio="7:5")
    assert type(error) is ProviderRefused
    assert error.code == "provider_refused"


async def test_a_wrong_key_is_for_the_operator(gemini_url: str) -> None:
    provider = connect("another-key", gemini_url)
    assert type(await failure(provider)) is ProviderAuthFailed
    await provider.close()


async def test_an_answer_that_never_comes_counts_as_spent(
    gemini_control: Control, gemini_url: str
) -> None:
    provider = connect(GEMINI_KEY, gemini_url, answer_within=timedelta(seconds=0.4))
    gemini_control.fault("hang")
    assert type(await failure(provider)) is ProviderTimedOut
    await provider.close()
    calls = gemini_control.calls()
    assert (calls["requests"], calls["charged"]) == (1, 1)


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    provider = connect(GEMINI_KEY, "http://127.0.0.1:1")
    assert type(await failure(provider)) is ProviderUnavailable
    await provider.close()


async def test_a_model_outside_the_table_is_not_called(
    gemini_control: Control, gemini: Gemini
) -> None:
    with pytest.raises(ModelRetired):
        await gemini.start(a_call("gemini-0.5"))
    assert gemini_control.calls()["requests"] == 0


async def test_a_picture_among_the_thoughts_is_taken_when_it_is_the_only_one(
    gemini_control: Control, gemini: Gemini
) -> None:
    gemini_control.fault("thought_image_only")
    assert size_of(await gemini.start(a_call(MODEL))) == (896, 1200)


async def test_gemini_has_nothing_to_tell_later(gemini: Gemini) -> None:
    attempt = an_attempt(ProviderName.GEMINI, MODEL, None)
    assert isinstance(await gemini.poll(attempt), Failed)
    assert isinstance(gemini.report({}, attempt), Failed)
    await gemini.cancel("anything")


def test_the_sdk_is_loaded_only_when_a_client_is_made() -> None:
    loaded = imports_of("shared.adapters.gemini")
    assert "shared.adapters.gemini" in loaded
    assert not {name for name in loaded if name.startswith(("google", "aiohttp"))}
