"""All adapters as production connects them, each to a simulator that starts a test afresh."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from infra.local.simulators import (
    SimulatorSettings,
    comfyui_app,
    gemini_app,
    in_background,
    replicate_app,
)
from shared.adapters import comfyui as comfyui_adapter
from shared.adapters import gemini as gemini_adapter
from shared.adapters import replicate as replicate_adapter
from shared.adapters.comfyui import ComfyUi, Patience
from shared.adapters.gemini import Gemini
from shared.adapters.replicate import Replicate
from tests.contract.simulator_clients import (
    GEMINI_KEY,
    REPLICATE_TOKEN,
    WEBHOOK_SECRET,
    Control,
    Inbox,
    inbox,
)

SETTINGS = SimulatorSettings(
    latency=0.02,
    gemini_api_keys=frozenset({GEMINI_KEY}),
    replicate_api_tokens=frozenset({REPLICATE_TOKEN}),
    webhook_secret=WEBHOOK_SECRET,
)


@pytest.fixture(scope="module")
def gemini_url() -> Iterator[str]:
    with in_background(gemini_app(SETTINGS)) as url:
        yield url


@pytest.fixture(scope="module")
def replicate_url() -> Iterator[str]:
    with in_background(replicate_app(SETTINGS)) as url:
        yield url


@pytest.fixture(scope="module")
def comfyui_url() -> Iterator[str]:
    with in_background(comfyui_app(SETTINGS)) as url:
        yield url


@pytest.fixture
def gemini_control(gemini_url: str) -> Control:
    control = Control(gemini_url)
    control.reset()
    return control


@pytest.fixture
def replicate_control(replicate_url: str) -> Control:
    control = Control(replicate_url)
    control.reset()
    return control


@pytest.fixture
async def gemini(gemini_url: str) -> AsyncIterator[Gemini]:
    provider = gemini_adapter.connect(GEMINI_KEY, gemini_url)
    yield provider
    await provider.close()


@pytest.fixture
async def replicate(replicate_url: str) -> AsyncIterator[Replicate]:
    provider = replicate_adapter.connect(REPLICATE_TOKEN, replicate_url)
    yield provider
    await provider.close()


@pytest.fixture
def comfyui_control(comfyui_url: str) -> Control:
    control = Control(comfyui_url)
    control.reset()
    return control


IMPATIENT = Patience(
    every=timedelta(milliseconds=10),
    watch=timedelta(seconds=5),
    away=timedelta(milliseconds=300),
)


@pytest.fixture
async def comfyui(comfyui_url: str) -> AsyncIterator[ComfyUi]:
    provider = comfyui_adapter.connect(comfyui_url, patience=IMPATIENT)
    yield provider
    await provider.close()


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as box:
        yield box
