"""One schedule: who goes next, who crashes, what time it is. All from one seed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.domain.analysis import ImageToAnalyse
from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.work import (
    CancelPrediction,
    JudgeDraws,
    PollPredictions,
    RunItems,
    TakeCallback,
    Work,
)
from tests.simulation.calls import Outcome, Steps
from tests.simulation.provider import Delivery, Provider
from tests.simulation.queues import Message, Queue
from tests.simulation.running import Running
from tests.simulation.temper import CALM

WORKER_LIFE = timedelta(seconds=130)
SHORT_LIFE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Action:
    """Something an owner does at a time; done again when its process is lost."""

    at: datetime
    name: str
    make: Callable[[], Steps[Any]]
    tries: int = 4


@dataclass(slots=True)
class Runner(Running):
    """Chooses; `in_order` means that what runs goes on before anything new begins."""

    actions: list[Action] = field(default_factory=list)
    in_order: bool = False
    steps: int = 0
    next_sweep: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.next_sweep = self.handlers.world.now + MINUTE

    def run(self, steps: int) -> None:
        """At most so many steps; fewer when nothing is left to do."""
        for _ in range(steps):
            if not self.step():
                return

    def calm_down(self) -> None:
        """From here on nothing fails any more."""
        self.temper = CALM
        self.in_order = True
        for provider in self.handlers.providers.values():
            provider.temper = CALM

    def step(self) -> bool:
        """False when nothing is left to do."""
        self.steps += 1
        self._end_of_times()
        ready = [t for p in self.processes for t in p.tasks if t.ready(self.now)]
        if self.rng.random() < self.temper.jump and self._jump():
            return True
        if ready and (self.in_order or self.rng.random() < 0.8):
            self._go(self.rng.choice(ready))
            return True
        if self._start_something():
            return True
        if ready:
            self._go(self.rng.choice(ready))
            return True
        return self._jump()

    def _jump(self) -> bool:
        """To the next moment at which anything can happen; now and then beyond it."""
        times = [time for time in self._times() if time > self.now]
        if not times:
            return False
        target = min(times)
        if self.rng.random() < self.temper.jump:
            target += timedelta(seconds=self.rng.choice((5.0, 30.0, 140.0, 600.0)))
            self.faults += 1
        self.handlers.world.now = target
        return True

    def _times(self) -> list[datetime]:
        times = [action.at for action in self.actions]
        for process in self.processes:
            if not process.over:
                times.append(process.ends_at)
            for task in process.tasks:
                times += [time for time in (task.wakes_at, task.until) if time is not None]
        visible = self.handlers.queues.next_visible()
        if visible is not None:
            times.append(visible)
        for provider in self.handlers.providers.values():
            times += [delivery.due for delivery in provider.deliveries]
        due = [r.due_at for r in self.handlers.world.records.values() if r.due_at is not None]
        if due:
            times.append(max(self.next_sweep, min(due)))
        return times

    # -- what can begin

    def _start_something(self) -> bool:
        starts = [*self._acts(), *self._deliveries(), *self._messages(), *self._sweeps()]
        if not starts:
            return False
        self.rng.choice(starts)()
        return True

    def _acts(self) -> list[Callable[[], None]]:
        return [partial(self._act, act) for act in self.actions if act.at <= self.now]

    def _act(self, action: Action) -> None:
        self.actions.remove(action)

        def lost() -> None:
            if action.tries > 1:
                again = self.now + timedelta(seconds=self.rng.uniform(1, 20))
                self.actions.append(Action(again, action.name, action.make, action.tries - 1))

        def finished(outcomes: list[Outcome]) -> None:
            if isinstance(outcomes[0].error, Unavailable | StaleWrite):
                lost()

        self._begin(action.name, [action.make()], SHORT_LIFE, finished, lost)

    def _deliveries(self) -> list[Callable[[], None]]:
        return [
            partial(self._deliver, provider, delivery)
            for provider in self.handlers.providers.values()
            for delivery in provider.deliveries
            if delivery.due <= self.now
        ]

    def _deliver(self, provider: Provider, delivery: Delivery) -> None:
        provider.deliveries.remove(delivery)

        def lost() -> None:
            if delivery.tries > 1:
                delivery.tries -= 1
                delivery.due = self.now + timedelta(seconds=self.rng.uniform(1, 20))
                provider.deliveries.append(delivery)

        def finished(outcomes: list[Outcome]) -> None:
            if outcomes[0].error is not None:
                lost()

        steps = self.handlers.call_back(delivery)
        self._begin("webhook", [steps], SHORT_LIFE, finished, lost)

    def _messages(self) -> list[Callable[[], None]]:
        return [
            partial(self._receive, queue, ready)
            for queue in self.handlers.queues.all()
            if (ready := queue.visible(self.now))
        ]

    def _receive(self, queue: Queue, ready: list[Message]) -> None:
        """The lanes one by one, `ingest` in batches; what fails stays hidden for a while."""
        most = 3 if queue is self.handlers.queues.ingest else 1
        batch = self.rng.sample(ready, k=self.rng.randint(1, min(most, len(ready))))
        for message in batch:
            queue.receive(message, self.now, self.rng, self.temper.twice)

        def finished(outcomes: list[Outcome]) -> None:
            for message, outcome in zip(batch, outcomes, strict=True):
                if outcome.error is None:
                    queue.delete(message)

        ends_at = self.now + WORKER_LIFE
        handle = self._bury if queue.dead is None else self._work
        steps = [handle(message.work, ends_at) for message in batch]
        self._begin(queue.name, steps, WORKER_LIFE, finished, lambda: None)

    def _work(self, work: Work | ImageToAnalyse, ends_at: datetime) -> Steps[None]:
        match work:
            case ImageToAnalyse():
                lost = self.rng.random() < self.temper.unscored
                return _nothing() if lost else self.handlers.analyse(work)
            case JudgeDraws():
                return self.handlers.judge(work)
            case RunItems():
                return self.handlers.run_message(work, ends_at)
            case TakeCallback():
                return self.handlers.apply_callback(work)
            case PollPredictions():
                return self.handlers.poll(work)
            case CancelPrediction():
                return self.handlers.tell_provider(work)

    def _bury(self, work: Work | ImageToAnalyse, ends_at: datetime) -> Steps[None]:
        return self.handlers.bury(work)

    def _sweeps(self) -> list[Callable[[], None]]:
        return [self._sweep] if self.next_sweep <= self.now and self.handlers.world.due() else []

    def _sweep(self) -> None:
        self.next_sweep = self.now + MINUTE
        self._begin("sweep", [self.handlers.sweep()], SHORT_LIFE, lambda _: None, lambda: None)


def _nothing() -> Steps[None]:
    """A message that is taken and never worked on."""
    return
    yield
