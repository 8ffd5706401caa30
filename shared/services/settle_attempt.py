"""What follows from a provider's word on an attempt: an image, more waiting, or a failure."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.domain import events as e
from shared.domain.backoff import retry_delay
from shared.domain.errors import (
    BadOutput,
    InvalidImage,
    NotFound,
    ProviderError,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
    TooLarge,
    UnsafeUrl,
)
from shared.domain.generation import Attempt, Failure, FailureStage, Generation, Item
from shared.domain.images import MAX_OUTPUT_BYTES
from shared.domain.ports import Clock, Counter, Downloads, Generations
from shared.domain.provider import Finished, Output
from shared.domain.transitions import Decision, Ignored, Move
from shared.services.dispatching import Dispatcher
from shared.services.moving import advance
from shared.services.store_result import StoreResult

_TRANSIENT = (ProviderUnavailable, ProviderRateLimited, ProviderTimedOut)
_DOWNLOAD_SECONDS = 30.0
_OUTPUT_TRIES = 2
"""An answer that is no image is asked for once more: it may have been cut on its way."""


@dataclass(frozen=True, slots=True)
class SettleAttempt:
    """Shared by the call itself, polls and callbacks, so that all three end alike."""

    generations: Generations
    downloads: Downloads
    store_result: StoreResult
    dispatcher: Dispatcher
    clock: Clock
    uniform: Callable[[float, float], float]
    count: Counter

    async def take(
        self, *, generation: Generation, item: Item, attempt: Attempt, finished: Finished
    ) -> None:
        """Fetches the output and stores it; an unusable one fails the attempt. Raises
        Unavailable when the output cannot be fetched now: it is paid for, so it is not drawn
        again but asked for later."""
        paid = attempt.model_copy(update={"cost_micro_usd": finished.cost_micro_usd})
        try:
            data = await self.fetch(finished.output)
            await self.store_result(generation=generation, item=item, attempt=paid, data=data)
        except BadOutput as unusable:
            await self.fail(generation=generation, item=item, attempt=paid, error=unusable)

    async def fail(
        self, *, generation: Generation, item: Item, attempt: Attempt, error: ProviderError
    ) -> None:
        """Ends the attempt; a retry is sent as a delayed message of its own."""
        self.count("attempt_failed", error.code)
        retry = isinstance(error, _TRANSIENT) or (
            isinstance(error, BadOutput) and item.attempts < _OUTPUT_TRIES
        )
        event = e.AttemptFailed(
            attempt_number=attempt.number,
            failure=Failure(
                code=error.code,
                failure_class=error.failure_class,
                stage=FailureStage.GENERATING,
                message=error.message,
            ),
            transient=retry,
            retry_after=retry_delay(item.attempts, error.retry_after, self.uniform),
            attempt=attempt,
        )
        await self.move(generation, item, event)

    async def move(self, generation: Generation, item: Item, event: e.Event) -> Decision:
        """Raises the event and does what is to be done after its commit."""
        decision = await asyncio.to_thread(advance, self.generations, item, event, self.clock)
        if isinstance(decision, Ignored):
            self.count("event_ignored", decision.reason)
        else:
            await self._after(generation, decision)
        return decision

    async def _after(self, generation: Generation, move: Move) -> None:
        if move.redispatch_after is not None:
            delay = max(move.redispatch_after, timedelta(0))
            await asyncio.to_thread(self.dispatcher.send, generation, [move.after.index], delay)

    async def fetch(self, output: Output) -> bytes:
        """Raises BadOutput when it is not to be had, Unavailable when not now."""
        if output.data is not None:
            return output.data
        assert output.url is not None, "an output is bytes or an address"
        try:
            return await self.downloads.fetch_output(
                output.url, max_bytes=MAX_OUTPUT_BYTES, seconds=_DOWNLOAD_SECONDS
            )
        except (UnsafeUrl, NotFound, TooLarge, InvalidImage) as exc:
            raise BadOutput("The provider's image could not be fetched.") from exc
