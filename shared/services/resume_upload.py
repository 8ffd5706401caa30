"""Take over an upload that another worker left unfinished."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain import events as e
from shared.domain.backoff import retry_delay
from shared.domain.errors import (
    BadOutput,
    FailureClass,
    InvalidImage,
    NotFound,
    ProviderError,
    Unavailable,
)
from shared.domain.generation import Failure, FailureStage, Generation, Item
from shared.domain.ports import Clock, Generations, ImageProvider, ImageStore
from shared.domain.provider import Finished
from shared.domain.request import ProviderName
from shared.domain.transitions import Move
from shared.services.moving import advance
from shared.services.settle_attempt import SettleAttempt
from shared.services.store_result import StoreResult

_OUT_OF_REACH = Failure(
    code="image_out_of_reach",
    failure_class=FailureClass.TEMPORARY,
    stage=FailureStage.UPLOADING,
    message="The image is there but could not be fetched yet.",
)


@dataclass(frozen=True, slots=True)
class ResumeUpload:
    """From the stored original, or from the provider that still has it; else it is lost."""

    generations: Generations
    store: ImageStore
    providers: Callable[[ProviderName], ImageProvider]
    settle: SettleAttempt
    store_result: StoreResult
    clock: Clock

    async def __call__(self, *, generation: Generation, item: Item) -> None:
        decision = await asyncio.to_thread(
            advance, self.generations, item, e.UploadResumed(), self.clock
        )
        if not isinstance(decision, Move):
            return
        item = decision.after
        try:
            data = await self._find(generation, item)
        except (BadOutput, InvalidImage):
            data = None
        except (ProviderError, Unavailable) as not_now:
            await self._later(generation, item, not_now.retry_after)
            return
        if data is None:
            await self.settle.move(generation, item, e.ResultLost())
        else:
            await self.store_result.resume(generation=generation, item=item, data=data)

    async def _later(self, generation: Generation, item: Item, asked: float | None) -> None:
        """Whoever has the image cannot be asked now: an expected retry, no crash."""
        delay = retry_delay(item.attempts, asked, self.settle.uniform)
        event = e.StoreFailed(failure=_OUT_OF_REACH, transient=True, retry_after=delay)
        await self.settle.move(generation, item, event)

    async def _find(self, generation: Generation, item: Item) -> bytes | None:
        assert item.image is not None, "an item uploads an image"
        data: bytes | None
        try:
            data = await asyncio.to_thread(self.store.get, item.image.key)
        except NotFound:
            data = await self._ask_provider(generation, item)
        if data is None or hashlib.sha256(data).hexdigest() != item.image.content.sha256:
            return None
        return data

    async def _ask_provider(self, generation: Generation, item: Item) -> bytes | None:
        if item.prediction_id is None:
            return None
        attempt = await asyncio.to_thread(
            self.generations.attempt, item.generation_id, item.index, item.attempt_to_ask
        )
        if attempt is None:
            return None
        report = await self.providers(attempt.provider).poll(attempt)
        if not isinstance(report, Finished):
            return None
        data = await self.settle.fetch(report.output)
        return await self.store_result.delivered(generation, attempt.provider, data)
