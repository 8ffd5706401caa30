"""Tell the workflow of a reference kit that items have ended: before their generation closes.

Three ways, for three kinds of callers: those that may answer it do; those that may not have the
worker do it; who has stopped the workflow notes that nobody asks any more.
"""

import contextlib
from dataclasses import dataclass

from shared.domain.errors import Unavailable
from shared.domain.events import Answered
from shared.domain.generation import Item, Snapshot, Status
from shared.domain.ports import Clock, Counter, Generations, WorkflowTasks
from shared.domain.transitions import Move
from shared.services.dispatching import Dispatcher
from shared.services.moving import advance


@dataclass(frozen=True, slots=True)
class AnswerWorkflow:
    """Told first, noted second: a crash in between tells it again, and that is harmless."""

    generations: Generations
    tasks: WorkflowTasks
    clock: Clock
    count: Counter

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        """The generation with what it has been told of. Whatever it cannot be told now is due
        at once, and the sweeper tells it."""
        for item in _to_be_told(snapshot):
            try:
                snapshot = snapshot.with_item(self.tell(item, self.generations.token(item.ref)))
            except Unavailable:
                self.count("workflow_unanswered")
                self.generations.mark_due(snapshot.generation.id, self.clock())
        return snapshot

    def tell(self, item: Item, token: str | None) -> Item:
        """The item as it is then. Raises Unavailable."""
        if token is not None:
            self.tasks.answer(token, item.status)
        return _noted(self.generations, item, self.clock)

    def let_down(self, token: str) -> None:
        """What it waits for was deleted, and nobody else would ever say so. Raises Unavailable."""
        self.tasks.answer(token, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class HaveWorkflowAnswered:
    """The worker finds these items ended, and does what it does at the end of its work."""

    dispatcher: Dispatcher

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        if ended := [item.index for item in _to_be_told(snapshot)]:
            with contextlib.suppress(Unavailable):  # It is due one day, and swept.
                self.dispatcher.send(snapshot.generation, ended)
        return snapshot


@dataclass(frozen=True, slots=True)
class NobodyAsks:
    """For who has stopped the workflow."""

    generations: Generations
    clock: Clock

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        for item in _to_be_told(snapshot):
            snapshot = snapshot.with_item(_noted(self.generations, item, self.clock))
        return snapshot


def _to_be_told(snapshot: Snapshot) -> list[Item]:
    return [item for item in snapshot.items if item.ended and item.awaited]


def _noted(generations: Generations, item: Item, clock: Clock) -> Item:
    decision = advance(generations, item, Answered(), clock)
    return decision.after if isinstance(decision, Move) else decision.item
