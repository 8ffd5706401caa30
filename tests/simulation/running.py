"""Runs the calls of processes: answers them, crashes them, lets their time run out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.domain.errors import (
    LikenessError,
    ProviderTimedOut,
    ProviderUnavailable,
    StaleWrite,
    Unavailable,
)
from tests.simulation.calls import Call, Later, Outcome, Steps
from tests.simulation.handlers.clients import Handlers
from tests.simulation.temper import Temper
from tests.simulation.threads import Process, Task, give_up_waiting, resume, take_answer


@dataclass(slots=True)
class Running:
    """`faults` counts everything that went wrong by our doing."""

    handlers: Handlers
    rng: Random
    temper: Temper
    processes: list[Process] = field(default_factory=list)
    faults: int = 0
    crashes: int = 0
    begun: int = 0
    trace: list[str] | None = None

    @property
    def now(self) -> datetime:
        return self.handlers.world.now

    def _go(self, task: Task) -> None:
        world = self.handlers.world
        world.now += timedelta(milliseconds=self.rng.choice((5, 20, 200)))
        if self.rng.random() < self.temper.sluggish:
            self.faults += 1
            world.now += timedelta(seconds=self.rng.uniform(5, 60))
        if task.call is None:
            take_answer(task)
            return
        call = task.call
        self._say(task, call.name)
        fate = self.rng.random()
        crash = self._odds_of_crash(f"{task.process.name} {call.name}")
        if fate < crash:
            self._crash_at(task, call)
        elif fate < crash + self._odds_of_error(call):
            self._error_at(task, call)
        else:
            self._answer(task, call)

    def _odds_of_crash(self, where: str) -> float:
        spared = not where.startswith(self.temper.crashes_at)
        return 0.0 if spared or self.crashes >= self.temper.crashes else self.temper.crash

    def _odds_of_error(self, call: Call) -> float:
        if call.name.startswith("store."):
            return max(self.temper.error, self.temper.store_down)
        return self.temper.error

    def _answer(self, task: Task, call: Call) -> None:
        try:
            value = call.run()
        except LikenessError as error:
            resume(task, None, error)
            return
        if isinstance(value, Later):
            task.call, task.answer = None, value
            task.wakes_at = self.now + timedelta(seconds=value.seconds)
        else:
            resume(task, value)

    def _crash_at(self, task: Task, call: Call) -> None:
        """Before the call or after it."""
        self.crashes += 1
        if self.rng.random() < 0.5:
            self._run_unheard(call)
            self._say(task, "  crash after")
        else:
            self._say(task, "  crash before")
        self._crash(task.process)

    def _error_at(self, task: Task, call: Call) -> None:
        """Not done; or done and the answer lost, where a conditional write meets itself when
        it is sent again."""
        self.faults += 1
        provider = call.name.startswith("provider")
        error: LikenessError = (ProviderUnavailable if provider else Unavailable)("down")
        if self.rng.random() < 0.5:
            value = self._run_unheard(call)
            if call.name == "provider.start":
                error = ProviderTimedOut("no answer")
            if call.name == "generations.apply" and not isinstance(value, LikenessError):
                error = self._meets_itself(call)
        self._say(task, f"  error {error.code}")
        resume(task, None, error)

    def _meets_itself(self, call: Call) -> LikenessError:
        try:
            call.run()
        except StaleWrite as lost:
            return lost
        raise AssertionError("a conditional write cannot be done twice")

    def _run_unheard(self, call: Call) -> Any:
        try:
            value = call.run()
        except LikenessError as error:
            return error
        if isinstance(value, Later) and value.unheard is not None:
            value.unheard()
        return value

    def _crash(self, process: Process) -> None:
        self.faults += 1
        process.crash()
        self.processes.remove(process)

    def _end_of_times(self) -> None:
        for process in list(self.processes):
            if process.over and not process.tasks:
                self.processes.remove(process)
            elif not process.over and process.ends_at <= self.now:
                self._say(process, "time is up")
                self._crash(process)
            else:
                for task in list(process.tasks):
                    if task.until is not None and task.until <= self.now:
                        self.faults += 1
                        give_up_waiting(task)

    def _begin(
        self,
        name: str,
        steps: list[Steps[Any]],
        life: timedelta,
        finished: Callable[[list[Outcome]], None],
        lost: Callable[[], None],
    ) -> None:
        self.begun += 1
        process = Process(name, self.begun, self.now + life, finished, lost)
        self.processes.append(process)
        process.start(steps)

    def _say(self, who: Task | Process, what: str) -> None:
        if self.trace is not None:
            process = who.process if isinstance(who, Task) else who
            name = f"{process.name} {process.number}"
            self.trace.append(f"{self.now:%d %H:%M:%S.%f} {name:16} {what}")
