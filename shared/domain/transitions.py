"""The one table of legal moves of an item: (state, event, now) -> move.

Nothing else changes a status. A move is written on the condition that the stored item is
still the one it was decided on (its version); the loser of a race is handed the winner's
record and decides again. A moment that changes nothing is `Ignored`, and counted by its reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain import events as e
from shared.domain.errors import FailureClass
from shared.domain.generation import (
    STAGES,
    Attempt,
    AttemptOutcome,
    Dispatch,
    Failure,
    FailureStage,
    Item,
    Status,
)
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.judging import best_image, may_draw_again, on_record, score_may_still_come
from shared.domain.limits import LATE_WINDOW, LEASE, MAX_ATTEMPTS, QUEUE_TIMEOUT
from shared.domain.seeds import redraw_seed

Q, P, G, U = Status.QUEUED, Status.PROCESSING, Status.GENERATING, Status.UPLOADING
ENDS = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Move:
    """A decision: the item's new state and what must commit together with it.

    `attempt` and `image` are written in the same transaction. `redispatch_after` is done after
    the commit, and the sweeper makes up for a crash in between; `cancel_prediction` is told as
    well as may be.
    """

    before: Item
    after: Item
    attempt: Attempt | None = None
    image: StoredImage | None = None
    redispatch_after: timedelta | None = None
    cancel_prediction: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """The event changes nothing in this state; `reason` is a stable word for the metrics."""

    item: Item
    reason: str


type Decision = Move | Ignored
type Rule = Callable[[Item, Any, datetime], Decision]


def decide(item: Item, event: e.Event, now: datetime) -> Decision:
    """Look the pair up in the table; a pair that is not there changes nothing."""
    rule = TABLE.get((item.status, type(event)))
    if rule is None:
        return Ignored(item, f"{type(event).__name__}_when_{item.status}")
    return rule(item, event, now)


def _to(item: Item, status: Status, **changes: Any) -> Item:
    furthest = max(item.furthest, status, key=STAGES.index) if status in STAGES else item.furthest
    fields = {"status": status, "furthest": furthest, "version": item.version + 1, **changes}
    return item.model_copy(update=fields)


_RELEASED: dict[str, Any] = {"lease_until": None, "dispatch": None}
_UNBOUND: dict[str, Any] = {"called_at": None, "prediction_id": None, "won_by": None}


def _claim(item: Item, event: e.Claimed, now: datetime) -> Decision:
    if item.dispatch is Dispatch.HELD:
        return Ignored(item, "held")
    if item.deadline is not None and now >= item.deadline:
        return Ignored(item, "past_deadline")
    after = _to(
        item,
        P,
        dispatch=None,
        calls=item.calls + 1,
        attempts=item.attempts + 1,
        lease_until=now + LEASE,
        started_at=item.started_at or now,
        failure=None,
        **_UNBOUND,
    )
    return Move(item, after)


def _queue_timeout(item: Item, event: e.Unclaimed, now: datetime) -> Decision:
    if now - item.queued_at < QUEUE_TIMEOUT or item.dispatch is Dispatch.HELD:
        return Ignored(item, "may_still_be_claimed")
    failure = Failure(
        code="queue_timeout",
        failure_class=FailureClass.TIMEOUT,
        stage=FailureStage.SUBMITTING,
        message="No worker was free for two hours.",
    )
    return _fail(item, failure, now)


def _release(item: Item, event: e.LetGo, now: datetime) -> Decision:
    if item.dispatch is not Dispatch.HELD:
        return Ignored(item, "not_held")
    after = _to(item, Q, dispatch=Dispatch.PENDING, queued_at=now, awaited=event.awaited)
    return Move(item, after)


def _give_up(item: Item, event: e.GivenUp, now: datetime) -> Decision:
    if item.dispatch is not Dispatch.HELD:
        return Ignored(item, "not_held")
    return _fail(item, event.failure, now)


def _answered(item: Item, event: e.Answered, now: datetime) -> Decision:
    if not item.awaited:
        return Ignored(item, "not_awaited")
    return Move(item, _to(item, item.status, awaited=False))


def _provider_called(item: Item, event: e.ProviderCalled, now: datetime) -> Decision:
    attempt = event.attempt
    if attempt.number != item.calls:
        return Ignored(item, "not_the_current_attempt")
    after = _to(
        item,
        G,
        provider=attempt.provider,
        model=attempt.model,
        called_at=attempt.called_at,
        prediction_id=attempt.prediction_id,
    )
    return Move(item, after, attempt=attempt)


def _bind(item: Item, event: e.Bound, now: datetime) -> Decision:
    if event.attempt.number != item.calls or item.prediction_id is not None:
        return Ignored(item, "bound_already")
    prediction = event.attempt.prediction_id
    # The provider works without us from here on: the deadline watches, not the lease.
    after = _to(item, G, prediction_id=prediction, lease_until=None)
    return Move(item, after, attempt=event.attempt)


def _retry_or_fail(item: Item, event: e.AttemptFailed, now: datetime) -> Decision:
    if event.attempt_number != item.calls:
        return Ignored(item, "not_the_current_attempt")
    ended = _ended(event, now)
    cost = item.cost_micro_usd + (event.attempt.cost_micro_usd if event.attempt else 0)
    item_paid = item.model_copy(update={"cost_micro_usd": cost})
    can_wait = item.deadline is not None and now + event.retry_after < item.deadline
    if event.transient and item.attempts < MAX_ATTEMPTS and can_wait:
        queued = _to(
            item_paid,
            Q,
            dispatch=Dispatch.PENDING,
            queued_at=now + event.retry_after,
            lease_until=None,
            failure=event.failure,
            **_UNBOUND,
        )
        return Move(item, queued, attempt=ended, redispatch_after=event.retry_after)
    failed = _fail(item_paid, event.failure, now)
    return Move(item, failed.after, attempt=ended)


def _ended(event: e.AttemptFailed, now: datetime) -> Attempt | None:
    if event.attempt is None:
        return None
    return event.attempt.model_copy(
        update={"outcome": AttemptOutcome.FAILED, "failure": event.failure, "ended_at": now}
    )


def _lease_expired(item: Item, event: e.LeaseExpired, now: datetime) -> Decision:
    if item.prediction_id is not None:
        return Ignored(item, "prediction_is_live")
    if item.lease_is_live(now):
        return Ignored(item, "lease_is_live")
    failure = Failure(
        code="worker_lost",
        failure_class=FailureClass.TEMPORARY,
        stage=_stage(item),
        message="The worker that drew this image was lost.",
    )
    lost = e.AttemptFailed(
        attempt_number=item.calls, failure=failure, transient=True, retry_after=timedelta(0)
    )
    return _retry_or_fail(item, lost, now)


def _give_back(item: Item, event: e.GivenBack, now: datetime) -> Decision:
    """By the worker that holds the claim, so there is no lease to wait for."""
    if event.attempt_number != item.calls:
        return Ignored(item, "not_the_current_attempt")
    if item.awaits_judgement:
        return Ignored(item, "stored_already")
    if item.status is U:
        return Move(item, _to(item, U, lease_until=None), redispatch_after=timedelta(0))
    if item.prediction_id is not None:
        return Ignored(item, "prediction_is_live")
    failure = Failure(
        code="worker_time_up",
        failure_class=FailureClass.TIMEOUT,
        stage=_stage(item),
        message="The worker's time was up before the image was there.",
    )
    spent = e.AttemptFailed(
        attempt_number=item.calls, failure=failure, transient=True, retry_after=timedelta(0)
    )
    return _retry_or_fail(item, spent, now)


def _newly_paid(attempt: Attempt) -> int:
    """What an attempt adds to the cost of its item: nothing when its result came before."""
    return attempt.cost_micro_usd if attempt.outcome is None else 0


def _upload(item: Item, event: e.GoodResult, now: datetime) -> Decision:
    if event.attempt.number <= item.calls - item.attempts:
        # That image would have the seed of an earlier draw, which is on record already.
        return Ignored(item, "of_an_earlier_draw")
    # An earlier attempt may win, and a callback may come before its prediction is bound.
    attempt = event.attempt.model_copy(
        update={"outcome": AttemptOutcome.SUCCEEDED, "ended_at": now}
    )
    after = _to(
        item,
        U,
        image=event.image,
        lease_until=now + LEASE,
        dispatch=None,
        provider=attempt.provider,
        model=attempt.model,
        prediction_id=attempt.prediction_id,
        won_by=attempt.number,
        cost_micro_usd=item.cost_micro_usd + _newly_paid(event.attempt),
    )
    return Move(item, after, attempt=attempt, image=event.image)


def _resume_upload(item: Item, event: e.UploadResumed, now: datetime) -> Decision:
    if item.awaits_judgement:
        return Ignored(item, "stored_already")
    if item.lease_is_live(now):
        return Ignored(item, "lease_is_live")
    return Move(item, _to(item, U, lease_until=now + LEASE))


def _result_lost(item: Item, event: e.ResultLost, now: datetime) -> Decision:
    """The bytes died with their worker before they were stored: the attempt is spent."""
    if item.awaits_judgement:
        return Ignored(item, "stored_already")
    failure = Failure(
        code="result_lost",
        failure_class=FailureClass.TEMPORARY,
        stage=FailureStage.UPLOADING,
        message="The image was lost before it could be stored.",
    )
    lost = e.AttemptFailed(
        attempt_number=item.calls, failure=failure, transient=True, retry_after=timedelta(0)
    )
    return _retry_or_fail(item.model_copy(update={"image": None}), lost, now)


def _store_failed(item: Item, event: e.StoreFailed, now: datetime) -> Decision:
    if not event.transient:
        return _fail(item, event.failure, now)
    if item.awaits_judgement:
        return Ignored(item, "stored_already")
    return Move(item, _to(item, U, lease_until=None), redispatch_after=event.retry_after)


def _complete(item: Item, event: e.Stored, now: datetime) -> Decision:
    """Where a score was asked for it is waited for first: the image is live, so that it is looked
    at like any other, and the lease says who looks after it."""
    if item.image is None or event.image.id != item.image.id:
        return Ignored(item, "another_image_won")
    if item.awaits_judgement:
        return Ignored(item, "stored_already")
    live = event.image.model_copy(update={"status": ImageStatus.LIVE})
    if item.accept is not None and live.awaits_analysis:
        return Move(item, _to(item, U, image=live, lease_until=now + LEASE), image=live)
    return _delivered_live(item, live, now)


def _delivered_live(item: Item, live: StoredImage, now: datetime, **changes: Any) -> Move:
    """With an image that goes live in the same moment."""
    stored = item.model_copy(update={"image": live})
    return replace(_deliver(stored, now, **changes), before=item, image=live)


def _deliver(item: Item, now: datetime, **changes: Any) -> Move:
    """Completed with the best of its images that are live; it has one at least."""
    kept, draws = best_image(item), on_record(item)
    assert kept is not None, "an image is stored"
    fields: dict[str, Any] = {
        "image": kept,
        "best": None,
        "draws": draws,
        "completed_at": now,
        "failure": None,
        "late_until": None,
        "model": kept.model or item.model,
    }
    for draw in draws:
        if draw.image_id == kept.id:
            fields |= draw.model_dump(include={"seed", "attempts", "provider"})
    return Move(item, _to(item, Status.COMPLETED, **_RELEASED, **fields | changes))


def _judge(item: Item, event: e.Judged, now: datetime) -> Decision:
    image = item.image
    if not item.awaits_judgement or image is None:
        return Ignored(item, "awaits_no_judgement")
    if image.awaits_analysis:
        if item.lease_is_live(now):
            return Ignored(item, "lease_is_live")
        if score_may_still_come(item, now):
            return Move(item, _to(item, U, lease_until=now + LEASE))
    if may_draw_again(item, event, now):
        return _draw_again(item, now)
    return _deliver(item, now)


def _draw_again(item: Item, now: datetime) -> Move:
    draws = on_record(item)
    after = _to(
        item,
        Q,
        dispatch=Dispatch.PENDING,
        queued_at=now,
        lease_until=None,
        seed=redraw_seed(draws[0].seed, len(draws)),
        draws=draws,
        attempts=0,
        best=best_image(item),
        image=None,
        **_UNBOUND,
    )
    return Move(item, after, redispatch_after=timedelta(0))


def _cancel(item: Item, event: e.CancelRequested, now: datetime) -> Decision:
    if item.best is not None:
        return replace(_deliver(item, now), cancel_prediction=item.prediction_id)
    after = _to(item, Status.CANCELLED, completed_at=now, **_RELEASED)
    return Move(item, after, cancel_prediction=item.prediction_id)


def _time_out(item: Item, event: e.DeadlinePassed, now: datetime) -> Decision:
    if item.deadline is None or now < item.deadline:
        return Ignored(item, "deadline_not_reached")
    if item.status is U and item.lease_is_live(now):
        return Ignored(item, "lease_is_live")
    failure = Failure(
        code="timeout",
        failure_class=FailureClass.TIMEOUT,
        stage=_stage(item),
        message="No image arrived within ten minutes.",
    )
    late_until = None if item.called_at is None else item.called_at + LATE_WINDOW
    return _fail(item, failure, now, late_until=late_until)


def _dead_letter(item: Item, event: e.DeadLettered, now: datetime) -> Decision:
    before_deadline = item.deadline is not None and now < item.deadline
    if item.lease_is_live(now) or (item.prediction_id is not None and before_deadline):
        return Ignored(item, "attempt_is_live")
    failure = Failure(
        code="dead_letter",
        failure_class=FailureClass.TEMPORARY,
        stage=_stage(item),
        message="The work failed repeatedly and was set aside.",
    )
    return _fail(item, failure, now)


def _late(item: Item, event: e.LateResult, now: datetime) -> Decision:
    if item.late_until is None or item.late_until <= now:
        return Ignored(item, "too_late")
    attempt = event.attempt.model_copy(
        update={"outcome": AttemptOutcome.SUCCEEDED, "ended_at": now}
    )
    cost = item.cost_micro_usd + _newly_paid(event.attempt)
    live = event.image.model_copy(update={"status": ImageStatus.LIVE})
    drawn = item.model_copy(update={"provider": attempt.provider, "model": attempt.model})
    completed = _delivered_live(drawn, live, now, late=True, cost_micro_usd=cost)
    return replace(completed, before=item, attempt=attempt)


def _end_late_window(
    item: Item, event: e.CancelRequested | e.LateWindowEnded, now: datetime
) -> Decision:
    """It stays failed: only, a late image is no longer taken, and need not be drawn."""
    if item.late_until is None:
        return Ignored(item, "no_late_window")
    after = _to(item, Status.FAILED, late_until=None)
    return Move(item, after, cancel_prediction=item.prediction_id)


def _fail(item: Item, failure: Failure, now: datetime, **changes: Any) -> Move:
    """Only an item without a stored image: whatever ends the drawing of a better one, the best
    there is is delivered."""
    if item.best is not None or item.awaits_judgement:
        return _deliver(item, now)
    after = _to(
        item,
        Status.FAILED,
        failure=failure,
        image=None,
        completed_at=now,
        **_RELEASED,
        **changes,
    )
    return Move(item, after)


_STAGE_OF = {
    Q: FailureStage.SUBMITTING,
    P: FailureStage.SUBMITTING,
    G: FailureStage.GENERATING,
    U: FailureStage.UPLOADING,
}


def _stage(item: Item) -> FailureStage:
    return _STAGE_OF[item.status]


TABLE: dict[tuple[Status, type[e.Event]], Rule] = {
    (Q, e.Claimed): _claim,
    (Q, e.LetGo): _release,
    (Q, e.GivenUp): _give_up,
    (Q, e.Unclaimed): _queue_timeout,
    (P, e.ProviderCalled): _provider_called,
    (G, e.Bound): _bind,
    **{(status, e.AttemptFailed): _retry_or_fail for status in (P, G)},
    **{(status, e.LeaseExpired): _lease_expired for status in (P, G)},
    **{(status, e.GivenBack): _give_back for status in (P, G, U)},
    **{(status, e.CancelRequested): _cancel for status in (Q, P, G)},
    **{(status, e.GoodResult): _upload for status in (Q, P, G)},
    (U, e.Stored): _complete,
    (U, e.UploadResumed): _resume_upload,
    (U, e.ResultLost): _result_lost,
    (U, e.StoreFailed): _store_failed,
    (U, e.Judged): _judge,
    **{(status, e.DeadlinePassed): _time_out for status in (Q, P, G, U)},
    **{(status, e.DeadLettered): _dead_letter for status in (Q, P, G, U)},
    (Status.FAILED, e.LateResult): _late,
    (Status.FAILED, e.LateWindowEnded): _end_late_window,
    (Status.FAILED, e.CancelRequested): _end_late_window,
    **{(status, e.Answered): _answered for status in ENDS},
}
