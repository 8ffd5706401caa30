"""The table of moves, row by row: results, uploads, redraws, deadlines, late images."""

from datetime import timedelta

import pytest

from shared.domain import events as e
from shared.domain.generation import AttemptOutcome, FailureStage, Item, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.limits import DEADLINE, LATE_WINDOW, LEASE, MAX_ATTEMPTS
from tests.builders import NOW, a_generation, an_attempt, an_image
from tests.unit.test_transitions import (
    SOON,
    a_failure,
    bound,
    called,
    claimed,
    ignored,
    moved,
    queued,
)

OVERDUE = NOW + DEADLINE


def the_image(number: int = 1) -> StoredImage:
    return an_image(a_generation(), number=number)


def uploading(**changes: object) -> Item:
    """Its image arrived at SOON."""
    item = bound()
    good = e.GoodResult(an_attempt(item, prediction_id="p1"), the_image())
    return moved(item, good).after.model_copy(update=changes)


def timed_out() -> Item:
    return moved(bound(), e.DeadlinePassed(), OVERDUE).after


def a_late_result(item: Item, number: int = 2) -> e.LateResult:
    return e.LateResult(an_attempt(item, prediction_id="p1"), the_image(number))


@pytest.mark.parametrize(
    "item",
    [queued(calls=1, attempts=1), claimed(), called(), bound()],
    ids=["queued", "claimed", "called", "bound"],
)
def test_a_good_result_of_any_attempt_starts_the_upload(item: Item) -> None:
    attempt = an_attempt(item, prediction_id="p1")

    move = moved(item, e.GoodResult(attempt, the_image()))

    assert move.after.status is Status.UPLOADING
    assert move.after.image == the_image()
    assert move.after.lease_until == SOON + LEASE
    assert move.after.cost_micro_usd == attempt.cost_micro_usd
    assert move.image == the_image()
    assert move.attempt is not None
    assert move.attempt.outcome is AttemptOutcome.SUCCEEDED


def test_an_upload_knows_the_prediction_it_comes_from_even_when_it_was_never_bound() -> None:
    item = called()

    after = moved(item, e.GoodResult(an_attempt(item, prediction_id="p1"), the_image())).after

    assert (after.prediction_id, after.attempt_to_ask) == ("p1", 1)


def test_the_image_of_an_earlier_attempt_is_asked_of_that_attempt() -> None:
    item = bound(calls=2, attempts=2)
    earlier = an_attempt(item, number=1, prediction_id="p0")

    after = moved(item, e.GoodResult(earlier, the_image())).after

    assert (after.prediction_id, after.attempt_to_ask) == ("p0", 1)


@pytest.mark.parametrize(
    "status", [Status.UPLOADING, Status.COMPLETED, Status.CANCELLED, Status.FAILED]
)
def test_only_the_first_result_wins(status: Status) -> None:
    item = bound(status=status)

    assert ignored(item, e.GoodResult(an_attempt(item), the_image(2)))


def test_what_was_paid_once_is_counted_once() -> None:
    attempt = an_attempt(uploading(), outcome=AttemptOutcome.SUCCEEDED)
    item = called(cost_micro_usd=39_000)

    assert moved(item, e.GoodResult(attempt, the_image())).after.cost_micro_usd == 39_000


def test_a_stored_image_completes_its_item_and_goes_live_with_it() -> None:
    move = moved(uploading(), e.Stored(the_image()))

    assert move.after.status is Status.COMPLETED
    assert move.image is not None
    assert move.image.status is ImageStatus.LIVE
    assert move.after.image == move.image
    assert move.after.completed_at == SOON
    assert (move.after.lease_until, move.after.failure) == (None, None)


def test_an_image_that_is_not_the_one_uploaded_completes_nothing() -> None:
    assert ignored(uploading(), e.Stored(the_image(2))) == "another_image_won"


def test_an_upload_is_resumed_when_its_lease_has_run_out_and_under_the_same_keys() -> None:
    assert ignored(uploading(), e.UploadResumed()) == "lease_is_live"

    after = moved(uploading(), e.UploadResumed(), SOON + LEASE).after

    assert after.status is Status.UPLOADING
    assert after.lease_until == SOON + LEASE * 2
    assert after.image == the_image()


def test_a_transient_store_failure_leaves_the_upload_for_another_worker() -> None:
    event = e.StoreFailed(a_failure(), transient=True, retry_after=timedelta(seconds=3))

    move = moved(uploading(), event)

    assert (move.after.status, move.after.lease_until) == (Status.UPLOADING, None)
    assert move.redispatch_after == timedelta(seconds=3)


