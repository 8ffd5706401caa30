"""Who may call a provider now: one gate per provider, shared by all workers.

The rate is kept by GCRA (ITU-T I.371, 1996; "virtual scheduling"): a theoretical arrival time
runs ahead of the clock by one interval for each call, and calls are let through while it is no
further ahead than the burst. The free lane has an arrival time of its own at its share of the
rate, and is held to both. Calls that fail one after another open the gate's breaker for a while;
then one probe is let through, and its answer closes it. A provider that says when it can be
asked again is believed to the second.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.entity import Entity, Timestamp
from shared.domain.errors import (
    ProviderError,
    ProviderRateLimited,
    ProviderTimedOut,
    ProviderUnavailable,
    WorkLost,
)
from shared.domain.generation import Lane
from shared.domain.limits import PROVIDER_CALL
from shared.domain.request import ProviderName

FREE_SHARE: Final = 0.6
"""Of a provider's rate and burst, at most."""
FAILURES_TO_OPEN: Final = 5
"""In a row: fewer are told apart from bad luck by the items' own retries."""
OPEN_FOR: Final = timedelta(seconds=30)
THROTTLED_FOR: Final = timedelta(seconds=5)
"""Where a provider that throttles does not say for how long."""


class Rate(Entity):
    """Calls in a minute, and how many of them at once after a pause."""

    per_minute: float
    burst: int

    @property
    def interval(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute

    def shared(self) -> "Rate":
        """What of it the free lane may use; one call at once at the least."""
        return Rate(
            per_minute=self.per_minute * FREE_SHARE, burst=max(1, int(self.burst * FREE_SHARE))
        )


class Reason(StrEnum):
    """Why calls have to wait."""

    RATE = "rate"
    THROTTLED = "throttled"
    BREAKER = "breaker"
    CONTENDED = "contended"


class Admission(Entity):
    """`granted` calls may be made now; the others are to ask again after `wait`. `watched`: the
    provider has given trouble, so that good news of it is news."""

    granted: int
    wait: timedelta = timedelta(0)
    reason: Reason | None = None
    watched: bool = False


class Outcome(StrEnum):
    """What a call says of its provider's health, whatever became of the item."""

    ANSWERED = "answered"
    FAILED = "failed"
    THROTTLED = "throttled"


class Heard(Entity):
    """`retry_after` is in seconds, as the provider asked for."""

    outcome: Outcome
    retry_after: float | None = None


class Gate(Entity):
    """The record of one provider. `due` and `free_due` are theoretical arrival times."""

    provider: ProviderName
    version: int = 0
    due: Timestamp | None = None
    free_due: Timestamp | None = None
    blocked_until: Timestamp | None = None
    failures: int = 0
    open_until: Timestamp | None = None
    probing_until: Timestamp | None = None

    @property
    def is_open(self) -> bool:
        """From the last failure until a probe has been answered."""
        return self.open_until is not None


def heard(error: ProviderError | None) -> Heard:
    """Of a call that ended so. A refusal is an answer: the provider is well, and so is one that
    says it lost the work."""
    match error:
        case WorkLost():
            return Heard(outcome=Outcome.ANSWERED)
        case ProviderRateLimited():
            return Heard(outcome=Outcome.THROTTLED, retry_after=error.retry_after)
        case ProviderUnavailable() | ProviderTimedOut():
            return Heard(outcome=Outcome.FAILED)
        case _:
            return Heard(outcome=Outcome.ANSWERED)


def admit(gate: Gate, rate: Rate, lane: Lane, wanted: int, now: datetime) -> tuple[Admission, Gate]:
    """What may be called now, and the gate after it: the same one when nothing may."""
    if gate.blocked_until is not None and now < gate.blocked_until:
        wait = gate.blocked_until - now
        return Admission(granted=0, wait=wait, reason=Reason.THROTTLED), gate
    if gate.is_open:
        return _probe(gate, now)
    free = lane is Lane.STANDARD
    room = _room(gate.due, rate, now)
    if free:
        room = min(room, _room(gate.free_due, rate.shared(), now))
    granted = min(wanted, room)
    after = gate
    if granted:
        changes = {"due": _later(gate.due, rate, now, granted), "version": gate.version + 1}
        if free:
            changes["free_due"] = _later(gate.free_due, rate.shared(), now, granted)
        after = gate.model_copy(update=changes)
    watched = gate.failures > 0
    if granted == wanted:
        return Admission(granted=granted, watched=watched), after
    wait = _wait(after.due, rate, now, 1)
    if free:
        # Whoever waits anyway comes back once, for all that is left.
        wait = max(wait, _wait(after.free_due, rate.shared(), now, wanted - granted))
    return Admission(granted=granted, wait=wait, reason=Reason.RATE, watched=watched), after


def after_calls(gate: Gate, calls: list[Heard], now: datetime) -> Gate:
    """The gate when these calls have ended, in this order; the same one when they tell nothing."""
    changed = gate
    for call in calls:
        changed = _after_call(changed, call, now)
    return changed if changed == gate else changed.model_copy(update={"version": gate.version + 1})


def _after_call(gate: Gate, call: Heard, now: datetime) -> Gate:
    match call.outcome:
        case Outcome.ANSWERED:
            closed = {"failures": 0, "open_until": None, "probing_until": None}
            return gate.model_copy(update=closed)
        case Outcome.THROTTLED:
            asked = call.retry_after
            pause = THROTTLED_FOR if asked is None else timedelta(seconds=asked)
            until = max(gate.blocked_until or now, now + pause)
            return gate.model_copy(update={"blocked_until": until, "probing_until": None})
        case Outcome.FAILED:
            failures = gate.failures + 1
            opens = gate.is_open or failures >= FAILURES_TO_OPEN
            changes = {"failures": failures, "probing_until": None}
            return gate.model_copy(
                update=changes | ({"open_until": now + OPEN_FOR} if opens else {})
            )


def _probe(gate: Gate, now: datetime) -> tuple[Admission, Gate]:
    """One call at a time finds out whether the provider is back."""
    assert gate.open_until is not None, "it is open"
    closed_at = max(gate.open_until, gate.probing_until or gate.open_until)
    if now < closed_at:
        return Admission(granted=0, wait=closed_at - now, reason=Reason.BREAKER), gate
    probing = {"probing_until": now + PROVIDER_CALL, "version": gate.version + 1}
    admission = Admission(granted=1, wait=OPEN_FOR, reason=Reason.BREAKER, watched=True)
    return admission, gate.model_copy(update=probing)


def _room(due: datetime | None, rate: Rate, now: datetime) -> int:
    """Calls that fit into the burst."""
    ahead = max(timedelta(0), (due or now) - now)
    return max(0, int((rate.interval * rate.burst - ahead) / rate.interval + 1e-9))


def _later(due: datetime | None, rate: Rate, now: datetime, calls: int) -> datetime:
    return max(due or now, now) + rate.interval * calls


def _wait(due: datetime | None, rate: Rate, now: datetime, calls: int) -> timedelta:
    """Until so many more calls fit, or as many as ever do."""
    ahead = max(timedelta(0), (due or now) - now)
    return max(timedelta(0), ahead + rate.interval * (min(calls, rate.burst) - rate.burst))
