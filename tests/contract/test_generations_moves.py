"""Moves of items and of due markers: each is written whole, once, by one winner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.domain import events as e
from shared.domain.errors import AlreadyExists, NotFound, StaleWrite
from shared.domain.generation import AttemptOutcome, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.transitions import Move
from tests.builders import ADA, IN_A_MINUTE, NOW, a_generation, a_snapshot, an_attempt, an_image
from tests.contract.conftest import Stores
from tests.contract.steps import called, claim, completed, decided, given_up, uploading


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
