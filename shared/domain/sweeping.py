"""What the sweeper does with an item it finds, and when it looks again.

The due marker of a generation only nominates; these decisions are made on the record itself.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.domain import events as e
from shared.domain.generation import Dispatch, Item, Snapshot, Status
from shared.domain.holding import needs_workflow
from shared.domain.limits import FIRST_RESEND, LEASE, QUEUE_TIMEOUT, TIMEOUT_GRACE


@dataclass(frozen=True, slots=True)
class Resend:
    """Send the item's message again: nobody has taken it, or its worker is gone."""


@dataclass(frozen=True, slots=True)
class AskProvider:
    """Queue a poll: nobody may be asking, or the deadline has passed and the provider is
    asked before the item is given up."""


type Remedy = e.Event | Resend | AskProvider | None


def remedy(item: Item, now: datetime) -> Remedy:
    """What an overdue item needs; None when it is not overdue."""
    if item.ended or item.dispatch is Dispatch.HELD:
        return None
    if item.deadline is not None and now >= item.deadline:
        return _past_deadline(item, item.deadline, now)
    if item.status is Status.QUEUED:
        return _waiting(item, now)
    if item.lease_is_live(now):
        return None
    if item.status is Status.UPLOADING:
        return Resend()
    return e.LeaseExpired() if item.prediction_id is None else _bound(item, now)


def _bound(item: Item, now: datetime) -> Remedy:
    """Callback and polls look after a prediction, unless the worker died before it sent the
    first poll and nobody hears of the callback: asked too often costs little."""
    long_ago = item.called_at is not None and now - item.called_at >= LEASE
    return AskProvider() if long_ago else None


def _past_deadline(item: Item, deadline: datetime, now: datetime) -> Remedy:
    """An image that is there is stored, and a provider is asked, for the length of the grace."""
    if now >= deadline + TIMEOUT_GRACE:
        return e.DeadlinePassed()
    if item.status is Status.UPLOADING:
        return None if item.lease_is_live(now) else Resend()
    return e.DeadlinePassed() if item.prediction_id is None else AskProvider()


def _waiting(item: Item, now: datetime) -> Remedy:
    waited = now - item.queued_at
    if waited >= QUEUE_TIMEOUT:
        return e.Unclaimed()
    return Resend() if waited >= FIRST_RESEND else None


def next_due(snapshot: Snapshot, now: datetime) -> datetime:
    """When to look at an open generation again."""
    if all(item.ended for item in snapshot.items):
        return now
    if needs_workflow(snapshot):
        return now + FIRST_RESEND
    running = (item for item in snapshot.items if not item.ended)
    return max(now, min(_item_due(item, now) for item in running))


def _item_due(item: Item, now: datetime) -> datetime:
    if item.dispatch is Dispatch.HELD:
        return now + LEASE
    soon = now + FIRST_RESEND
    if item.deadline is not None and now >= item.deadline:
        return soon
    if item.status is Status.QUEUED:
        due = _next_resend(item, now)
    elif item.status is Status.GENERATING and item.prediction_id is not None:
        due = now + LEASE  # Should it be requeued meanwhile, and its message be lost.
    else:
        due = item.lease_until or soon
    return min(due, item.deadline or due)


def _next_resend(item: Item, now: datetime) -> datetime:
    """Resends double their distance: 1, 2, 4 … minutes after queueing. The worker that
    claims the item moves the marker to the end of its lease."""
    wait = FIRST_RESEND
    while item.queued_at + wait <= now:
        wait *= 2
    return item.queued_at + wait
