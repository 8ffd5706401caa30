"""Fail the items of a message that failed too often."""

from dataclasses import dataclass

from shared.domain.errors import AttemptStillLive, NotFound
from shared.domain.events import DeadLettered
from shared.domain.generation import Snapshot
from shared.domain.ports import Clock, Counter, Generations
from shared.domain.transitions import Ignored
from shared.domain.work import RunItems, Work
from shared.services.close_generation import CloseGeneration
from shared.services.moving import advance


@dataclass(frozen=True, slots=True)
class BuryDeadLetter:
    """Releases slot and quota by closing. Only a run message takes its items with it: a poll
    or a callback that cannot be applied leaves them to the deadline."""

    generations: Generations
    close_generation: CloseGeneration
    clock: Clock
    count: Counter

    def __call__(self, *, work: Work) -> None:
        """Raises AttemptStillLive when an item may still be drawn."""
        self.count("dead_letter", work.kind)
        if not isinstance(work, RunItems):
            return
        try:
            snapshot = self.generations.get(work.generation_id)
            live = self._fail(snapshot, work.indexes)
            self.close_generation(generation_id=work.generation_id)
        except NotFound:
            return
        if live:
            raise AttemptStillLive("an attempt is still live")

    def _fail(self, snapshot: Snapshot, indexes: tuple[int, ...]) -> bool:
        decisions = [
            advance(self.generations, item, DeadLettered(), self.clock)
            for item in snapshot.items
            if item.index in indexes and not item.ended
        ]
        return any(
            isinstance(decision, Ignored) and decision.reason == "attempt_is_live"
            for decision in decisions
        )
