"""What the provider tests ask for: one portrait of the astronaut."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.replicate import Replicate
from shared.domain.errors import ProviderError
from shared.domain.generation import Attempt
from shared.domain.images import ImageFormat
from shared.domain.provider import Failed, Pending, PredictionReport, ProviderCall, ReferencePicture
from shared.domain.request import ProviderName, Quality
from tests.builders import NOW
from tests.contract.simulator_clients import REPLICATE_TOKEN, astronaut

REPLICATE = ProviderName.REPLICATE
WORDS = "black-forest-labs/flux-schnell"
PERSON = "black-forest-labs/flux-2-pro"
NOWHERE = "http://127.0.0.1:9/hook"
"""Nobody listens here: webhooks sent to it are lost."""
PROMPT = "the same person on a windy beach, secretly"


def a_reference(url: str = "https://images.likeness.test/a.png?sig=1") -> ReferencePicture:
    return ReferencePicture(data=astronaut(), format=ImageFormat.PNG, url=url)


def a_call(model: str, **changes: Any) -> ProviderCall:
    fields: dict[str, Any] = {
        "attempt_id": "att_01JD8Z7A5C2RG6V9Y4Z7A2M3PT",
        "model": model,
        "prompt": PROMPT,
        "negative_prompt": None,
        "references": (),
        "aspect_ratio": "3:4",
        "quality": Quality.STANDARD,
        "seed": 42,
        "output_format": None,
        "callback_url": "https://likeness.test/v1/webhooks/replicate?a=gen_1.0.1.secret-token",
        "give_up_after": timedelta(minutes=9),
    }
    return ProviderCall(**fields | changes)


def an_attempt(provider: ProviderName, model: str, prediction_id: str | None) -> Attempt:
    return Attempt(
        id="att_1",
        generation_id="gen_1",
        index=0,
        number=1,
        token="secret-token",
        provider=provider,
        model=model,
        called_at=NOW,
        prediction_id=prediction_id,
    )


def imports_of(module: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after importing this one."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


async def started(provider: Replicate, model: str = WORDS, **changes: Any) -> Attempt:
    pending = await provider.start(a_call(model, **{"callback_url": NOWHERE} | changes))
    assert isinstance(pending, Pending)
    return an_attempt(REPLICATE, model, pending.prediction_id)


async def outcome(provider: Replicate, attempt: Attempt) -> PredictionReport:
    """What polling finds once the prediction is no longer pending."""
    async with asyncio.timeout(10):
        while isinstance(report := await provider.poll(attempt), Pending):
            assert report.prediction_id == attempt.prediction_id
            await asyncio.sleep(0.02)
    return report


async def failed(provider: Replicate, attempt: Attempt) -> ProviderError:
    report = await outcome(provider, attempt)
    assert isinstance(report, Failed)
    return report.error


async def refused(provider: Replicate, model: str = WORDS, **changes: Any) -> ProviderError:
    """How the start fails, once it is sure that no word of the caller's is in the error."""
    with pytest.raises(ProviderError) as raised:
        await provider.start(a_call(model, **{"callback_url": NOWHERE} | changes))
    assert PROMPT not in str(raised.value)
    assert REPLICATE_TOKEN not in str(raised.value)
    return raised.value
