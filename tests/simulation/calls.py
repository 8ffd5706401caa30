"""What a handler yields: one remote call at a time, so that anything can happen between two.

A handler is a generator with the calls of its service in the same order. What a service does
in a thread goes on when its task is cancelled; what it awaits does not, hence the marks.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One remote call by the name of its port. `awaited` ones are dropped when cancelled."""

    name: str
    run: Callable[[], Any]
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """A call that has been made, and whose answer comes after a while. `unheard` is called
    when nobody waits for it any more."""

    seconds: float
    value: Any = None
    error: Exception | None = None
    unheard: Callable[[], None] | None = None


class Mark(Enum):
    """Where a run of calls in one thread begins and ends."""

    THREAD_BEGINS = "begins"
    THREAD_ENDS = "ends"


@dataclass(slots=True)
class Outcome:
    """How one of several tasks ended; `done` is False when it was cancelled."""

    done: bool = False
    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Tasks side by side; those that still run at `until` are cancelled. Sends back a list of
    Outcome."""

    parts: list["Steps[Any]"]
    until: datetime | None = None


type Yielded = Call | Mark | Together
type Steps[T] = Generator[Yielded, Any, T]


def in_thread[T](steps: Steps[T]) -> Steps[T]:
    """Calls that a service makes in one thread."""
    yield Mark.THREAD_BEGINS
    try:
        result = yield from steps
    except Exception:
        yield Mark.THREAD_ENDS
        raise
    yield Mark.THREAD_ENDS
    return result
