"""Draw the items of one message side by side, each on its own feet."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.backoff import poll_delay
from shared.domain.errors import NotFound
from shared.domain.gate import Reason
from shared.domain.generation import Brief, Failure, Generation, Item, Snapshot
from shared.domain.holding import workflow_waits
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
class Turn:
    """Items that may be drawn now, all by the provider of this brief. `watched`: it has given
    trouble, so that good news of it is news."""

    brief: Brief
    items: Sequence[Item]
    watched: bool = False
    ears: Ears = field(default_factory=Ears)

    @property
    def provider(self) -> ProviderName:
        return self.brief.request.provider


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
        turns, wait = await asyncio.to_thread(self._turns, snapshot, brief, items)
        if turns:
            # Later than any copy that waits: the sweeper is not to send a third.
            looks_again = max(LEASE, wait + FIRST_RESEND)
            await asyncio.to_thread(
                self.generations.mark_due, snapshot.generation.id, self.clock() + looks_again
            )
            try:
                await self._draw(snapshot, brief, turns, ends_at)
            finally:
                await asyncio.gather(*(self._report(turn, watched=turn.watched) for turn in turns))
        await self.finish_work(generation_id=work.generation_id)

    def _turns(
        self, snapshot: Snapshot, brief: Brief, items: Sequence[Item]
    ) -> tuple[list[Turn], timedelta]:
        """Asked before the claim, so that who waits spends no attempt; and how long the others
        wait. Their copy is sent before this message is done: a crash in between sends both, and
        a claim is conditional. The sweeper is told not to send a third."""
        calling = [item for item in items if item.needs_call]
        others = [item for item in items if not item.needs_call]
        turns = [Turn(brief, others)] if others else []
        called, wait = self._asked(snapshot.generation, brief, calling)
        later = calling[sum(len(turn.items) for turn in called) :]
        if later:
            generation = snapshot.generation
            self.generations.mark_due(generation.id, self.clock() + wait + FIRST_RESEND)
            self.dispatcher.send(generation, [item.index for item in later], wait)
        return turns + called, wait if later else timedelta(0)

    def _asked(
        self, generation: Generation, brief: Brief, calling: Sequence[Item]
    ) -> tuple[list[Turn], timedelta]:
        """From the front of `calling`, what may be called now; the rest are to ask again after
        this time. Only an open breaker sends them to a substitute: a provider that is merely
        busy is waited for, since a pack drawn by one model is more alike."""
        turns: list[Turn] = []
        waits: list[timedelta] = []
        for asked in (brief, *map(brief.drawn_by, brief.substitutes)):
            if not calling:
                break
            provider = asked.request.provider
            admission = self.admit_calls(
                provider=provider, lane=generation.lane, wanted=len(calling)
            )
            if admission.granted:
                now, calling = calling[: admission.granted], calling[admission.granted :]
                turns.append(Turn(asked, now, admission.watched))
                if asked.instead_of is not None:
                    self.count("provider_substituted", provider)
            waits.append(admission.wait)
            if admission.reason is not Reason.BREAKER:
                break
        return turns, min(waits, default=timedelta(0))

    async def _draw(
        self, snapshot: Snapshot, brief: Brief, turns: Sequence[Turn], ends_at: datetime
    ) -> None:
        generation = snapshot.generation
        shown = await self.show_pictures(snapshot, brief)
        items = [(turn, item) for turn in turns for item in turn.items]
        tell = asyncio.Lock() if len(items) > 1 and workflow_waits(snapshot) else None
        tasks = {
            asyncio.create_task(self._one(generation, turn, item, shown, tell)): item
            for turn, item in items
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
        turn: Turn,
        item: Item,
        shown: Shown | Failure,
        tell: asyncio.Lock | None,
    ) -> bool:
        """Trouble is told at once: other workers are about to meet it. So is an end, with `tell`,
        that a workflow waits for in order to let go the next item."""
        try:
            goes_on = await self.run_item(
                generation=generation, brief=turn.brief, item=item, shown=shown, ears=turn.ears
            )
        finally:
            if turn.ears.trouble:
                await self._report(turn)
        if tell is not None:
            async with tell:
                await self.finish_work(generation_id=generation.id)
        return goes_on

    async def _report(self, turn: Turn, *, watched: bool = False) -> None:
        calls = turn.ears.take()
        await asyncio.to_thread(
            self.admit_calls.report, provider=turn.provider, calls=calls, watched=watched
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
