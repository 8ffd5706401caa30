"""Draw the items of one message side by side, each on its own feet."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.backoff import poll_delay
from shared.domain.errors import NotFound
from shared.domain.gate import Admission
from shared.domain.generation import Brief, Failure, Generation, Item, Snapshot
from shared.domain.limits import FIRST_RESEND, LEASE, REQUEUE_MARGIN
from shared.domain.ports import Clock, Counter, Generations
from shared.domain.request import ProviderName
from shared.domain.work import PollPredictions, RunItems
from shared.services.admit_calls import AdmitCalls
from shared.services.dispatching import Dispatcher
from shared.services.finish_work import FinishWork
from shared.services.run_item import Ears, RunItem
from shared.services.show_pictures import Shown, ShowPictures


@dataclass(frozen=True, slots=True)
class RunMessage:
    """One message: one read, one marker, its items at once, one look at the end."""

    generations: Generations
    dispatcher: Dispatcher
    admit_calls: AdmitCalls
    show_pictures: ShowPictures
    run_item: RunItem
    finish_work: FinishWork
    clock: Clock
    count: Counter

    async def __call__(self, *, work: RunItems, ends_at: datetime) -> None:
        """`ends_at` is when the function will be stopped. Raises whatever an item met that is
        no provider's error: the message then returns to the queue, and what is done by then
        is skipped."""
        try:
            snapshot, brief = await asyncio.to_thread(self.generations.load, work.generation_id)
        except NotFound:
            self.count("work_ignored", "generation_deleted")
            return
        items = [item for item in snapshot.items if item.index in work.indexes and not item.ended]
        provider = brief.request.provider
        admission, admitted = await asyncio.to_thread(self._admitted, snapshot, provider, items)
        if admitted:
            # Later than any copy that waits: the sweeper is not to send a third.
            looks_again = max(LEASE, admission.wait + FIRST_RESEND)
            await asyncio.to_thread(
                self.generations.mark_due, snapshot.generation.id, self.clock() + looks_again
            )
            ears = Ears()
            try:
                await self._draw(snapshot, brief, admitted, ends_at, ears)
            finally:
                await self._report(provider, ears, watched=admission.watched)
        await self.finish_work(generation_id=work.generation_id)

    def _admitted(
        self, snapshot: Snapshot, provider: ProviderName, items: Sequence[Item]
    ) -> tuple[Admission, list[Item]]:
        """Asked before the claim, so that who waits spends no attempt. The copy that comes back
        later is sent before this message is done: a crash in between sends both, and a claim
        is conditional. The sweeper is told not to send a third."""
        calling = [item for item in items if item.needs_call]
        if not calling:
            return Admission(granted=0), list(items)
        generation = snapshot.generation
        admission = self.admit_calls(provider=provider, lane=generation.lane, wanted=len(calling))
        later = calling[admission.granted :]
        if later:
            back_at = self.clock() + admission.wait
            self.generations.mark_due(generation.id, back_at + FIRST_RESEND)
            self.dispatcher.send(generation, [item.index for item in later], admission.wait)
        return admission, [item for item in items if item not in later]

    async def _draw(
        self,
        snapshot: Snapshot,
        brief: Brief,
        items: Sequence[Item],
        ends_at: datetime,
        ears: Ears,
    ) -> None:
        generation = snapshot.generation
        shown = await self.show_pictures(snapshot, brief)
        tasks = {
            asyncio.create_task(self._one(generation, brief, item, shown, ears)): item
            for item in items
        }
        time_left = (ends_at - self.clock() - REQUEUE_MARGIN).total_seconds()
        done, running = await asyncio.wait(tasks, timeout=max(0.0, time_left))
        errors = [error for task in done if isinstance(error := task.exception(), Exception)]
        errors += await _stop(running)
        await self._poll_later(
            generation,
            [tasks[task].index for task in done if task.exception() is None and task.result()],
        )
        if errors:
            raise ExceptionGroup("items that could not be run", errors)

    async def _one(
        self,
        generation: Generation,
        brief: Brief,
        item: Item,
        shown: Shown | Failure,
        ears: Ears,
    ) -> bool:
        """Trouble is told at once: other workers are about to meet it."""
        try:
            return await self.run_item(
                generation=generation, brief=brief, item=item, shown=shown, ears=ears
            )
        finally:
            if ears.trouble:
                await self._report(brief.request.provider, ears)

    async def _report(self, provider: ProviderName, ears: Ears, *, watched: bool = False) -> None:
        calls = ears.take()
        await asyncio.to_thread(
            self.admit_calls.report, provider=provider, calls=calls, watched=watched
        )

    async def _poll_later(self, generation: Generation, indexes: list[int]) -> None:
        """A lost callback costs a minute, not the deadline."""
        if indexes:
            work = PollPredictions(generation_id=generation.id, indexes=tuple(sorted(indexes)))
            await asyncio.to_thread(self.dispatcher.queue.ingest, [work], poll_delay(0))


async def _stop(running: Iterable[asyncio.Task[bool]]) -> list[Exception]:
    """The function is about to end: what still runs gives its item back, counted as spent."""
    tasks = list(running)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [error for error in ended if isinstance(error, Exception)]
