"""Apply a provider's verified callback to the attempt it speaks of."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.backoff import poll_delay
from shared.domain.errors import NotFound, ProviderError, Unavailable
from shared.domain.events import Bound
from shared.domain.generation import Attempt, Generation, Item
from shared.domain.ports import Counter, Generations, ImageProvider, WorkQueue
from shared.domain.provider import PredictionReport
from shared.domain.request import ProviderName
from shared.domain.work import AttemptReference, PollPredictions, TakeCallback
from shared.services.finish_work import FinishWork
from shared.services.settle_report import SettleReport


@dataclass(frozen=True, slots=True)
class ApplyCallback:
    """The signature proves the sender, not the attempt: the URL is not signed. The prediction
    must be the one the attempt is bound to, or the attempt unbound and its token right."""

    generations: Generations
    providers: Callable[[ProviderName], ImageProvider]
    queue: WorkQueue
    settle_report: SettleReport
    finish_work: FinishWork
    count: Counter

    async def __call__(self, *, work: TakeCallback) -> None:
        """An output that cannot be had now is asked for again by a poll."""
        reference = AttemptReference.parse(work.reference)
        attempt = None if reference is None else await self._attempt(reference)
        if reference is None or attempt is None:
            self.count("callback_ignored", "unknown_attempt")
        elif not _speaks_of(attempt, reference, work):
            self.count("callback_ignored", "not_of_this_attempt")
        else:
            await self._apply(work, attempt)

    async def _attempt(self, reference: AttemptReference) -> Attempt | None:
        return await asyncio.to_thread(
            self.generations.attempt,
            reference.generation_id,
            reference.index,
            reference.number,
        )

    async def _apply(self, work: TakeCallback, attempt: Attempt) -> None:
        try:
            snapshot = await asyncio.to_thread(self.generations.get, attempt.generation_id)
        except NotFound:
            self.count("callback_ignored", "generation_deleted")
            return
        bound = attempt.model_copy(update={"prediction_id": work.prediction_id})
        item = snapshot.items[attempt.index]
        try:
            report = await self._report(work, bound)
            await self.settle_report(
                generation=snapshot.generation, item=item, attempt=bound, report=report
            )
        except (ProviderError, Unavailable) as not_now:
            self.count("callback_postponed", not_now.code)
            await self._poll_later(snapshot.generation, item, bound)
        await self.finish_work(generation_id=attempt.generation_id)

    async def _report(self, work: TakeCallback, bound: Attempt) -> PredictionReport:
        provider = self.providers(work.provider)
        if work.payload is None:
            return await provider.poll(bound)
        return provider.report(work.payload, bound)

    async def _poll_later(self, generation: Generation, item: Item, bound: Attempt) -> None:
        """Only a bound item is polled, and this callback may have been first to know the id."""
        await self.settle_report.settle.move(generation, item, Bound(bound))
        poll = PollPredictions(generation_id=generation.id, indexes=(item.index,))
        await asyncio.to_thread(self.queue.ingest, [poll], poll_delay(0))


def _speaks_of(attempt: Attempt, reference: AttemptReference, work: TakeCallback) -> bool:
    if attempt.provider is not work.provider:
        return False
    if attempt.prediction_id is not None:
        return attempt.prediction_id == work.prediction_id
    return hmac.compare_digest(attempt.token, reference.token)
