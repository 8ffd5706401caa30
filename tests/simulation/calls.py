"""What a handler yields: one remote call at a time, so that anything can happen between two.

A handler is a generator with the calls of its service in the same order. What a service does
in a thread goes on when its task is cancelled; what it awaits does not.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Aside:
    """Calls that a service makes in a thread of their own, and waits for."""

    steps: "Steps[Any]"


class Cancelled(BaseException):
    """Raised in a task where it waits, when its worker must stop."""


@dataclass(slots=True)
class Outcome:
    """How a task ended, if it has; neither value nor error when it was cancelled."""

    ended: bool = False
    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Tasks side by side; those that still run at `until` are cancelled and waited for.
    Sends back a list of Outcome."""

    parts: list["Steps[Any]"]
    until: datetime | None = None


type Yielded = Call | Aside | Together
type Steps[T] = Generator[Yielded, Any, T]


def in_thread[T](steps: Steps[T]) -> Steps[T]:
    """A run of calls made by one thread: no cancellation falls between them."""
    result: T = yield Aside(steps)
    return result
