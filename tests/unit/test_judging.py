"""The table of moves, row by row: images that must look like their person to be delivered."""

from datetime import timedelta

import pytest

from shared.domain import events as e
from shared.domain.draws import Judgement
from shared.domain.generation import Dispatch, Item, Status
from shared.domain.images import ImageStatus
from shared.domain.likeness import Similarity
from shared.domain.limits import DEADLINE, LEASE, PROVIDER_CALL, QUEUE_TIMEOUT
from shared.domain.request import Acceptance
from shared.domain.seeds import item_seed, redraw_seed
from shared.domain.transitions import Ignored, Move, decide
from tests.builders import NOW, an_attempt
from tests.draw_builders import (
    A_DRAW,
    FREE_TO_SPEND,
    PRICE,
    a_score,
    after_draws,
    awaiting,
    awaiting_image,
    called,
    moved,
    queued,
    scored,
)
from tests.unit.test_transitions import a_failed_attempt, a_failure


def ended_with(item: Item) -> tuple[Status, Judgement | None, float | None, list[float | None]]:
    """How it ended, the score of what is delivered, and those of all that is on record."""
    score = item.image.score if item.image else None
    return item.status, item.judgement, score, [draw.score for draw in item.draws]


BEST_OF_BOTH = (Status.COMPLETED, Judgement.BEST_EFFORT, 72.0, [72.0, 61.0])
BEST_SO_FAR = (Status.COMPLETED, Judgement.BEST_EFFORT, 72.0, [72.0])


def test_a_stored_image_goes_live_and_its_item_waits_for_the_score() -> None:
    item = called(queued(), NOW)
    image = awaiting_image(1)
    item = moved(item, e.GoodResult(an_attempt(item), image), NOW)

    move = decide(item, e.Stored(image), NOW)

    assert isinstance(move, Move)
    assert (move.after.status, move.after.lease_until) == (Status.UPLOADING, NOW + LEASE)
    assert move.after.awaits_judgement
    assert move.image is not None
    assert move.image.status is ImageStatus.LIVE


def test_where_nothing_is_measured_the_image_is_delivered_and_says_so() -> None:
    item = called(queued(), NOW)
    image = awaiting_image(1, similarity=None)
    item = moved(item, e.GoodResult(an_attempt(item), image), NOW)

    item = moved(item, e.Stored(image), NOW)

    assert ended_with(item) == (Status.COMPLETED, Judgement.NOT_MEASURED, None, [None])


def test_a_score_that_is_enough_delivers_the_image_without_writing_it_again() -> None:
    item, now = awaiting()

    move = decide(scored(item, a_score(85)), FREE_TO_SPEND, now)

    assert isinstance(move, Move)
    assert ended_with(move.after) == (Status.COMPLETED, Judgement.PASSED, 85, [85])
    assert move.image is None
    assert (move.after.lease_until, move.after.completed_at) == (None, now)


def test_a_score_below_the_bar_is_put_on_record_and_drawn_again_from_another_seed() -> None:
    item, now = awaiting(seed=42)

    move = decide(scored(item, a_score(84.9)), FREE_TO_SPEND, now)

    assert isinstance(move, Move)
    after = move.after
    assert (after.status, after.dispatch, after.queued_at) == (
        Status.QUEUED,
        Dispatch.PENDING,
        now,
    )
    assert (after.attempts, after.calls, after.prediction_id, after.won_by) == (0, 1, None, None)
    assert (after.seed, after.image, move.redispatch_after) == (
        redraw_seed(42, 1),
        None,
        timedelta(0),
    )
    assert [(draw.score, draw.seed, draw.attempts) for draw in after.draws] == [(84.9, 42, 1)]
    assert after.best is not None
    assert after.best.id == after.draws[0].image_id
    assert after.cost_micro_usd == PRICE


def test_no_draw_of_a_generation_has_the_seed_of_another() -> None:
    seeds = [redraw_seed(item_seed(7, index), again) for index in range(40) for again in range(5)]

    assert len(set(seeds)) == len(seeds)
    assert redraw_seed(7, 0) == 7


def test_the_last_draw_is_followed_by_none_and_the_best_of_all_is_delivered() -> None:
    item, now = awaiting([72.0, 61.0], seed=42)

    item = moved(scored(item, a_score(70)), FREE_TO_SPEND, now)

    assert ended_with(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, 72, [72, 61, 70])
    assert item.image is not None
    assert (item.image.id, item.seed) == (item.draws[0].image_id, 42)
    assert (item.best, item.attempts, item.model) == (None, 1, "a-model")
    assert item.cost_micro_usd == 3 * PRICE


