"""What the sweeper does with an overdue item, and when it looks again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import events as e
from shared.domain.generation import Dispatch, Item, Snapshot, Status
from shared.domain.limits import DEADLINE, FIRST_RESEND, LEASE, QUEUE_TIMEOUT, TIMEOUT_GRACE
from shared.domain.sweeping import AskProvider, Resend, next_due, remedy
from shared.domain.transitions import Move, decide
from tests.builders import NOW, a_snapshot
from tests.unit.test_transitions import bound, called, claimed, queued
from tests.unit.test_transitions_endings import uploading

SECOND = timedelta(seconds=1)
OVERDUE = NOW + DEADLINE


def alone(item: Item) -> Snapshot:
    return Snapshot(generation=a_snapshot(items=1).generation, items=(item,))


def test_what_waits_is_sent_again_after_a_minute_and_given_up_after_two_hours() -> None:
    assert remedy(queued(), NOW + FIRST_RESEND - SECOND) is None
    assert remedy(queued(), NOW + FIRST_RESEND) == Resend()
    assert remedy(queued(), NOW + QUEUE_TIMEOUT) == e.Unclaimed()


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.CANCELLED])
def test_what_has_ended_needs_nothing(status: Status) -> None:
    assert remedy(bound(status=status), OVERDUE) is None


def test_a_held_item_needs_nothing_however_old() -> None:
    assert remedy(queued(dispatch=Dispatch.HELD), NOW + QUEUE_TIMEOUT * 2) is None


@pytest.mark.parametrize("item", [claimed(), called()], ids=["claimed", "called"])
def test_a_claim_is_expired_when_its_lease_has_run_out(item: Item) -> None:
    assert remedy(item, NOW + LEASE - SECOND) is None
    assert remedy(item, NOW + LEASE) == e.LeaseExpired()


def test_a_prediction_is_left_to_callback_and_polls_for_the_length_of_a_lease() -> None:
    assert remedy(bound(), NOW + LEASE - SECOND) is None


def test_a_prediction_that_nobody_may_be_asking_about_is_asked_about() -> None:
    assert remedy(bound(), NOW + LEASE) == AskProvider()
    assert remedy(bound(), OVERDUE - SECOND) == AskProvider()


def test_past_the_deadline_the_provider_is_asked_until_the_grace_is_over() -> None:
    assert remedy(bound(), OVERDUE) == AskProvider()
    assert remedy(bound(), OVERDUE + TIMEOUT_GRACE - SECOND) == AskProvider()
    assert remedy(bound(), OVERDUE + TIMEOUT_GRACE) == e.DeadlinePassed()


@pytest.mark.parametrize("item", [claimed(), called()], ids=["claimed", "called"])
def test_without_a_prediction_there_is_nobody_to_ask(item: Item) -> None:
    assert remedy(item, OVERDUE) == e.DeadlinePassed()


def test_an_upload_left_unfinished_is_sent_to_another_worker() -> None:
    left = uploading(lease_until=NOW + LEASE)

    assert remedy(left, NOW + LEASE - SECOND) is None
    assert remedy(left, NOW + LEASE) == Resend()


def test_an_image_that_is_there_is_still_stored_past_the_deadline() -> None:
    left = uploading(lease_until=NOW + LEASE)

    assert remedy(left, OVERDUE) == Resend()
    assert remedy(left, OVERDUE + TIMEOUT_GRACE) == e.DeadlinePassed()


def test_a_finished_generation_is_looked_at_at_once() -> None:
    assert next_due(alone(bound(status=Status.COMPLETED)), NOW) == NOW


@pytest.mark.parametrize(
    ("age", "minutes"), [(0, 1), (59, 1), (60, 2), (119, 2), (120, 4), (240, 8), (3700, 64)]
)
def test_resends_double_their_distance(age: int, minutes: int) -> None:
    now = NOW + timedelta(seconds=age)

    assert next_due(alone(queued()), now) == NOW + timedelta(minutes=minutes)


def test_a_claim_is_looked_at_when_its_lease_runs_out() -> None:
    assert next_due(alone(claimed()), NOW) == NOW + LEASE


def test_a_bound_item_is_looked_at_now_and_then_for_it_may_be_requeued_unsent() -> None:
    assert next_due(alone(bound()), NOW) == NOW + LEASE
    assert next_due(alone(bound()), OVERDUE - SECOND) == OVERDUE


def test_the_earliest_of_the_running_items_decides() -> None:
    pack = a_snapshot(items=2)
    items = (claimed(), queued(index=1))

    assert next_due(pack.model_copy(update={"items": items}), NOW) == NOW + FIRST_RESEND


STATES = [queued(), claimed(), called(), bound(), uploading(), queued(dispatch=Dispatch.HELD)]
MOMENTS = st.integers(0, 9000).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(st.sampled_from(STATES), MOMENTS)
def test_the_next_look_is_never_in_the_past(item: Item, now: datetime) -> None:
    assert next_due(alone(item), now) >= now


@given(st.sampled_from(STATES), MOMENTS)
def test_what_the_sweeper_raises_is_never_ignored(item: Item, now: datetime) -> None:
    what = remedy(item, now)

    if isinstance(what, e.Event):
        assert isinstance(decide(item, what, now), Move)


@given(st.sampled_from(STATES[:5]), MOMENTS)
def test_nobody_waits_past_the_deadline_and_its_grace_for_longer_than_a_minute(
    item: Item, now: datetime
) -> None:
    """By then the sweeper has a last word on whatever a worker has once claimed."""
    if item.deadline is not None and now < item.deadline + TIMEOUT_GRACE:
        assert next_due(alone(item), now) <= max(item.deadline, now + FIRST_RESEND)
