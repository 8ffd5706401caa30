"""The line to a provider waits as long as it was told to, and no longer."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from infra.local.simulators.serving import base_url, listen
from shared.adapters.provider_http import BoundedTransport, no_answer
from shared.domain.errors import ProviderTimedOut


async def test_a_caller_who_would_wait_for_ever_does_not() -> None:
    transport = BoundedTransport(answer_within=timedelta(seconds=0.2))
    silent = listen(0)
    async with httpx.AsyncClient(transport=transport, timeout=None) as client:
        async with asyncio.timeout(3):
            with pytest.raises(httpx.ReadTimeout) as raised:
                await client.get(base_url(silent))
    silent.close()
    assert type(no_answer(raised.value)) is ProviderTimedOut
