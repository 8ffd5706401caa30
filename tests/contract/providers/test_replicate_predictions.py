"""What becomes of Replicate's predictions: polled, called back, cancelled, forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from infra.local.simulators import SimulatorSettings, in_background, replicate_app
from shared.adapters.replicate import Replicate, connect
from shared.domain.errors import (
    BadOutput,
    ContentBlocked,
    ProviderAuthFailed,
    ProviderError,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.provider import Failed, Finished, Pending
from tests.contract.providers.calls import (
    PERSON,
    PROMPT,
    REPLICATE,
    WORDS,
    an_attempt,
    failed,
    outcome,
    started,
)
from tests.contract.simulator_clients import REPLICATE_TOKEN, Control, Inbox


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"name": "failed"}, (BadOutput, "prediction_failed")),
        ({"name": "failed", "error": f"{PROMPT}: bad"}, (BadOutput, "prediction_failed")),
        (
            {"name": "failed", "error": "Prediction interrupted; please retry (code: PA)"},
            (ProviderUnavailable, "provider_unavailable"),
        ),
        (
            {"name": "failed", "error": "Starting timed out (E6716)"},
            (ProviderUnavailable, "provider_unavailable"),
        ),
        ({"name": "sensitive_content"}, (ContentBlocked, "content_blocked_output")),
        ({"name": "nsfw"}, (ContentBlocked, "content_blocked_output")),
        ({"name": "aborted"}, (ProviderUnavailable, "provider_unavailable")),
        ({"name": "output_null"}, (BadOutput, "no_image")),
        ({"name": "output_empty"}, (BadOutput, "no_image")),
        ({"name": "output_text"}, (BadOutput, "no_image")),
    ],
)
async def test_each_bad_end_of_a_prediction_has_its_class(
    replicate_control: Control,
    replicate: Replicate,
    fault: dict[str, Any],
    expected: tuple[object, ...],
) -> None:
    replicate_control.fault(**fault)
    error = await failed(replicate, await started(replicate))
    assert (type(error), error.code) == expected
    assert PROMPT not in str(error)


@pytest.mark.parametrize(
    "shape", ["output_list", "output_nested", "output_object", "output_many", "output_data_uri"]
)
@pytest.mark.parametrize("model", [WORDS, "black-forest-labs/flux-1.1-pro"])
async def test_an_image_is_found_in_every_shape_of_output(
    replicate_control: Control, replicate: Replicate, shape: str, model: str
) -> None:
    replicate_control.fault(shape)
    report = await outcome(replicate, await started(replicate, model))
    assert isinstance(report, Finished)
    output = report.output
    assert (output.data is None) == (output.url is not None) == (shape != "output_data_uri")
    if output.data is not None:
        assert output.data.startswith(b"RIFF")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"name": "rate_limited", "retry_after": 3}, (ProviderRateLimited, 3.0)),
        ({"name": "server_error"}, (ProviderUnavailable, None)),
        ({"name": "unavailable"}, (ProviderUnavailable, None)),
        ({"name": "unauthenticated"}, (ProviderAuthFailed, None)),
        ({"name": "disconnect"}, (ProviderUnavailable, None)),
        ({"name": "not_json"}, (ProviderUnavailable, None)),
    ],
)
async def test_a_provider_that_cannot_be_asked_is_not_a_failed_prediction(
    replicate_control: Control,
    replicate: Replicate,
    fault: dict[str, Any],
    expected: tuple[object, ...],
) -> None:
    attempt = await started(replicate)
    replicate_control.fault(**fault, on="get")
    with pytest.raises(ProviderError) as raised:
        await replicate.poll(attempt)
    assert (type(raised.value), raised.value.retry_after) == expected
    assert replicate_control.calls()["by_action"]["get"] == 1, "asked once: nothing repeats it"
    assert isinstance(await outcome(replicate, attempt), Finished)


async def test_a_poll_without_an_answer_is_given_up_in_time(
    replicate_control: Control, replicate_url: str
) -> None:
    provider = connect(REPLICATE_TOKEN, replicate_url, answer_within=timedelta(seconds=0.3))
    attempt = await started(provider)
    replicate_control.fault("hang", on="get", seconds=30)
    with pytest.raises(ProviderUnavailable):
        await provider.poll(attempt)
    await provider.close()


async def test_a_status_nobody_has_heard_of_is_waited_for(
    replicate_control: Control, replicate: Replicate
) -> None:
    replicate_control.fault("unknown_status")
    attempt = await started(replicate)
    await asyncio.sleep(0.2)
    assert await replicate.poll(attempt) == Pending(prediction_id=attempt.prediction_id or "")


async def test_a_prediction_the_provider_forgot_has_failed(replicate: Replicate) -> None:
    known = await started(replicate)
    for prediction_id in ("forgotten", f"{known.prediction_id}?", f"x/../{known.prediction_id}"):
        error = await failed(replicate, an_attempt(REPLICATE, WORDS, prediction_id))
        assert (type(error), error.code) == (BadOutput, "prediction_gone"), prediction_id


async def test_an_image_that_was_deleted_meanwhile_is_no_image(box: Inbox) -> None:
    settings = SimulatorSettings(
        latency=0.02, replicate_api_tokens=frozenset({REPLICATE_TOKEN}), output_lifetime=0.01
    )
    with in_background(replicate_app(settings)) as url:
        provider = connect(REPLICATE_TOKEN, url)
        attempt = await started(provider, callback_url=box.url)
        await asyncio.to_thread(box.wait_for, 1)
        await asyncio.sleep(0.2)
        error = await failed(provider, attempt)
        await provider.close()
    assert (type(error), error.code) == (BadOutput, "output_expired")


async def test_a_cancelled_prediction_stops_and_may_be_cancelled_again(
    replicate_control: Control, replicate: Replicate
) -> None:
    replicate_control.fault("stuck")
    attempt = await started(replicate)
    assert isinstance(await replicate.poll(attempt), Pending)
    for _ in range(2):
        await replicate.cancel(attempt.prediction_id or "")
    assert type(await failed(replicate, attempt)) is ProviderTimedOut
    await replicate.cancel("unknown")


async def test_a_cancellation_that_fails_says_so(
    replicate_control: Control, replicate: Replicate
) -> None:
    attempt = await started(replicate)
    replicate_control.fault("unavailable", on="cancel")
    with pytest.raises(ProviderUnavailable):
        await replicate.cancel(attempt.prediction_id or "")
    assert replicate_control.calls()["by_action"]["cancel"] == 1


async def test_a_prediction_past_its_time_is_stopped_by_the_service(
    replicate_control: Control, replicate: Replicate
) -> None:
    replicate_control.fault("stuck")
    attempt = await started(replicate, give_up_after=timedelta(seconds=5))
    assert isinstance(await replicate.poll(attempt), Pending)
    assert type(await failed(replicate, attempt)) is ProviderTimedOut


def test_the_cost_follows_what_the_prediction_was_given_and_made() -> None:
    provider = connect(REPLICATE_TOKEN, "http://127.0.0.1:1")
    attempt = an_attempt(REPLICATE, PERSON, "abc")
    body: dict[str, object] = {"status": "succeeded", "output": "https://replicate.delivery/a.webp"}

    def cost(**more: object) -> int:
        report = provider.report(body | more, attempt)
        assert isinstance(report, Finished)
        return report.cost_micro_usd

    assert cost() == 30_000
    assert cost(input={"input_images": ["a", "b"], "resolution": "4 MP"}) == 105_000
    assert cost(metrics={"image_count": 2}) == 60_000
    assert cost(metrics={"image_count": 10**9}, input="gone") == 30_000
    assert cost(input={"aspect_ratio": ["?"], "resolution": {}, "input_images": None}) == 30_000


def test_of_a_callback_nothing_is_taken_on_trust() -> None:
    provider = connect(REPLICATE_TOKEN, "http://127.0.0.1:1")
    attempt = an_attempt(REPLICATE, WORDS, "abc")
    deep: object = "https://replicate.delivery/a.webp"
    for _ in range(100):
        deep = [deep]
    for output in (deep, 7, True, {"a": None}, "ftp://host/a", "data:text/html,hello", "data:;"):
        report = provider.report({"status": "succeeded", "output": output}, attempt)
        assert isinstance(report, Failed), output
    for payload in ({}, {"status": None}, {"status": ["succeeded"]}, {"status": "starting"}):
        assert isinstance(provider.report(payload, attempt), Pending)
    unsaid = provider.report({"status": "failed", "error": {"prompt": PROMPT}}, attempt)
    assert isinstance(unsaid, Failed)
    assert PROMPT not in str(unsaid.error)