def test_an_upload_whose_worker_must_stop_is_left_for_another() -> None:
    move = moved(uploading(), e.GivenBack(attempt_number=1))

    assert (move.after.status, move.after.lease_until) == (Status.UPLOADING, None)
    assert move.redispatch_after == timedelta(0)


def test_a_permanent_store_failure_fails_the_item() -> None:
    failure = a_failure(stage=FailureStage.PERSISTING)

    after = moved(uploading(), e.StoreFailed(failure, transient=False)).after

    assert (after.status, after.failure, after.image) == (Status.FAILED, failure, None)


def test_lost_bytes_spend_the_attempt() -> None:
    after = moved(uploading(), e.ResultLost()).after

    assert (after.status, after.image, after.prediction_id) == (Status.QUEUED, None, None)
    last = moved(uploading(attempts=MAX_ATTEMPTS), e.ResultLost()).after
    assert last.status is Status.FAILED
    assert last.failure is not None
    assert last.failure.stage is FailureStage.UPLOADING


def test_a_cancellation_comes_too_late_for_an_upload() -> None:
    assert ignored(uploading(), e.CancelRequested()) == "CancelRequested_when_uploading"


@pytest.mark.parametrize("item", [claimed(), called(), bound()], ids=["claimed", "called", "bound"])
def test_the_deadline_fails_an_item_and_not_a_moment_sooner(item: Item) -> None:
    just_before = OVERDUE - timedelta(milliseconds=1)

    assert ignored(item, e.DeadlinePassed(), just_before) == "deadline_not_reached"
    after = moved(item, e.DeadlinePassed(), OVERDUE).after
    assert after.status is Status.FAILED
    assert after.failure is not None
    assert after.failure.code == "timeout"


def test_what_was_never_claimed_has_no_deadline() -> None:
    assert ignored(queued(), e.DeadlinePassed(), OVERDUE) == "deadline_not_reached"


def test_a_live_upload_is_not_timed_out() -> None:
    item = uploading(lease_until=OVERDUE + timedelta(seconds=30))

    assert ignored(item, e.DeadlinePassed(), OVERDUE) == "lease_is_live"


def test_the_late_window_counts_from_the_provider_call() -> None:
    item = timed_out()

    assert item.late_until == NOW + LATE_WINDOW
    assert item.ended
    assert not item.is_final(OVERDUE)
    assert item.is_final(NOW + LATE_WINDOW)


def test_an_item_whose_provider_was_never_called_has_no_late_window() -> None:
    after = moved(claimed(), e.DeadlinePassed(), OVERDUE).after

    assert after.late_until is None
    assert after.is_final(OVERDUE)


def test_a_late_image_completes_a_timed_out_item() -> None:
    item = timed_out()

    move = moved(item, a_late_result(item), NOW + LATE_WINDOW - timedelta(seconds=1))

    assert (move.after.status, move.after.late) == (Status.COMPLETED, True)
    assert move.after.cost_micro_usd == 39_000
    assert (move.after.late_until, move.after.failure) == (None, None)
    assert move.image is not None
    assert move.image.status is ImageStatus.LIVE


def test_an_image_after_the_window_is_too_late() -> None:
    item = timed_out()

    assert ignored(item, a_late_result(item), NOW + LATE_WINDOW) == "too_late"


def test_a_failure_that_is_no_timeout_stays_a_failure() -> None:
    item = moved(uploading(), e.StoreFailed(a_failure(), transient=False)).after

    assert ignored(item, a_late_result(item)) == "too_late"


def test_a_retry_or_deletion_ends_the_late_window() -> None:
    after = moved(timed_out(), e.LateWindowEnded(), OVERDUE).after

    assert (after.status, after.late_until) == (Status.FAILED, None)
    assert ignored(after, a_late_result(after), OVERDUE) == "too_late"
    assert ignored(after, e.LateWindowEnded(), OVERDUE) == "no_late_window"


def test_a_dead_letter_waits_for_a_live_attempt() -> None:
    assert ignored(claimed(), e.DeadLettered()) == "attempt_is_live"
    assert ignored(bound(), e.DeadLettered(), NOW + LEASE) == "attempt_is_live"


@pytest.mark.parametrize(
    ("item", "stage"),
    [
        (queued(), FailureStage.SUBMITTING),
        (called(lease_until=None), FailureStage.GENERATING),
        (uploading(lease_until=None, prediction_id=None), FailureStage.UPLOADING),
    ],
    ids=["queued", "called", "uploading"],
)
def test_a_dead_letter_without_a_live_attempt_fails_its_item(
    item: Item, stage: FailureStage
) -> None:
    after = moved(item, e.DeadLettered()).after

    assert after.status is Status.FAILED
    assert after.failure is not None
    assert (after.failure.code, after.failure.stage) == ("dead_letter", stage)
