"""Runs handlers one remote call at a time: processes, their tasks, cancellation, crashes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.errors import LikenessError
from tests.simulation.calls import Aside, Call, Cancelled, Later, Outcome, Steps, Together

type Ended = Callable[[Outcome], None]


@dataclass(slots=True, eq=False)
class Task:
    """One strand of a process. `call` is what it does next, `answer` what it waits for,
    `parts` the tasks it has started and waits for, with `until` their time."""

    steps: Steps[Any]
    process: "Process"
    ended: Ended
    call: Call | None = None
    answer: Later | None = None
    wakes_at: datetime | None = None
    parts: list["Task"] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    aside: bool = False
    until: datetime | None = None

    def ready(self, now: datetime) -> bool:
        return self.call is not None or (self.wakes_at is not None and self.wakes_at <= now)


@dataclass(slots=True, eq=False)
class Process:
    """One invocation: its tasks die together, at a crash or at the end of its time. What a
    cancelled task left in a thread may go on after the end, until the process is gone."""

    name: str
    number: int
    ends_at: datetime
    finished: Callable[[list[Outcome]], None]
    lost: Callable[[], None]
    tasks: list[Task] = field(default_factory=list)
    roots: list[Outcome] = field(default_factory=list)
    over: bool = False

    def start(self, handlers: list[Steps[Any]]) -> None:
        self.roots = [Outcome() for _ in handlers]
        for place, steps in enumerate(handlers):
            start(steps, self, self._root_ended(place))

    def _root_ended(self, place: int) -> Ended:
        def ended(outcome: Outcome) -> None:
            self.roots[place] = outcome
            if not self.over and all(root.ended for root in self.roots):
                self.over = True
                self.finished(self.roots)

        return ended

    def crash(self) -> None:
        """Every task stops where it is; what hangs in a thread is lost with it."""
        for task in self.tasks:
            _stop_waiting(task)
            task.steps.close()
        self.tasks.clear()
        if not self.over:
            self.over = True
            self.lost()


def start(steps: Steps[Any], process: Process, ended: Ended) -> Task:
    task = Task(steps, process, ended)
    process.tasks.append(task)
    resume(task)
    return task


def resume(task: Task, value: Any = None, error: BaseException | None = None) -> None:
    """Runs the handler to its next remote call."""
    _stop_waiting(task)
    try:
        while True:
            wish = task.steps.send(value) if error is None else task.steps.throw(error)
            value, error = None, None
            if isinstance(wish, Call):
                task.call = wish
                return
            parts = [wish.steps] if isinstance(wish, Aside) else wish.parts
            if parts:
                task.aside = isinstance(wish, Aside)
                task.until = wish.until if isinstance(wish, Together) else None
                _split(task, parts)
                return
            value = []
    except StopIteration as end:
        _end(task, Outcome(ended=True, value=end.value))
    except Cancelled:
        _end(task, Outcome(ended=True))
    except (LikenessError, ExceptionGroup) as trouble:
        _end(task, Outcome(ended=True, error=trouble))


def take_answer(task: Task) -> None:
    """The awaited answer is here."""
    answer = task.answer
    assert answer is not None, "it waits for an answer"
    resume(task, answer.value, answer.error)


def give_up_waiting(parent: Task) -> None:
    """Time is up: the parts that still run are cancelled, and waited for."""
    parent.until = None
    _cancel_all(parent.parts, parent.outcomes)


def _stop_waiting(task: Task) -> None:
    if task.answer is not None and task.answer.unheard is not None:
        task.answer.unheard()
    task.call = task.answer = task.wakes_at = None


def _end(task: Task, outcome: Outcome) -> None:
    task.process.tasks.remove(task)
    task.ended(outcome)


def _split(parent: Task, parts: list[Steps[Any]]) -> None:
    outcomes = [Outcome() for _ in parts]
    parent.outcomes, parent.parts = outcomes, []

    def part_ended(place: int) -> Ended:
        def ended(outcome: Outcome) -> None:
            outcomes[place] = outcome
            if parent.outcomes is outcomes and len(parent.parts) == len(outcomes):
                _join(parent)

        return ended

    started = [start(steps, parent.process, part_ended(i)) for i, steps in enumerate(parts)]
    parent.parts = started
    _join(parent)


def _join(parent: Task) -> None:
    """Goes on when all parts have ended."""
    outcomes = parent.outcomes
    if not all(each.ended for each in outcomes):
        return
    parent.outcomes, parent.parts, parent.until = [], [], None
    if parent.aside:
        resume(parent, outcomes[0].value, outcomes[0].error)
    else:
        resume(parent, outcomes)


def _cancel_all(parts: list[Task], outcomes: list[Outcome]) -> None:
    for part, outcome in list(zip(parts, outcomes, strict=True)):
        if not outcome.ended:
            _cancel(part)


def _cancel(task: Task) -> None:
    """Where it waits, it is told so. A call in a thread is made all the same."""
    parts, outcomes, task.parts, task.outcomes, task.until = task.parts, task.outcomes, [], [], None
    if task.call is not None and not task.call.awaited:
        start(_alone(task.call), task.process, lambda _: None)
    elif not task.aside:
        _cancel_all(parts, outcomes)
    resume(task, None, Cancelled())


def _alone(call: Call) -> Steps[None]:
    yield call
