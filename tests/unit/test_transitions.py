"""The table of moves, row by row: waiting, claiming, calling, retrying."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain import events as e
from shared.domain.errors import FailureClass
from shared.domain.generation import (
    AttemptOutcome,
    Dispatch,
    Failure,
    FailureStage,
    Item,
    Status,
)
from shared.domain.limits import DEADLINE, LEASE, MAX_ATTEMPTS, QUEUE_TIMEOUT
from shared.domain.transitions import Ignored, Move, decide
from tests.builders import NOW, a_generation, an_attempt, an_item

SOON = NOW + timedelta(seconds=5)


def moved(item: Item, event: e.Event, now: datetime = SOON) -> Move:
    decision = decide(item, event, now)
    assert isinstance(decision, Move), decision
    return decision


def ignored(item: Item, event: e.Event, now: datetime = SOON) -> str:
    decision = decide(item, event, now)
    assert isinstance(decision, Ignored), decision
    assert decision.item is item
    return decision.reason


def queued(**changes: Any) -> Item:
    return an_item(a_generation(), **changes)


def claimed(**changes: object) -> Item:
    """Taken by a worker at NOW."""
    return moved(queued(), e.Claimed(), NOW).after.model_copy(update=changes)


def called(**changes: object) -> Item:
    """Its provider has been called at NOW."""
    item = claimed()
    return moved(item, e.ProviderCalled(an_attempt(item)), NOW).after.model_copy(update=changes)


def bound(**changes: object) -> Item:
    """The provider works on it as prediction `p1`."""
    item = called()
    attempt = an_attempt(item, prediction_id="p1")
    return moved(item, e.Bound(attempt), NOW).after.model_copy(update=changes)


def a_failure(**changes: object) -> Failure:
    fields = {
        "code": "provider_unavailable",
        "failure_class": FailureClass.TEMPORARY,
        "stage": FailureStage.GENERATING,
        "message": "The provider is down.",
    }
    return Failure.model_validate(fields | changes)


def a_failed_attempt(
    item: Item, *, transient: bool = True, after: timedelta = timedelta(seconds=4)
) -> e.AttemptFailed:
    return e.AttemptFailed(
        attempt_number=item.calls,
        failure=a_failure(),
        transient=transient,
        retry_after=after,
        attempt=an_attempt(item, cost_micro_usd=0),
    )


def test_a_claim_gives_a_lease_and_spends_an_attempt() -> None:
    after = moved(queued(), e.Claimed(), SOON).after

    assert after.status is Status.PROCESSING
    assert after.dispatch is None
    assert (after.calls, after.attempts) == (1, 1)
    assert after.lease_until == SOON + LEASE
    assert after.deadline == SOON + DEADLINE


def test_the_deadline_counts_from_the_first_claim() -> None:
    item = queued(started_at=NOW, calls=1, attempts=1)

    assert moved(item, e.Claimed(), SOON).after.deadline == NOW + DEADLINE


def test_a_held_item_cannot_be_claimed_and_does_not_grow_old() -> None:
    item = queued(dispatch=Dispatch.HELD)

    assert ignored(item, e.Claimed()) == "held"
    assert ignored(item, e.Unclaimed(), NOW + QUEUE_TIMEOUT * 2) == "may_still_be_claimed"


def test_a_held_item_is_let_go_as_if_it_were_queued_just_now() -> None:
    after = moved(queued(dispatch=Dispatch.HELD), e.LetGo(), SOON).after

    assert (after.status, after.dispatch) == (Status.QUEUED, Dispatch.PENDING)
    assert after.queued_at == SOON
    assert ignored(after, e.LetGo()) == "not_held"


def test_two_hours_without_a_worker_fail_an_item() -> None:
    item = queued()

    assert ignored(item, e.Unclaimed(), NOW + QUEUE_TIMEOUT - timedelta(seconds=1))
    after = moved(item, e.Unclaimed(), NOW + QUEUE_TIMEOUT).after
    assert after.status is Status.FAILED
    assert after.failure is not None
    assert (after.failure.code, after.failure.stage) == (
        "queue_timeout",
        FailureStage.SUBMITTING,
    )


def test_a_call_is_recorded_with_its_provider_and_model_before_it_is_made() -> None:
    item = claimed()
    attempt = an_attempt(item)

    move = moved(item, e.ProviderCalled(attempt), NOW)

    assert move.after.status is Status.GENERATING
    assert (move.after.provider, move.after.model) == (attempt.provider, attempt.model)
    assert move.after.called_at == attempt.called_at
    assert move.attempt == attempt


def test_a_call_of_an_earlier_claim_is_not_recorded() -> None:
    item = claimed(calls=2)

    assert ignored(item, e.ProviderCalled(an_attempt(item, number=1))) == "not_the_current_attempt"


def test_a_bound_prediction_needs_no_lease() -> None:
    item = bound()

    assert item.status is Status.GENERATING
    assert item.prediction_id == "p1"
    assert item.lease_until is None
    assert ignored(item, e.LeaseExpired(), NOW + LEASE) == "prediction_is_live"


def test_a_prediction_is_bound_once_and_only_by_its_own_attempt() -> None:
    second = an_attempt(bound(), prediction_id="p2")
    stale = an_attempt(called(), number=9, prediction_id="p9")

    assert ignored(bound(), e.Bound(second)) == "bound_already"
    assert ignored(called(), e.Bound(stale)) == "bound_already"


@pytest.mark.parametrize("item", [claimed(), called(), bound()], ids=["claimed", "called", "bound"])
def test_a_transient_failure_requeues_with_a_delayed_copy(item: Item) -> None:
    move = moved(item, a_failed_attempt(item))

    after = move.after
    assert (after.status, after.dispatch) == (Status.QUEUED, Dispatch.PENDING)
    assert after.queued_at == SOON + timedelta(seconds=4)
    assert (after.lease_until, after.prediction_id, after.called_at) == (None, None, None)
    assert move.redispatch_after == timedelta(seconds=4)
    assert move.attempt is not None
    assert move.attempt.outcome is AttemptOutcome.FAILED


def test_a_permanent_failure_ends_the_item_where_it_was() -> None:
    item = called()

    move = moved(item, a_failed_attempt(item, transient=False))

    assert move.after.status is Status.FAILED
    assert move.after.failure == a_failure()
    assert move.after.completed_at == SOON
    assert move.redispatch_after is None


def test_the_last_allowed_attempt_ends_the_item() -> None:
    item = called(attempts=MAX_ATTEMPTS)

    assert moved(item, a_failed_attempt(item)).after.status is Status.FAILED


def test_a_retry_that_would_come_after_the_deadline_ends_the_item() -> None:
    item = called()

    assert moved(item, a_failed_attempt(item, after=DEADLINE)).after.status is Status.FAILED


def test_the_failure_of_an_earlier_attempt_changes_nothing() -> None:
    item = called(calls=2)
    stale = e.AttemptFailed(
        attempt_number=1, failure=a_failure(), transient=False, retry_after=timedelta(0)
    )

    assert ignored(item, stale) == "not_the_current_attempt"


def test_a_failed_attempt_may_cost() -> None:
    item = called(cost_micro_usd=100)
    attempt = an_attempt(item, cost_micro_usd=39_000)
    event = e.AttemptFailed(
        attempt_number=1,
        failure=a_failure(),
        transient=True,
        retry_after=timedelta(0),
        attempt=attempt,
    )

    assert moved(item, event).after.cost_micro_usd == 39_100


def test_an_expired_lease_spends_the_attempt() -> None:
    item = called()

    assert ignored(item, e.LeaseExpired(), NOW + LEASE - timedelta(seconds=1)) == "lease_is_live"
    after = moved(item, e.LeaseExpired(), NOW + LEASE).after
    assert (after.status, after.attempts) == (Status.QUEUED, 1)
    assert after.failure is not None
    assert after.failure.code == "worker_lost"


def test_an_expired_lease_of_the_last_attempt_fails_the_item() -> None:
    item = claimed(attempts=MAX_ATTEMPTS)

    after = moved(item, e.LeaseExpired(), NOW + LEASE).after

    assert after.status is Status.FAILED
    assert after.failure is not None
    assert after.failure.stage is FailureStage.SUBMITTING


@pytest.mark.parametrize("item", [claimed(), called()], ids=["claimed", "called"])
def test_a_worker_that_must_stop_gives_its_item_back_at_once(item: Item) -> None:
    move = moved(item, e.GivenBack(attempt_number=1))

    assert (move.after.status, move.after.attempts) == (Status.QUEUED, 1)
    assert move.redispatch_after == timedelta(0)


def test_nobody_gives_back_what_another_worker_holds_or_a_provider_works_on() -> None:
    assert ignored(called(calls=2), e.GivenBack(attempt_number=1)) == "not_the_current_attempt"
    assert ignored(bound(), e.GivenBack(attempt_number=1)) == "prediction_is_live"


@pytest.mark.parametrize(
    "item", [queued(), claimed(), called()], ids=["queued", "claimed", "called"]
)
def test_a_cancelled_item_has_nothing_to_tell_a_provider(item: Item) -> None:
    move = moved(item, e.CancelRequested())

    assert move.after.status is Status.CANCELLED
    assert move.after.dispatch is None
    assert move.cancel_prediction is None


def test_the_provider_of_a_cancelled_prediction_is_told() -> None:
    assert moved(bound(), e.CancelRequested()).cancel_prediction == "p1"
