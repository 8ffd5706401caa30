"""Sending items to the worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from shared.domain.events import LetGo
from shared.domain.generation import Generation, Snapshot
from shared.domain.holding import releasable
from shared.domain.limits import ITEMS_PER_MESSAGE
from shared.domain.ports import Clock, Generations, WorkQueue
from shared.domain.transitions import Move
from shared.domain.work import RunItems
from shared.services.moving import advance


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Sends and lets go. Every send may be repeated: the claim is conditional."""

    generations: Generations
    queue: WorkQueue
    clock: Clock

    def send(
        self, generation: Generation, indexes: Iterable[int], delay: timedelta = timedelta(0)
    ) -> None:
        """At most ten items in a message, to the lane of the owner's plan."""
        for some in batched(sorted(indexes), ITEMS_PER_MESSAGE, strict=False):
            work = RunItems(generation_id=generation.id, indexes=some)
            self.queue.send(generation.lane, work, owner=generation.owner, delay=delay)

    def let_go(self, snapshot: Snapshot) -> None:
        """Releases the held items that may run now. Recorded before queued: a crash in
        between leaves queued items that the sweeper sends."""
        decisions = [
            advance(self.generations, item, LetGo(), self.clock) for item in releasable(snapshot)
        ]
        released = [move.after.index for move in decisions if isinstance(move, Move)]
        if released:
            self.send(snapshot.generation, released)
