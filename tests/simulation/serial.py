"""One thing after another: the same life led once by the simulation's handlers and once by
the services themselves, with every remote call noted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from shared.domain.analysis import ImageToAnalyse
from shared.domain.errors import LikenessError, ProviderUnavailable, Unavailable
from shared.domain.limits import LEASE
from shared.domain.work import (
    CancelPrediction,
    JudgeDraws,
    PollPredictions,
    RunItems,
    TakeCallback,
    Work,
)
from tests.simulation.calls import Aside, Call, Later, Outcome, Steps
from tests.simulation.handlers.clients import Handlers
from tests.simulation.provider import Delivery, Provider
from tests.simulation.queues import Queues
from tests.simulation.world import Record, World

_MINUTE = timedelta(minutes=1)


class Blind:
    """Looks at nothing: the two lives are compared with each other."""

    def moved(self, world: World, before: object, after: object) -> None: ...
    def counted(self, world: World, record: Record) -> None: ...


@dataclass(slots=True)
class Notes:
    """The calls made so far; those whose number is in `fail` are not made. A put never fails
    here: original and renditions race, and the services do not wait for the other one then."""

    fail: frozenset[int] = frozenset()
    names: list[str] = field(default_factory=list)

    def take(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) in self.fail and name != "store.put":
            kind = ProviderUnavailable if name.startswith("provider") else Unavailable
            raise kind("down")


class Hands(Protocol):
    """Who does the work."""

    def do(self, work: Work | ImageToAnalyse, ends_at: datetime) -> Exception | None: ...
    def bury(self, work: Work | ImageToAnalyse) -> Exception | None: ...
    def sweep(self) -> Exception | None: ...
    def cancel(self, generation_id: str) -> Exception | None: ...


@dataclass(slots=True)
class ByHandlers:
    """The generators, run to their end."""

    handlers: Handlers
    notes: Notes

    def do(self, work: Work | ImageToAnalyse, ends_at: datetime) -> Exception | None:
        match work:
            case ImageToAnalyse():
                return self._run(self.handlers.analyse(work))
            case JudgeDraws():
                return self._run(self.handlers.judge(work))
            case RunItems():
                return self._run(self.handlers.run_message(work, ends_at))
            case TakeCallback():
                return self._run(self.handlers.apply_callback(work))
            case PollPredictions():
                return self._run(self.handlers.poll(work))
            case CancelPrediction():
                return self._run(self.handlers.tell_provider(work))

    def bury(self, work: Work | ImageToAnalyse) -> Exception | None:
        return self._run(self.handlers.bury(work))

    def sweep(self) -> Exception | None:
        return self._run(self.handlers.sweep())

    def cancel(self, generation_id: str) -> Exception | None:
        return self._run(self.handlers.cancel(generation_id))

    def call_back(self, delivery: Delivery) -> None:
        self._run(self.handlers.call_back(delivery))

    def _run[T](self, steps: Steps[T]) -> Exception | None:
        return self._outcome(steps).error

    def _outcome[T](self, steps: Steps[T]) -> Outcome:
        answer: Outcome = Outcome()
        try:
            while True:
                wish = (
                    steps.send(answer.value) if answer.error is None else steps.throw(answer.error)
                )
                if isinstance(wish, Call):
                    answer = self._call(wish)
                elif isinstance(wish, Aside):
                    answer = self._outcome(wish.steps)
                else:
                    answer = Outcome(value=[self._outcome(part) for part in wish.parts])
        except StopIteration as end:
            return Outcome(ended=True, value=end.value)
        except (LikenessError, ExceptionGroup) as error:
            return Outcome(ended=True, error=error)

    def _call(self, call: Call) -> Outcome:
        try:
            self.notes.take(call.name)
            value = call.run()
        except LikenessError as error:
            return Outcome(error=error)
        if isinstance(value, Later):
            self.handlers.world.now += timedelta(seconds=value.seconds)
            return Outcome(value=value.value, error=value.error)
        return Outcome(value=value)


@dataclass(slots=True)
class Life:
    """Whatever is due happens, in one order; `cancel_at` is when the owner loses patience."""

    world: World
    queues: Queues
    providers: list[Provider]
    hands: Hands
    webhook: "ByHandlers"
    cancel_at: datetime | None
    rng: Random = field(default_factory=lambda: Random(0))
    next_sweep: datetime = field(init=False)

    def live(self, steps: int = 400) -> None:
        self.next_sweep = self.world.now + _MINUTE
        for _ in range(steps):
            if not self._happens() and not self._time_passes():
                return

    def _happens(self) -> bool:
        return self._delivered() or self._worked() or self._swept() or self._cancelled()

    def _delivered(self) -> bool:
        deliveries = self.providers[1].deliveries
        due = [place for place, each in enumerate(deliveries) if each.due <= self.world.now]
        if due:
            self.webhook.call_back(deliveries.pop(due[0]))
        return bool(due)

    def _worked(self) -> bool:
        for queue in self.queues.all():
            for message in queue.visible(self.world.now)[:1]:
                queue.receive(message, self.world.now, self.rng, 0.0)
                if queue.dead is None:
                    error = self.hands.bury(message.work)
                else:
                    error = self.hands.do(message.work, self.world.now + LEASE)
                if error is None:
                    queue.delete(message)
                return True
        return False

    def _swept(self) -> bool:
        if self.next_sweep > self.world.now or not self.world.due():
            return False
        self.hands.sweep()
        self.next_sweep = self.world.now + _MINUTE
        return True

    def _cancelled(self) -> bool:
        if self.cancel_at is None or self.cancel_at > self.world.now:
            return False
        self.cancel_at = None
        self.hands.cancel(next(iter(self.world.records)))
        return True

    def _time_passes(self) -> bool:
        due = [r.due_at for r in self.world.records.values() if r.due_at is not None]
        times = [
            self.queues.next_visible(),
            max(self.next_sweep, min(due)) if due else None,
            self.cancel_at,
            *(delivery.due for delivery in self.providers[1].deliveries),
        ]
        ahead = [time for time in times if time is not None and time > self.world.now]
        if ahead:
            self.world.now = min(ahead)
        return bool(ahead)
