"""The adapter as production connects it, to the ComfyUI server that the environment names."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.adapters import comfyui as comfyui_adapter
from shared.adapters.comfyui import ComfyUi, Patience
from tests.live.servers import OWN_COMFYUI


@pytest.fixture
async def comfyui() -> AsyncIterator[ComfyUi]:
    patience = Patience(every=timedelta(milliseconds=100))
    provider = comfyui_adapter.connect(OWN_COMFYUI, patience=patience)
    yield provider
    await provider.close()
