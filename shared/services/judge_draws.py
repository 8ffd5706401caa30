"""Decide on stored images that have been scored: delivered, or drawn again."""

import asyncio
from dataclasses import dataclass

from shared.domain.draw_budget import judged
from shared.domain.errors import NotFound
from shared.domain.generation import Brief, Generation, Item
from shared.domain.ports import Counter, Generations
from shared.domain.transitions import Move
from shared.domain.work import JudgeDraws
from shared.services.finish_work import FinishWork
from shared.services.settle_attempt import SettleAttempt


@dataclass(frozen=True, slots=True)
class Judge:
    """Told twice, or too late, it decides nothing: the table looks at what the item is by then.
    Not told at all, a worker is sent for the item once its lease has run out."""

    generations: Generations
    settle: SettleAttempt
    finish_work: FinishWork
    count: Counter

    async def __call__(self, *, work: JudgeDraws) -> None:
        try:
            snapshot, brief = await asyncio.to_thread(self.generations.load, work.generation_id)
        except NotFound:
            self.count("work_ignored", "generation_deleted")
            return
        for item in snapshot.items:
            if item.index in work.indexes:
                await self.item(snapshot.generation, brief, item)
        await self.finish_work(generation_id=work.generation_id)

    async def item(self, generation: Generation, brief: Brief, item: Item) -> None:
        """What a redraw needs is sent; closing is left to the caller."""
        event = judged(generation, brief, item.index)
        decision = await self.settle.move(generation, item, event)
        if isinstance(decision, Move):
            after = decision.after
            self.count("judged", after.judgement or after.status)
