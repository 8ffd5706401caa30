"""What the sweeper does with an item it finds, and when it looks again.

The due marker of a generation only nominates; these decisions are made on the record itself.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.domain import events as e
from shared.domain.generation import Dispatch, Item, Snapshot, Status
from shared.domain.limits import FIRST_RESEND, LEASE, QUEUE_TIMEOUT, TIMEOUT_GRACE


@dataclass(frozen=True, slots=True)
class Resend:
    """Send the item's message again: nobody has taken it, or its worker is gone."""


@dataclass(frozen=True, slots=True)
class AskProvider:
    """Queue a poll: a prediction is past its deadline, and its provider is asked first."""


type Remedy = e.Event | Resend | AskProvider | None


def remedy(item: Item, now: datetime) -> Remedy:
    """What an overdue item needs; None when it is not overdue."""
    if item.ended or item.dispatch is Dispatch.HELD:
        return None
    if item.deadline is not None and now >= item.deadline:
        waiting = item.prediction_id is not None and now < item.deadline + TIMEOUT_GRACE
        return AskProvider() if waiting else e.DeadlinePassed()
    if item.status is Status.QUEUED:
        return _waiting(item, now)
    if item.prediction_id is not None or item.lease_is_live(now):
        return None
    return Resend() if item.status is Status.UPLOADING else e.LeaseExpired()


def _waiting(item: Item, now: datetime) -> Remedy:
    if now - item.queued_at >= QUEUE_TIMEOUT:
        return e.Unclaimed()
    return Resend() if now - item.queued_at >= FIRST_RESEND else None


def next_due(snapshot: Snapshot, now: datetime) -> datetime:
    """When to look at an open generation again."""
    if all(item.ended for item in snapshot.items):
        return now
    running = (item for item in snapshot.items if not item.ended)
    return max(now, min(_item_due(item, now) for item in running))


def _item_due(item: Item, now: datetime) -> datetime:
    if item.dispatch is Dispatch.HELD:
        return now + LEASE
    if item.status is Status.QUEUED:
        return _next_resend(item, now)
    if item.prediction_id is not None and item.deadline is not None:
        # Past the deadline the provider is asked each minute until the grace is over.
        return item.deadline if now < item.deadline else now + FIRST_RESEND
    return item.lease_until or now


def _next_resend(item: Item, now: datetime) -> datetime:
    """Resends double their distance: 1, 2, 4 … minutes after queueing. The worker that
    claims the item moves the marker to the end of its lease."""
    wait = FIRST_RESEND
    while item.queued_at + wait <= now:
        wait *= 2
    return item.queued_at + wait
