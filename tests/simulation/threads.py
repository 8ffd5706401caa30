"""Runs handlers one remote call at a time: processes, their tasks, cancellation, crashes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.errors import LikenessError
from tests.simulation.calls import Call, Later, Mark, Outcome, Steps, Together

type Ended = Callable[[Outcome], None]


@dataclass(slots=True, eq=False)
class Thread:
    """One task of a process. `call` is what it does next; `answer` what it waits for."""

    steps: Steps[Any]
    process: "Process"
    ended: Ended
    parent: "Thread | None" = None
    call: Call | None = None
    answer: Later | None = None
    wakes_at: datetime | None = None
    shielded: bool = False
    cancelled: bool = False
    children: list["Thread"] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    until: datetime | None = None

    def ready(self, now: datetime) -> bool:
        if self.call is None:
            return self.wakes_at is not None and self.wakes_at <= now
        return True


@dataclass(slots=True, eq=False)
class Process:
    """One invocation: its tasks die together, at a crash or at the end of its time."""

    name: str
    ends_at: datetime
    finished: Callable[[list[Outcome]], None]
    lost: Callable[[], None]
    threads: list[Thread] = field(default_factory=list)
    roots: list[Outcome] = field(default_factory=list)
    over: bool = False

    def start(self, handlers: list[Steps[Any]]) -> None:
        self.roots = [Outcome() for _ in handlers]
        for place, steps in enumerate(handlers):
            thread = Thread(steps, self, self._root_ended(place))
            self.threads.append(thread)
            resume(thread)
        self._end_when_done()

    def _root_ended(self, place: int) -> Ended:
        def ended(outcome: Outcome) -> None:
            self.roots[place] = outcome
            self._end_when_done()

        return ended

    def _end_when_done(self) -> None:
        if not self.over and all(root.done for root in self.roots):
            self.over = True
            self.finished(self.roots)

    def crash(self) -> None:
        """Every task stops where it is; what hangs in a thread is lost with it."""
        for thread in self.threads:
            drop(thread)
        self.threads.clear()
        if not self.over:
            self.over = True
            self.lost()


def drop(thread: Thread) -> None:
    """Its generator ends, and nobody waits for its answer."""
    if thread.answer is not None and thread.answer.unheard is not None:
        thread.answer.unheard()
    thread.call = thread.answer = thread.wakes_at = thread.until = None
    thread.steps.close()


def take_answer(thread: Thread) -> None:
    """The awaited answer is here."""
    answer = thread.answer
    assert answer is not None, "it waits for an answer"
    if answer.unheard is not None:
        answer.unheard()
    thread.answer = thread.wakes_at = None
    resume(thread, answer.value, answer.error)


def resume(thread: Thread, value: Any = None, error: Exception | None = None) -> None:
    """Runs the handler from one remote call to the next."""
    thread.call = None
    if thread.cancelled and not thread.shielded:
        _leave(thread)
        return
    try:
        while True:
            wish = thread.steps.send(value) if error is None else thread.steps.throw(error)
            value, error = None, None
            if isinstance(wish, Call):
                thread.call = wish
                return
            if isinstance(wish, Together):
                if wish.parts:
                    _spawn(thread, wish)
                    return
                value = []
            elif wish is Mark.THREAD_BEGINS:
                thread.shielded = True
            else:
                thread.shielded = False
                if thread.cancelled:
                    _leave(thread)
                    return
    except StopIteration as end:
        _end(thread, Outcome(done=True, value=end.value))
    except (LikenessError, ExceptionGroup) as trouble:
        _end(thread, Outcome(done=True, error=trouble))


def _end(thread: Thread, outcome: Outcome) -> None:
    thread.process.threads.remove(thread)
    if not thread.cancelled:
        thread.ended(outcome)


def _leave(thread: Thread) -> None:
    """The end of a task that was cancelled while a thread of its went on."""
    thread.process.threads.remove(thread)
    drop(thread)


def _spawn(parent: Thread, wish: Together) -> None:
    parent.outcomes = [Outcome() for _ in wish.parts]
    parent.until = wish.until

    def child_ended(place: int) -> Ended:
        def ended(outcome: Outcome) -> None:
            parent.outcomes[place] = outcome
            if all(each.done for each in parent.outcomes):
                _join(parent)

        return ended

    parent.children = []
    children = [
        Thread(steps, parent.process, child_ended(place), parent)
        for place, steps in enumerate(wish.parts)
    ]
    parent.children = children
    parent.process.threads.extend(children)
    for child in children:
        resume(child)


def _join(parent: Thread) -> None:
    outcomes, parent.outcomes, parent.children, parent.until = parent.outcomes, [], [], None
    resume(parent, outcomes)


def give_up_waiting(parent: Thread) -> None:
    """Time is up: tasks that still run are cancelled, and the parent goes on without them."""
    for child, outcome in zip(parent.children, parent.outcomes, strict=True):
        if not outcome.done:
            cancel(child)
    _join(parent)


def cancel(thread: Thread) -> None:
    """What it awaits is dropped; a thread it started goes on to its end."""
    for child, outcome in zip(thread.children, thread.outcomes, strict=True):
        if not outcome.done:
            cancel(child)
    thread.cancelled = True
    in_thread = thread.call is not None and not thread.call.awaited
    if not (thread.shielded or in_thread):
        _leave(thread)