def test_a_redraw_that_passes_is_delivered_and_the_others_stay_on_record() -> None:
    item, now = awaiting([72.0])

    item = moved(scored(item, a_score(93)), FREE_TO_SPEND, now)

    assert ended_with(item) == (Status.COMPLETED, Judgement.PASSED, 93, [72, 93])
    assert item.seed == redraw_seed(42, 1)


def test_one_draw_may_be_all_that_is_wanted() -> None:
    item, now = awaiting(accept=Acceptance(max_attempts=1))

    item = moved(scored(item, a_score(30)), FREE_TO_SPEND, now)

    assert ended_with(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, 30, [30])


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (2 * PRICE, Status.QUEUED),
        (2 * PRICE - 1, Status.COMPLETED),
        (None, Status.QUEUED),
    ],
)
def test_nothing_is_drawn_that_the_items_share_does_not_pay_for(
    share: int | None, status: Status
) -> None:
    item, now = awaiting()

    event = e.Judged(price_micro_usd=PRICE, share_micro_usd=share)

    assert moved(scored(item, a_score(60)), event, now).status is status


def test_nothing_more_is_drawn_once_the_rest_was_cancelled() -> None:
    item, now = awaiting()

    event = e.Judged(price_micro_usd=0, share_micro_usd=None, cancelled=True)

    assert moved(scored(item, a_score(60)), event, now).judgement is Judgement.BEST_EFFORT


def test_a_draw_that_could_not_end_by_the_deadline_is_not_begun() -> None:
    item, _ = awaiting()
    assert item.deadline is not None
    last = item.deadline - PROVIDER_CALL
    item = scored(item, a_score(60))

    assert moved(item, FREE_TO_SPEND, last).status is Status.QUEUED
    late = last + timedelta(milliseconds=1)
    assert moved(item, FREE_TO_SPEND, late).judgement is Judgement.BEST_EFFORT


def test_nothing_is_drawn_again_while_a_later_attempt_may_still_run() -> None:
    """Attempt 2 was called when the callback of attempt 1 came: never two paid calls at once."""
    item, now = awaiting()
    item = item.model_copy(update={"calls": 2, "attempts": 2, "won_by": 1})

    assert moved(scored(item, a_score(60)), FREE_TO_SPEND, now).judgement is Judgement.BEST_EFFORT


@pytest.mark.parametrize("reason", ["no_face", "analysis_failed"])
def test_what_could_not_be_measured_is_not_drawn_again(reason: str) -> None:
    item, now = awaiting()

    item = moved(scored(item, Similarity.not_measured(reason)), FREE_TO_SPEND, now)

    assert ended_with(item) == (Status.COMPLETED, Judgement.NOT_MEASURED, None, [None])


def test_an_earlier_image_with_a_score_is_better_than_a_later_one_without() -> None:
    item, now = awaiting([72.0])

    item = moved(scored(item, Similarity.not_measured("no_face")), FREE_TO_SPEND, now)

    assert ended_with(item) == (Status.COMPLETED, Judgement.BEST_EFFORT, 72, [72, None])


def test_a_score_is_waited_for_lease_by_lease_until_the_deadline() -> None:
    item, now = awaiting()
    assert item.lease_until is not None
    assert item.deadline is not None

    assert decide(item, FREE_TO_SPEND, now) == Ignored(item, "lease_is_live")
    longer = moved(item, FREE_TO_SPEND, item.lease_until)
    assert (longer.status, longer.lease_until) == (Status.UPLOADING, item.lease_until + LEASE)
    over = moved(longer, FREE_TO_SPEND, item.deadline)
    assert ended_with(over) == (Status.COMPLETED, Judgement.NOT_MEASURED, None, [None])


def test_a_score_that_comes_after_the_delivery_is_told_all_the_same() -> None:
    item, _ = awaiting()
    assert item.deadline is not None
    item = moved(item, FREE_TO_SPEND, item.deadline)

    assert scored(item, a_score(91)).judgement is Judgement.PASSED


def test_nobody_judges_what_awaits_no_judgement() -> None:
    item, now = after_draws([72.0])

    assert decide(item, FREE_TO_SPEND, now) == Ignored(item, "Judged_when_queued")
    uploading = called(queued(), NOW)
    uploading = moved(uploading, e.GoodResult(an_attempt(uploading), awaiting_image(1)), NOW)
    assert decide(uploading, FREE_TO_SPEND, NOW) == Ignored(uploading, "awaits_no_judgement")


