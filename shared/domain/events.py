"""What can happen to an item. Each is a fact from outside; transitions.py says what follows."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.generation import Attempt, Failure
from shared.domain.images import StoredImage


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True)
class LetGo(Event):
    """A held item may run now: what it waited for is there. `awaited`: by a workflow, which is to
    be told of its end."""

    awaited: bool = False


@dataclass(frozen=True, slots=True)
class GivenUp(Event):
    """What a held item waits for will never be there."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The workflow that awaited the item's end has been told, or asks no more."""


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    """A worker takes the item."""


@dataclass(frozen=True, slots=True)
class Unclaimed(Event):
    """The sweeper found the item still waiting."""


@dataclass(frozen=True, slots=True)
class ProviderCalled(Event):
    """Recorded just before the call, so that a crash during it counts as spent; bound at once
    where the provider takes an id of ours."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Bound(Event):
    """The provider works on it under an id of its own: `attempt.prediction_id`."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class AttemptFailed(Event):
    """The current attempt ended without an image; a `transient` one may be tried again.

    `attempt` is its record with the cost it caused; None when the provider was never called.
    """

    attempt_number: int
    failure: Failure
    transient: bool
    retry_after: timedelta
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True)
class GivenBack(Event):
    """The worker of this attempt must stop before it has ended."""

    attempt_number: int


@dataclass(frozen=True, slots=True)
class LeaseExpired(Event):
    """The claim ran out: its worker is gone."""


@dataclass(frozen=True, slots=True)
class GoodResult(Event):
    """An attempt, the current one or an earlier one, brought an image. `image` is the intent
    to store it; `attempt` carries what it cost."""

    attempt: Attempt
    image: StoredImage


@dataclass(frozen=True, slots=True)
class UploadResumed(Event):
    """A worker takes over an upload that another left unfinished."""


@dataclass(frozen=True, slots=True)
class ResultLost(Event):
    """An unfinished upload whose bytes are nowhere to be had."""


@dataclass(frozen=True, slots=True)
class StoreFailed(Event):
    """The image could not be stored."""

    failure: Failure
    transient: bool
    retry_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Stored(Event):
    """All objects of the image are in place."""

    image: StoredImage


@dataclass(frozen=True, slots=True)
class Judged(Event):
    """Somebody looks whether a stored image that awaits it has been scored, and well enough.
    Another draw would cost `price_micro_usd`, and all of the item's may cost `share_micro_usd`
    (None: whatever they do); none is wanted once the rest was cancelled."""

    price_micro_usd: int
    share_micro_usd: int | None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class LateResult(Event):
    """An image of an item that was given up; its objects are in place."""

    attempt: Attempt
    image: StoredImage


@dataclass(frozen=True, slots=True)
class LateWindowEnded(Event):
    """Retried or deleted: a late image is no longer wanted."""


@dataclass(frozen=True, slots=True)
class CancelRequested(Event):
    """The owner wants it stopped; of what has timed out, no late image is wanted either."""


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Event):
    """The item's time is up, and its provider was asked first."""


@dataclass(frozen=True, slots=True)
class DeadLettered(Event):
    """Its message failed too often."""
