"""Moves, closing, sending and letting go: what every handler is made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import batched, count
from random import Random

from shared.domain import closing, draw_budget, holding, sweeping, transitions
from shared.domain.backoff import poll_delay, retry_delay
from shared.domain.closing import Closing, LateCompletion
from shared.domain.errors import NotFound, StaleWrite
from shared.domain.events import Event, Judged, LetGo
from shared.domain.generation import Brief, Generation, Item, Snapshot
from shared.domain.limits import ITEMS_PER_MESSAGE
from shared.domain.request import ProviderName
from shared.domain.transitions import Decision, Ignored, Move
from shared.domain.work import RunItems, Work
from tests.simulation.calls import Call, Steps, in_thread
from tests.simulation.provider import Provider
from tests.simulation.queues import Queues
from tests.simulation.world import World

_MOVE_RACES = 8
_CLOSE_RACES = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """The pure decisions under proof: the very functions the services call."""

    decide: Callable[[Item, Event, datetime], Decision] = transitions.decide
    close: Callable[[Snapshot, datetime], Closing | None] = closing.close
    late_completion: Callable[[Snapshot, Move], LateCompletion] = closing.late_completion
    cancel: Callable[[Snapshot, int], Generation] = closing.cancel
    remedy: Callable[[Item, datetime], sweeping.Remedy] = sweeping.remedy
    next_due: Callable[[Snapshot, datetime], datetime] = sweeping.next_due
    releasable: Callable[[Snapshot], tuple[Item, ...]] = holding.releasable
    judged: Callable[[Generation, Brief, int], Judged] = draw_budget.judged
    poll_delay: Callable[[int], timedelta] = poll_delay
    retry_delay: Callable[[int, float | None, Callable[[float, float], float]], timedelta] = (
        retry_delay
    )


REAL = Rules()


@dataclass(slots=True)
class Moving:
    """The world a handler sees, and the steps all handlers share."""

    world: World
    queues: Queues
    providers: dict[ProviderName, Provider]
    rng: Random
    rules: Rules = REAL
    numbers: Iterator[int] = field(default_factory=count)

    def now(self) -> datetime:
        return self.world.now

    def new_id(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def advance(self, item: Item, event: Event) -> Steps[Decision]:
        """services/moving.py"""
        for _ in range(_MOVE_RACES):
            decision = self.rules.decide(item, event, self.now())
            if isinstance(decision, Ignored):
                return decision
            try:
                yield self.apply(decision)
            except StaleWrite as lost:
                if not isinstance(lost.winner, Item):
                    raise
                item = lost.winner
            else:
                return decision
        raise StaleWrite("the item changes faster than it can be decided on")

    def apply(self, move: Move) -> Call:
        return Call("generations.apply", lambda: self.world.apply(move))

    def close_generation(self, generation_id: str) -> Steps[Snapshot]:
        """services/close_generation.py"""
        for _ in range(_CLOSE_RACES):
            snapshot: Snapshot = yield self.get(generation_id)
            decided = self.rules.close(snapshot, self.now())
            if decided is None:
                return snapshot
            try:
                yield self.write_closing(decided)
            except StaleWrite:
                continue
            return snapshot.model_copy(update={"generation": decided.after})
        raise StaleWrite("the generation changes faster than it can be closed")

    def write_closing(self, decided: Closing) -> Call:
        return Call("generations.close", lambda: self.world.close(decided))

    def get(self, generation_id: str) -> Call:
        return Call("generations.get", lambda: self.world.get(generation_id))

    def read_attempt(self, generation_id: str, index: int, number: int) -> Call:
        return Call("generations.attempt", lambda: self.world.attempt(generation_id, index, number))

    def mark_due(self, generation_id: str, due_at: datetime) -> Call:
        return Call("generations.mark_due", lambda: self.world.mark_due(generation_id, due_at))

    def ingest(self, *works: Work, delay: timedelta = timedelta(0)) -> Call:
        def send() -> None:
            for work in works:
                self.queues.ingest.send(work, self.now(), delay)

        return Call("queue.ingest", send)

    def send(
        self, generation: Generation, indexes: Iterable[int], delay: timedelta = timedelta(0)
    ) -> Steps[None]:
        """services/dispatching.py"""
        for some in batched(sorted(indexes), ITEMS_PER_MESSAGE, strict=False):
            work = RunItems(generation_id=generation.id, indexes=some)
            yield Call("queue.send", partial(self.enqueue, work, delay))

    def enqueue(self, work: Work, delay: timedelta) -> None:
        self.queues.lane.send(work, self.now(), delay)

    def let_go(self, snapshot: Snapshot) -> Steps[None]:
        """services/dispatching.py"""
        released = []
        for item in self.rules.releasable(snapshot):
            decision = yield from self.advance(item, LetGo())
            if isinstance(decision, Move):
                released.append(decision.after.index)
        if released:
            yield from self.send(snapshot.generation, released)

    def finish_work(self, generation_id: str) -> Steps[None]:
        """services/finish_work.py"""
        try:
            snapshot = yield from in_thread(self.close_generation(generation_id))
        except NotFound:
            return
        if not snapshot.generation.closed:
            yield from in_thread(self.let_go(snapshot))
