"""The Replicate adapter on the real SDK, against a server that speaks Replicate's wire contract."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators import in_background
from shared.adapters.replicate import Replicate, connect
from shared.domain.errors import (
    ModelRetired,
    ProviderAuthFailed,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.pricing.catalogue import find_model, models
from shared.domain.pricing.model import Model
from shared.domain.provider import Finished
from shared.domain.request import Quality
from tests.contract.providers.calls import (
    PERSON,
    PROMPT,
    REPLICATE,
    WORDS,
    a_reference,
    an_attempt,
    imports_of,
    refused,
    started,
)
from tests.contract.simulator_clients import (
    REPLICATE_TOKEN,
    Control,
    Inbox,
)


async def test_the_callback_and_a_poll_tell_the_same_image(
    replicate_control: Control, replicate: Replicate, box: Inbox
) -> None:
    attempt = await started(replicate, callback_url=f"{box.url}?a=gen_1.0.1.secret-token")
    [body] = await asyncio.to_thread(box.wait_for, 1)
    told = replicate.report(body, attempt)
    assert isinstance(told, Finished)
    assert told == await replicate.poll(attempt)
    assert told.cost_micro_usd == 3_000
    assert told.output.url is not None
    assert told.output.url.startswith(replicate_control.base_url)
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(told.output.url)).content[:4] == b"RIFF"
    assert body["webhook"].endswith("?a=gen_1.0.1.secret-token")
    assert body["webhook_events_filter"] == ["completed"]
    assert len(box.received) == 1


@pytest.mark.parametrize(
    "model", [m for m in models() if m.provider is REPLICATE], ids=lambda m: m.id
)
async def test_every_model_knows_each_input_it_is_sent(
    replicate_control: Control, replicate: Replicate, replicate_url: str, model: Model
) -> None:
    """A misspelt input is dropped without a word by the real service."""
    references = (a_reference(f"{replicate_url}/none.png"),) * min(model.max_references, 2)
    formats = (*model.output_formats, None, None, None)
    for quality, format_ in zip(Quality, formats, strict=False):
        await started(
            replicate,
            model.id,
            quality=quality,
            output_format=format_,
            references=references,
            aspect_ratio=model.aspect_ratios[-1],
            negative_prompt="hats",
        )
    for call in replicate_control.calls()["calls"]:
        assert (call["status"], call["ignored_inputs"]) == (201, [])
        assert call["model"] == model.id
        assert call["references"] == len(references)
        assert call["prompt"] == f"{PROMPT}\nAvoid: hats"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            {"name": "rate_limited", "retry_after": 5},
            (ProviderRateLimited, "provider_rate_limited", 5.0),
        ),
        (
            {"name": "rate_limited", "retry_after": None},
            (ProviderRateLimited, "provider_rate_limited", None),
        ),
        ({"name": "server_error"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "unavailable"}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "not_json", "status": 502}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "not_json", "status": 504}, (ProviderUnavailable, "provider_unavailable", None)),
        ({"name": "unauthenticated"}, (ProviderAuthFailed, "provider_auth", None)),
        ({"name": "insufficient_credit"}, (ProviderAuthFailed, "provider_auth", None)),
        ({"name": "invalid_input"}, (ProviderRefused, "provider_refused", None)),
        ({"name": "disconnect"}, (ProviderTimedOut, "provider_timeout", None)),
        ({"name": "lost_reply"}, (ProviderTimedOut, "provider_timeout", None)),
        ({"name": "not_json", "status": 201}, (ProviderTimedOut, "provider_timeout", None)),
    ],
)
async def test_each_refused_start_has_its_class_and_is_never_sent_twice(
    replicate_control: Control,
    replicate: Replicate,
    fault: dict[str, Any],
    expected: tuple[object, ...],
) -> None:
    replicate_control.fault(**fault)
    error = await refused(replicate)
    assert (type(error), error.code, error.retry_after) == expected
    assert replicate_control.calls()["requests"] == 1


@pytest.mark.parametrize("fault", ["hang", "hang_after_create"])
async def test_a_start_without_an_answer_is_given_up_in_time(
    replicate_control: Control, replicate_url: str, fault: str
) -> None:
    provider = connect(REPLICATE_TOKEN, replicate_url, answer_within=timedelta(seconds=0.3))
    replicate_control.fault(fault, seconds=30)
    async with asyncio.timeout(3):
        assert type(await refused(provider)) is ProviderTimedOut
    await provider.close()
    assert replicate_control.calls()["requests"] == 1


async def test_a_wrong_token_is_for_the_operator(replicate_url: str) -> None:
    provider = connect("r8_other", replicate_url)
    assert type(await refused(provider)) is ProviderAuthFailed
    await provider.close()


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    provider = connect(REPLICATE_TOKEN, "http://127.0.0.1:1")
    assert type(await refused(provider)) is ProviderUnavailable
    with pytest.raises(ProviderUnavailable):
        await provider.poll(an_attempt(REPLICATE, WORDS, "abc"))
    await provider.close()


async def test_a_model_that_is_gone_is_told_from_a_passing_trouble(
    replicate_control: Control, replicate_url: str, replicate: Replicate
) -> None:
    assert type(await refused(replicate, "black-forest-labs/flux-0.1")) is ModelRetired
    assert replicate_control.calls()["requests"] == 0, "not in the table"
    known = find_model(REPLICATE, WORDS)
    for change in ({"id": "black-forest-labs/flux-0.1"}, {"version": "0" * 64}):
        gone = known.model_copy(update=change)
        provider = connect(REPLICATE_TOKEN, replicate_url, find=lambda *_, gone=gone: gone)
        assert type(await refused(provider)) is ModelRetired
        await provider.close()


async def test_a_community_model_runs_by_version_with_its_own_negative_prompt(
    replicate_control: Control, replicate_url: str
) -> None:
    flux = find_model(REPLICATE, PERSON)
    names = {"references": "image", "negative_prompt": "negative_prompt"}
    none = {"aspect_ratio": None, "tier": None, "output_format": None}
    community = flux.model_copy(
        update={
            "id": "zsxkib/instant-id",
            "version": "2e4785a4d80dadf580077b2244c8d7c05d8e3faac04a04c02d8e099dd2876789",
            "max_references": 1,
            "inputs": flux.inputs.model_copy(update=names | none),
        }
    )
    provider = connect(REPLICATE_TOKEN, replicate_url, find=lambda *_: community)
    reference = a_reference(f"{replicate_url}/none.png")
    await started(provider, community.id, references=(reference,), negative_prompt="hats")
    await provider.close()
    [call] = replicate_control.calls()["calls"]
    assert (call["path"], call["prompt"]) == ("/v1/predictions", PROMPT)
    assert (call["references"], call["ignored_inputs"]) == (1, [])


async def test_a_model_that_needs_a_picture_is_not_called_without_one(
    replicate_control: Control, replicate: Replicate
) -> None:
    error = await refused(replicate, "ideogram-ai/ideogram-character")
    assert (type(error), error.code) == (ProviderRefused, "reference_required")
    assert replicate_control.calls()["requests"] == 0


async def test_the_service_is_told_when_to_give_up_at_least_five_seconds_from_now() -> None:
    told: list[str] = []

    async def create(request: Request) -> Response:
        told.append(request.headers["cancel-after"])
        return JSONResponse({"id": "abc"}, status_code=201)

    create_route = Route("/v1/models/{owner}/{name}/predictions", create, methods=["POST"])
    with in_background(Starlette(routes=[create_route])) as url:
        provider = connect(REPLICATE_TOKEN, url)
        for left in (timedelta(minutes=9, milliseconds=7), timedelta(seconds=-3)):
            await started(provider, give_up_after=left)
        await provider.close()
    assert told == ["540s", "5s"]


def test_the_sdk_is_loaded_only_when_a_client_is_made() -> None:
    loaded = imports_of("shared.adapters.replicate")
    assert "shared.adapters.replicate" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"replicate", "google"}}