@pytest.mark.parametrize(
    "late",
    [
        e.Stored(awaiting_image(1)),
        e.UploadResumed(),
        e.ResultLost(),
        e.StoreFailed(a_failure(), transient=True),
        e.GivenBack(attempt_number=1),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_slow_worker_cannot_undo_what_another_has_stored(late: e.Event) -> None:
    item, now = awaiting()
    if isinstance(late, e.Stored) and item.image is not None:
        late = e.Stored(item.image)

    assert decide(item, late, now + LEASE) == Ignored(item, "stored_already")


def test_an_image_of_an_earlier_draw_is_not_taken_for_the_redraw() -> None:
    item, now = after_draws([72.0])
    stale = e.GoodResult(an_attempt(item, number=1), awaiting_image(9))

    assert decide(item, stale, now) == Ignored(item, "of_an_earlier_draw")
    item = called(item, now)
    assert decide(item, stale, now) == Ignored(item, "of_an_earlier_draw")
    current = e.GoodResult(an_attempt(item, number=2), awaiting_image(9))
    assert isinstance(decide(item, current, now), Move)


def test_whatever_ends_a_redraw_the_best_image_so_far_is_delivered() -> None:
    """A stored image is never thrown away."""
    item, now = after_draws([72.0])
    drawing = called(item, now)
    assert item.deadline is not None
    overdue = item.deadline
    refused = a_failed_attempt(drawing, transient=False)

    assert ended_with(moved(drawing, refused, now)) == BEST_SO_FAR
    assert ended_with(moved(item, e.DeadlinePassed(), overdue)) == BEST_SO_FAR
    assert ended_with(moved(drawing, e.DeadlinePassed(), overdue)) == BEST_SO_FAR
    assert ended_with(moved(item, e.DeadLettered(), now)) == BEST_SO_FAR
    assert ended_with(moved(item, e.Unclaimed(), now + QUEUE_TIMEOUT)) == BEST_SO_FAR
    assert ended_with(moved(item, e.CancelRequested(), now)) == BEST_SO_FAR
    assert ended_with(moved(drawing, e.CancelRequested(), now)) == BEST_SO_FAR
    attempts_used = drawing.model_copy(update={"attempts": 3})
    assert ended_with(moved(attempts_used, e.LeaseExpired(), now + LEASE)) == BEST_SO_FAR


def test_a_redraw_that_is_lost_or_broken_off_while_it_is_stored_leaves_the_best_so_far() -> None:
    item, now = after_draws([72.0])
    item = called(item, now)
    uploading = moved(item, e.GoodResult(an_attempt(item), awaiting_image(2)), now)
    spent = uploading.model_copy(update={"attempts": 3})
    deleted = e.StoreFailed(a_failure(), transient=False)

    assert ended_with(moved(spent, e.ResultLost(), now)) == BEST_SO_FAR
    assert ended_with(moved(uploading, deleted, now)) == BEST_SO_FAR
    assert moved(uploading, e.ResultLost(), now).best == uploading.best


def test_what_ends_the_wait_for_a_score_delivers_the_image() -> None:
    item, now = awaiting()
    item = scored(item, a_score(91))
    over = NOW + 2 * DEADLINE

    passed = (Status.COMPLETED, Judgement.PASSED, 91, [91])
    assert ended_with(moved(item, e.DeadlinePassed(), over)) == passed
    assert ended_with(moved(item, e.DeadLettered(), now + LEASE)) == passed
    deleted = e.StoreFailed(a_failure(), transient=False)
    assert ended_with(moved(item, deleted, now)) == passed
    two, now = awaiting([72.0])
    two = scored(two, a_score(61))
    assert ended_with(moved(two, e.DeadLettered(), now + LEASE)) == BEST_OF_BOTH


def test_a_redraw_that_fails_for_a_moment_is_tried_again_within_its_draw() -> None:
    item, now = after_draws([72.0])
    drawing = called(item, now)

    after = moved(drawing, a_failed_attempt(drawing), now)

    assert (after.status, after.attempts, after.calls) == (Status.QUEUED, 1, 2)
    assert (after.best, after.draws) == (item.best, item.draws)


def test_the_provider_of_a_stopped_redraw_is_told() -> None:
    item, now = after_draws([72.0])
    drawing = called(item, now)
    drawing = moved(drawing, e.Bound(an_attempt(drawing, prediction_id="p2")), now)

    move = decide(drawing, e.CancelRequested(), now)

    assert isinstance(move, Move)
    assert move.cancel_prediction == "p2"


def test_a_late_image_is_delivered_and_judged_by_the_score_that_follows() -> None:
    item = moved(called(queued(), NOW), e.DeadlinePassed(), NOW + DEADLINE)
    late = e.LateResult(an_attempt(item), awaiting_image(1))

    item = moved(item, late, NOW + DEADLINE + A_DRAW)

    assert ended_with(item) == (Status.COMPLETED, Judgement.NOT_MEASURED, None, [None])
    assert scored(item, a_score(70)).judgement is Judgement.BEST_EFFORT
