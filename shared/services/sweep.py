"""Look after every overdue generation: resend, expire, ask, time out, let go, close."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.domain.errors import NotFound
from shared.domain.events import Event
from shared.domain.generation import Item, Snapshot
from shared.domain.holding import needs_workflow
from shared.domain.ports import Clock, Counter, Generations, WorkQueue
from shared.domain.sweeping import AskProvider, Remedy, Resend, next_due, remedy
from shared.domain.transitions import Move
from shared.domain.work import PollPredictions
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.keep_kit_going import KeepKitGoing
from shared.services.moving import advance

_AT_ONCE = 500
"""Generations looked at in one run; the rest is still due a minute later."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The index only nominates: each generation is read again and the table decides."""

    generations: Generations
    queue: WorkQueue
    dispatcher: Dispatcher
    close_generation: CloseGeneration
    keep_going: KeepKitGoing
    clock: Clock
    count: Counter

    def __call__(self) -> int:
        """How many generations were due. One that cannot be mended does not stop the others."""
        due = list(islice(self.generations.due(self.clock()), _AT_ONCE))
        for generation_id in due:
            try:
                self._mend(generation_id)
            except NotFound:
                continue
            except Exception as trouble:  # noqa: BLE001  # whatever it is, the others go on
                self.count("sweep_failed", type(trouble).__name__)
        return len(due)

    def _mend(self, generation_id: str) -> None:
        snapshot = self.generations.get(generation_id)
        if snapshot.generation.closed:
            return
        now = self.clock()
        remedies = [(item, remedy(item, now)) for item in snapshot.items]
        moved = list(self._raise_events(remedies))
        resend = [item.index for item, what in remedies if isinstance(what, Resend)]
        ask = [item.index for item, what in remedies if isinstance(what, AskProvider)]
        if resend or moved:
            self.dispatcher.send(snapshot.generation, resend + moved)
        if ask:
            poll = PollPredictions(generation_id=generation_id, indexes=tuple(ask))
            self.queue.ingest([poll])
        snapshot = self.close_generation(generation_id=generation_id)
        if needs_workflow(snapshot):
            snapshot = self.keep_going(snapshot)
        self._finish(snapshot)

    def _raise_events(self, remedies: Sequence[tuple[Item, Remedy]]) -> Iterator[int]:
        """The indexes of the items that were queued again."""
        for item, what in remedies:
            if isinstance(what, Event):
                decision = advance(self.generations, item, what, self.clock)
                if isinstance(decision, Move) and not decision.after.ended:
                    yield item.index

    def _finish(self, snapshot: Snapshot) -> None:
        if not snapshot.generation.closed:
            self.dispatcher.let_go(snapshot)
            self.generations.mark_due(snapshot.generation.id, next_due(snapshot, self.clock()))
