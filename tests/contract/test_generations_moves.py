"""Moves of items, closing, late images, deletion: one winner, and money that adds up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from shared.domain import events as e
from shared.domain.closing import Closing, LateCompletion, close, late_completion
from shared.domain.errors import AlreadyExists, FailureClass, NotFound, StaleWrite
from shared.domain.generation import (
    AttemptOutcome,
    Failure,
    FailureStage,
    Generation,
    Item,
    Snapshot,
    Status,
)
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.limits import DEADLINE
from shared.domain.page import PageRequest
from shared.domain.transitions import Move, decide
from tests.builders import (
    ADA,
    IN_A_MINUTE,
    NOW,
    a_generation,
    a_snapshot,
    an_attempt,
    an_image,
)
from tests.contract.conftest import Stores

MARCH = "2026-03"
AFTER_DEADLINE = NOW + DEADLINE
REFUSED = Failure(
    code="content_blocked_output",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.GENERATING,
    message="The provider refused the picture.",
)


def test_a_claim_is_read_back_as_it_was_decided(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    move = claim(snapshot.items[0])

    stores.generations.apply(move)

    (item,) = stores.generations.get(snapshot.generation.id).items
    assert item == move.after
    assert item.dispatch is None


def test_the_second_of_two_claims_is_handed_the_winner(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    first = claim(snapshot.items[0])
    second = claim(snapshot.items[0], NOW + timedelta(seconds=1))
    stores.generations.apply(first)

    with pytest.raises(StaleWrite) as lost:
        stores.generations.apply(second)

    assert lost.value.winner == first.after


def test_one_of_eight_racing_claims_wins(stores: Stores) -> None:
    item = stores.submit(a_snapshot(items=1)).items[0]
    claims = [claim(item, NOW + timedelta(seconds=second)) for second in range(8)]

    def won(move: Move) -> bool:
        try:
            stores.generations.apply(move)
        except StaleWrite:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(won, claims))

    assert outcomes.count(True) == 1
    (stored,) = stores.generations.get(item.generation_id).items
    assert stored == claims[outcomes.index(True)].after


def test_a_move_of_a_deleted_item_has_no_winner(stores: Stores) -> None:
    with pytest.raises(StaleWrite) as lost:
        stores.generations.apply(claim(a_snapshot().items[0]))

    assert lost.value.winner is None


def test_an_attempt_is_recorded_with_the_move_that_made_it(stores: Stores) -> None:
    item = called(stores, stores.submit(a_snapshot(items=1)).items[0])

    assert stores.generations.attempt(item.generation_id, 0, 1) == an_attempt(item)
    assert stores.generations.attempt(item.generation_id, 0, 2) is None


def test_a_stale_move_leaves_no_attempt_and_no_image(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = called(stores, snapshot.items[0])
    image = an_image(snapshot.generation)
    late_mover = decided(item, e.GoodResult(an_attempt(item, number=2), image))
    stores.generations.apply(decided(item, e.CancelRequested()))

    with pytest.raises(StaleWrite) as lost:
        stores.generations.apply(late_mover)

    assert lost.value.winner.status is Status.CANCELLED
    assert stores.generations.attempt(item.generation_id, 0, 2) is None
    stores.images.add(image)  # its id is still free


def test_an_image_goes_live_with_its_item(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = uploading(stores, snapshot.generation, snapshot.items[0])
    assert item.image is not None
    with pytest.raises(NotFound):
        stores.images.get(ADA, item.image.id)

    done = completed(stores, item)

    assert done.image is not None
    assert stores.images.get(ADA, item.image.id) == done.image
    assert stores.generations.get(item.generation_id).items == (done,)
    attempt = stores.generations.attempt(item.generation_id, 0, 1)
    assert attempt is not None
    assert attempt.outcome is AttemptOutcome.SUCCEEDED


def test_two_results_of_one_id_cannot_both_be_intended(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=2))
    uploading(stores, snapshot.generation, snapshot.items[0])
    item = called(stores, snapshot.items[1])
    same = an_image(snapshot.generation, 1, number=1)

    with pytest.raises(AlreadyExists):
        stores.generations.apply(decided(item, e.GoodResult(an_attempt(item), same)))

    assert stores.generations.get(item.generation_id).items[1] == item


def test_an_image_that_is_being_deleted_does_not_go_live(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = uploading(stores, snapshot.generation, snapshot.items[0])
    assert item.image is not None
    stores.images.mark_deleting(item.image)

    with pytest.raises(StaleWrite) as lost:
        completed(stores, item)

    assert isinstance(lost.value.winner, StoredImage)
    assert lost.value.winner.status is ImageStatus.DELETING
    assert stores.generations.get(item.generation_id).items == (item,)


def test_saving_a_generation_twice_on_one_version_loses(stores: Stores) -> None:
    generation = stores.submit(a_snapshot()).generation
    first = generation.model_copy(update={"version": 2, "retry_of": "gen_first"})
    stores.generations.save(first)

    with pytest.raises(StaleWrite) as lost:
        stores.generations.save(generation.model_copy(update={"version": 2}))

    assert lost.value.winner == first


def test_saving_an_unknown_generation_has_no_winner(stores: Stores) -> None:
    with pytest.raises(StaleWrite) as lost:
        stores.generations.save(a_generation())

    assert lost.value.winner is None


def test_closing_releases_what_brought_no_image_and_frees_the_slot(stores: Stores) -> None:
    snapshot = two_done_one_refused(stores)

    stores.generations.close(closing_of(snapshot))

    generation = stores.generations.get(snapshot.generation.id).generation
    assert (generation.status, generation.charged) == (Status.COMPLETED, 2)
    assert stores.owners.running(ADA) == ()
    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.ledger_of(ADA) == {
        (generation.id, "hold"): 3,
        (generation.id, "release"): -1,
    }
    assert list(stores.generations.due(NOW + timedelta(days=1))) == []


def test_closing_a_full_pack_moves_no_money(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    completed(stores, uploading(stores, snapshot.generation, snapshot.items[0]))

    stores.generations.close(closing_of(stores.generations.get(snapshot.generation.id)))

    assert stores.owners.images_used(ADA, MARCH) == 1
    assert stores.ledger_of(ADA) == {(snapshot.generation.id, "hold"): 1}


def test_one_of_ten_racing_closings_wins_and_money_moves_once(stores: Stores) -> None:
    closing = closing_of(two_done_one_refused(stores))

    def winner(_: int) -> object:
        try:
            stores.generations.close(closing)
        except StaleWrite as lost:
            return lost.winner
        return "I"

    with ThreadPoolExecutor(10) as pool:
        winners = list(pool.map(winner, range(10)))

    assert winners.count("I") == 1
    assert winners.count(closing.after) == 9
    assert stores.owners.images_used(ADA, MARCH) == 2 == sum(stores.ledger_of(ADA).values())


def test_a_release_goes_to_the_month_that_was_charged(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(1, items=1))
    stores.submit(a_snapshot(2, items=1, created_at=NOW + timedelta(days=30)))
    stores.generations.apply(decided(snapshot.items[0], e.CancelRequested()))

    read = stores.generations.get(snapshot.generation.id)
    stores.generations.close(closing_of(read, NOW + timedelta(days=31)))

    assert stores.owners.images_used(ADA, MARCH) == 0
    assert stores.owners.images_used(ADA, "2026-04") == 1


def test_a_late_image_of_a_closed_generation_is_charged_again_past_the_limit(
    stores: Stores,
) -> None:
    timed_out = given_up(stores, a_snapshot(1, items=1))
    other = stores.submit(a_snapshot(2, items=1), cap=1, quota=1).generation

    late = late_of(stores, timed_out)
    stores.generations.complete_late(late)

    snapshot = stores.generations.get(timed_out.generation.id)
    assert snapshot.generation.status is Status.COMPLETED
    assert (snapshot.items[0].status, snapshot.items[0].late) == (Status.COMPLETED, True)
    assert stores.images.get(ADA, late.move.after.image.id).status is ImageStatus.LIVE  # type: ignore[union-attr]
    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.overdraft_of(ADA, MARCH) == 1
    assert stores.ledger_of(ADA)[timed_out.generation.id, "late#00"] == 1
    assert sum(stores.ledger_of(ADA).values()) == 2
    assert stores.owners.running(ADA) == (other.id,)


def test_a_late_image_completes_once(stores: Stores) -> None:
    late = late_of(stores, given_up(stores, a_snapshot(items=1)))
    stores.generations.complete_late(late)

    with pytest.raises(StaleWrite):
        stores.generations.complete_late(late)

    assert stores.owners.images_used(ADA, MARCH) == 1


def test_a_late_image_of_an_open_generation_is_still_paid_by_its_hold(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=2))
    time_out(stores, snapshot.items[0])

    late = late_of(stores, stores.generations.get(snapshot.generation.id))
    stores.generations.complete_late(late)

    assert stores.owners.images_used(ADA, MARCH) == 2
    assert stores.overdraft_of(ADA, MARCH) == 0
    assert stores.owners.running(ADA) == (snapshot.generation.id,)
    read = stores.generations.get(snapshot.generation.id)
    assert (read.generation.version, read.generation.closed) == (2, False)


def test_closing_and_a_late_image_exclude_each_other(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    time_out(stores, snapshot.items[0])
    read = stores.generations.get(snapshot.generation.id)
    late, closing = late_of(stores, read), closing_of(read, AFTER_DEADLINE)
    stores.generations.complete_late(late)

    with pytest.raises(StaleWrite):
        stores.generations.close(closing)

    assert stores.owners.images_used(ADA, MARCH) == 1
    assert stores.owners.running(ADA) == (snapshot.generation.id,)


def test_a_deleted_generation_leaves_its_ledger_and_nothing_else(stores: Stores) -> None:
    snapshot = given_up(stores, a_snapshot(items=1))
    stores.generations.delete(snapshot)

    with pytest.raises(NotFound):
        stores.generations.get(snapshot.generation.id)
    assert stores.generations.attempt(snapshot.generation.id, 0, 1) is None
    assert stores.generations.list_owned(ADA, PageRequest()).data == ()
    assert sum(stores.ledger_of(ADA).values()) == 0


def test_a_generation_that_changed_since_is_not_deleted(stores: Stores) -> None:
    snapshot = given_up(stores, a_snapshot(items=1))
    stores.generations.complete_late(late_of(stores, snapshot))

    with pytest.raises(StaleWrite):
        stores.generations.delete(snapshot)

    assert stores.generations.get(snapshot.generation.id).items[0].status is Status.COMPLETED


def test_the_due_marker_moves_while_the_generation_is_open(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    later = IN_A_MINUTE + timedelta(minutes=5)

    stores.generations.mark_due(snapshot.generation.id, later)

    assert list(stores.generations.due(later - timedelta(seconds=1))) == []
    assert list(stores.generations.due(later)) == [snapshot.generation.id]


def test_a_marker_is_not_brought_back_by_a_slow_worker(stores: Stores) -> None:
    snapshot = given_up(stores, a_snapshot(items=1))

    stores.generations.mark_due(snapshot.generation.id, NOW)

    assert list(stores.generations.due(NOW + timedelta(days=1))) == []


def test_all_overdue_generations_are_nominated(stores: Stores) -> None:
    ids = {stores.submit(a_snapshot(n), cap=99, quota=999).generation.id for n in range(1, 13)}

    assert set(stores.generations.due(IN_A_MINUTE)) == ids
    assert list(stores.generations.due(NOW)) == []


def decided(item: Item, event: e.Event, now: datetime = NOW) -> Move:
    move = decide(item, event, now)
    assert isinstance(move, Move), move
    return move


def claim(item: Item, now: datetime = NOW) -> Move:
    return decided(item, e.Claimed(), now)


def called(stores: Stores, item: Item) -> Item:
    """Claimed, and its provider called."""
    claimed = claim(item)
    stores.generations.apply(claimed)
    move = decided(claimed.after, e.ProviderCalled(an_attempt(claimed.after)))
    stores.generations.apply(move)
    return move.after


def uploading(stores: Stores, generation: Generation, item: Item) -> Item:
    item = called(stores, item)
    image = an_image(generation, item.index, number=item.index + 1)
    move = decided(item, e.GoodResult(an_attempt(item), image))
    stores.generations.apply(move)
    return move.after


def completed(stores: Stores, item: Item) -> Item:
    assert item.image is not None
    move = decided(item, e.Stored(item.image))
    stores.generations.apply(move)
    return move.after


def time_out(stores: Stores, item: Item) -> None:
    move = decided(called(stores, item), e.DeadlinePassed(), AFTER_DEADLINE)
    stores.generations.apply(move)


def given_up(stores: Stores, snapshot: Snapshot) -> Snapshot:
    """Submitted, called, timed out, closed."""
    stores.submit(snapshot)
    for item in snapshot.items:
        time_out(stores, item)
    read = stores.generations.get(snapshot.generation.id)
    stores.generations.close(closing_of(read, AFTER_DEADLINE))
    return stores.generations.get(snapshot.generation.id)


def late_of(stores: Stores, snapshot: Snapshot) -> LateCompletion:
    image = an_image(snapshot.generation, number=77)
    stores.images.add(image)
    item = snapshot.items[0]
    late = e.LateResult(an_attempt(item), image)
    move = decided(item, late, AFTER_DEADLINE + timedelta(minutes=1))
    return late_completion(snapshot, move)


def two_done_one_refused(stores: Stores) -> Snapshot:
    snapshot = stores.submit(a_snapshot(items=3))
    for item in snapshot.items[:2]:
        completed(stores, uploading(stores, snapshot.generation, item))
    item = called(stores, snapshot.items[2])
    event = e.AttemptFailed(1, REFUSED, transient=False, retry_after=timedelta(0))
    stores.generations.apply(decided(item, event))
    return stores.generations.get(snapshot.generation.id)


def closing_of(snapshot: Snapshot, now: datetime = NOW) -> Closing:
    closing = close(snapshot, now)
    assert closing is not None
    return closing
