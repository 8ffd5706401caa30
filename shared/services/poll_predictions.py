"""Ask the provider about items it works on, in case its callback was lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import events as e
from shared.domain.backoff import poll_delay
from shared.domain.errors import NotFound, ProviderError, Unavailable
from shared.domain.generation import Generation, Item, Status
from shared.domain.limits import TIMEOUT_GRACE
from shared.domain.ports import Clock, Counter, Generations, ImageProvider, WorkQueue
from shared.domain.provider import Pending
from shared.domain.request import ProviderName
from shared.domain.work import PollPredictions
from shared.services.finish_work import FinishWork
from shared.services.settle_report import SettleReport


@dataclass(frozen=True, slots=True)
class Poll:
    """Items that are still open afterwards are polled again, after twice as long."""

    generations: Generations
    providers: Callable[[ProviderName], ImageProvider]
    queue: WorkQueue
    settle_report: SettleReport
    finish_work: FinishWork
    clock: Clock
    count: Counter

    async def __call__(self, *, work: PollPredictions) -> None:
        try:
            snapshot = await asyncio.to_thread(self.generations.get, work.generation_id)
        except NotFound:
            self.count("work_ignored", "generation_deleted")
            return
        watched = [item for item in snapshot.items if item.index in work.indexes]
        asked = [item for item in watched if _worth_asking(item, self.clock())]
        results = await asyncio.gather(
            *(self._ask(snapshot.generation, item) for item in asked), return_exceptions=True
        )
        errors = [result for result in results if isinstance(result, Exception)]
        if asked:
            await self.finish_work(generation_id=work.generation_id)
        if asked and not errors:
            # With errors this very message comes back: a second chain would double each time.
            await self._again(work)
        if errors:
            raise ExceptionGroup("items that could not be polled", errors)

    async def _ask(self, generation: Generation, item: Item) -> None:
        attempt = await asyncio.to_thread(
            self.generations.attempt, item.generation_id, item.index, item.attempt_to_ask
        )
        assert attempt is not None, "a bound item has an attempt"
        provider = self.providers(attempt.provider)
        waited = TIMEOUT_GRACE
        try:
            report = await provider.poll(attempt)
            if not isinstance(report, Pending):
                await self.settle_report(
                    generation=generation, item=item, attempt=attempt, report=report
                )
                return
            waited = timedelta(0)
        except (ProviderError, Unavailable) as exc:
            self.count("poll_failed", exc.code)
        if item.deadline is not None and self.clock() >= item.deadline + waited:
            # The provider said that it is not done, or could not be asked for the grace.
            await self.settle_report.settle.move(generation, item, e.DeadlinePassed())

    async def _again(self, work: PollPredictions) -> None:
        snapshot = await asyncio.to_thread(self.generations.get, work.generation_id)
        now = self.clock()
        left = tuple(
            item.index
            for item in snapshot.items
            if item.index in work.indexes and _worth_asking(item, now)
        )
        if left:
            again = PollPredictions(
                generation_id=work.generation_id, indexes=left, round=work.round + 1
            )
            await asyncio.to_thread(self.queue.ingest, [again], poll_delay(again.round))


def _worth_asking(item: Item, now: datetime) -> bool:
    """A prediction that may still bring an image, late ones included."""
    if item.prediction_id is None:
        return False
    return item.status is Status.GENERATING or (item.ended and not item.is_final(now))
