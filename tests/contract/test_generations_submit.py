"""Submission: everything or nothing, and the first refusal in a fixed order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.domain.errors import (
    AlreadyAnswered,
    AlreadyExists,
    IdempotencyKeyReused,
    InFlightLimit,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StaleWrite,
    UploadExpired,
)
from shared.domain.events import LateWindowEnded
from shared.domain.generation import Snapshot
from shared.domain.transitions import Move
from shared.domain.upload import Upload
from tests.builders import (
    ADA,
    GRACE,
    IN_A_MINUTE,
    NOW,
    a_brief,
    a_generation,
    a_held_snapshot,
    a_snapshot,
    an_allowance,
    an_idempotency_key,
    an_upload,
)
from tests.contract.conftest import Stores
from tests.contract.steps import AFTER_DEADLINE, decided, given_up, late_of

MARCH = "2026-03"


def test_a_submitted_generation_is_read_back_whole(stores: Stores) -> None:
    snapshot = stores.submit(a_held_snapshot())

    assert stores.generations.get(snapshot.generation.id) == snapshot
    assert stores.generations.load(snapshot.generation.id) == (snapshot, a_brief(snapshot))


def test_a_generation_of_forty_items_keeps_their_order(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=40))

    assert [item.index for item in stores.generations.get(snapshot.generation.id).items] == list(
        range(40)
    )


def test_an_unknown_generation_is_not_found(stores: Stores) -> None:
    for read in (stores.generations.get, stores.generations.load):
        with pytest.raises(NotFound):
            read(a_generation().id)


def test_submission_takes_a_slot_holds_the_units_and_writes_the_ledger(stores: Stores) -> None:
    generation = stores.submit(a_snapshot()).generation

    assert stores.owners.running(ADA) == (generation.id,)
    assert stores.owners.images_used(ADA, MARCH) == 6
    assert stores.ledger_of(ADA) == {(generation.id, "hold"): 6}
    assert list(stores.generations.due(IN_A_MINUTE)) == [generation.id]


def test_the_second_generation_over_the_cap_is_told_what_runs(stores: Stores) -> None:
    first = stores.submit(a_snapshot(1), cap=1).generation

    with pytest.raises(InFlightLimit) as refusal:
        stores.submit(a_snapshot(2), cap=1)

    assert refusal.value.details == {"generation_ids": [first.id]}
    assert_only_the_first(stores, 1)


def test_the_quota_refusal_tells_what_is_left_and_when_it_resets(stores: Stores) -> None:
    stores.submit(a_snapshot(1), quota=10)

    with pytest.raises(QuotaExceeded) as refusal:
        stores.submit(a_snapshot(2), quota=10)

    assert refusal.value.details == {
        "limit": 10,
        "used": 6,
        "left": 4,
        "requested": 6,
        "resets_at": "2026-04-01T00:00:00.000Z",
    }
    assert_only_the_first(stores, 1)


def test_submission_uses_up_the_uploads_it_draws_from(stores: Stores) -> None:
    announced = an_upload(1)
    stores.uploads.add(announced, None)
    used, brought = (
        upload.model_copy(update={"consumed_etag": '"e"'}) for upload in (announced, an_upload(2))
    )

    _submit(stores, a_snapshot(1), consumed=[used], brought=[brought])

    assert stores.uploads.get(ADA, used.id) == used
    assert stores.uploads.get(ADA, brought.id) == brought
    with pytest.raises(UploadExpired):
        _submit(stores, a_snapshot(2), consumed=[used])
    assert_only_the_first(stores, 1)


def test_a_refused_submission_uses_up_no_upload(stores: Stores) -> None:
    announced = an_upload(1)
    stores.uploads.add(announced, None)
    used = announced.model_copy(update={"consumed_etag": '"e"'})

    with pytest.raises(QuotaExceeded):
        _submit(stores, a_snapshot(1), consumed=[used], brought=[an_upload(2)], quota=1)

    assert stores.uploads.get(ADA, announced.id) == announced
    with pytest.raises(NotFound):
        stores.uploads.get(ADA, an_upload(2).id)


def _submit(
    stores: Stores,
    snapshot: Snapshot,
    *,
    consumed: Sequence[Upload] = (),
    brought: Sequence[Upload] = (),
    quota: int = 50,
) -> None:
    stores.generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(in_flight=5, monthly_images=quota),
        idempotency=None,
        due_at=IN_A_MINUTE,
        consumed=consumed,
        brought=brought,
    )


def test_the_last_units_of_a_month_may_be_used(stores: Stores) -> None:
    stores.submit(a_snapshot(1), quota=12)
    stores.submit(a_snapshot(2), quota=12)

    assert stores.owners.images_used(ADA, MARCH) == 12


def test_more_than_the_whole_quota_is_refused_even_in_an_unused_month(stores: Stores) -> None:
    with pytest.raises(QuotaExceeded) as refusal:
        stores.submit(a_snapshot(units=6), quota=5)

    assert refusal.value.details["used"] == 0
    assert stores.owners.images_used(ADA, MARCH) == 0


def test_a_new_month_starts_with_the_whole_quota(stores: Stores) -> None:
    stores.submit(a_snapshot(1), quota=6)
    stores.submit(a_snapshot(2, created_at=NOW + timedelta(days=30)), quota=6)

    assert stores.owners.images_used(ADA, MARCH) == 6
    assert stores.owners.images_used(ADA, "2026-04") == 6


def test_the_same_key_and_body_get_the_first_answer(stores: Stores) -> None:
    stores.submit(a_snapshot(1), key=an_idempotency_key(answer='{"id": "gen 1"}'))

    with pytest.raises(AlreadyAnswered) as repeated:
        stores.submit(a_snapshot(2), key=an_idempotency_key(answer='{"id": "gen 2"}'))

    assert repeated.value.answer.answer == '{"id": "gen 1"}'
    assert_only_the_first(stores, 1)


def test_the_same_key_with_another_body_is_refused(stores: Stores) -> None:
    stores.submit(a_snapshot(1), key=an_idempotency_key())

    with pytest.raises(IdempotencyKeyReused):
        stores.submit(a_snapshot(2), key=an_idempotency_key(body="another pack"))

    assert_only_the_first(stores, 1)


def test_keys_of_other_owners_and_other_routes_are_other_keys(stores: Stores) -> None:
    stores.submit(a_snapshot(1), key=an_idempotency_key())
    stores.submit(a_snapshot(2, owner=GRACE), key=an_idempotency_key(owner=GRACE, body="hers"))
    stores.submit(a_snapshot(3), key=an_idempotency_key(route="POST /retry", body="again"))

    assert len(stores.owners.running(ADA)) == 2


def test_an_expired_key_is_free_though_its_row_is_still_there(stores: Stores) -> None:
    a_day_later = NOW + timedelta(hours=24)
    stores.submit(a_snapshot(1), key=an_idempotency_key(expires_at=a_day_later))
    renewed = an_idempotency_key(
        body="other", answer="2", expires_at=a_day_later + timedelta(hours=24)
    )

    assert stores.answers.find(renewed, a_day_later) is None
    stores.submit(a_snapshot(2, created_at=a_day_later), key=renewed)
    found = stores.answers.find(renewed, a_day_later)
    assert found is not None
    assert found.answer == "2"


def test_a_kept_answer_is_found_by_the_same_body_alone(stores: Stores) -> None:
    key = an_idempotency_key()
    assert stores.answers.find(key, NOW) is None
    stores.submit(a_snapshot(), key=key)

    found = stores.answers.find(key, NOW)

    assert found is not None
    assert found.answer == key.answer
    with pytest.raises(IdempotencyKeyReused):
        stores.answers.find(an_idempotency_key(body="another"), NOW)


def test_work_of_several_steps_takes_its_key_first_and_answers_last(stores: Stores) -> None:
    taken, done = an_idempotency_key(answer=""), an_idempotency_key(answer="all of it")
    other = an_idempotency_key(body="another", answer="")

    stores.answers.keep(taken, NOW)
    stores.answers.keep(taken, NOW)  # after a crash
    with pytest.raises(IdempotencyKeyReused):
        stores.answers.keep(other, NOW)
    stores.answers.keep(done, NOW)

    for late in (taken, done):
        with pytest.raises(AlreadyAnswered) as refusal:
            stores.answers.keep(late, NOW)
        assert refusal.value.answer.answer == "all of it"
    with pytest.raises(IdempotencyKeyReused):
        stores.answers.keep(other, NOW)
    stores.answers.keep(other, done.expires_at)


def test_the_first_request_over_the_minutes_limit_waits_for_the_next_minute(
    stores: Stores,
) -> None:
    stores.submit(a_snapshot(1, units=1), rate=2)
    stores.submit(a_snapshot(2, units=1), rate=2)

    with pytest.raises(RateLimited) as refusal:
        stores.submit(a_snapshot(3, units=1), rate=2)

    assert (refusal.value.retry_after, refusal.value.details) == (34, {"limit": 2})
    assert len(stores.owners.running(ADA)) == 2
    stores.submit(a_snapshot(4, units=1, owner=GRACE), rate=2)
    stores.submit(a_snapshot(5, units=1, created_at=NOW + timedelta(seconds=34)), rate=2)


def test_a_refused_request_is_not_one_of_the_minutes(stores: Stores) -> None:
    with pytest.raises(QuotaExceeded):
        stores.submit(a_snapshot(1), quota=1, rate=1)

    stores.submit(a_snapshot(1), rate=1)


def test_racing_requests_stop_exactly_at_the_minutes_limit(stores: Stores) -> None:
    outcomes = race(lambda n: stores.submit(a_snapshot(n, units=1), cap=99, rate=3))

    assert sorted(outcomes) == ["RateLimited"] * 5 + ["done"] * 3


def test_a_repetition_comes_before_rate_slot_and_quota_in_this_order(stores: Stores) -> None:
    stores.submit(a_snapshot(1), cap=1, quota=6, key=an_idempotency_key())

    with pytest.raises(AlreadyAnswered):
        stores.submit(a_snapshot(2), cap=1, quota=6, rate=1, key=an_idempotency_key())
    with pytest.raises(RateLimited):
        stores.submit(a_snapshot(2), cap=1, quota=6, rate=1, key=an_idempotency_key("another"))
    with pytest.raises(InFlightLimit):
        stores.submit(a_snapshot(2), cap=1, quota=6, key=an_idempotency_key("another"))
    with pytest.raises(QuotaExceeded):
        stores.submit(a_snapshot(2), cap=2, quota=6, key=an_idempotency_key("another"))
    assert stores.answers.find(an_idempotency_key("another"), NOW) is None


def test_a_generation_id_is_used_once(stores: Stores) -> None:
    stores.submit(a_snapshot(1))

    with pytest.raises(AlreadyExists):
        stores.submit(a_snapshot(1, owner=GRACE))

    assert stores.owners.running(GRACE) == ()


def test_racing_submissions_stop_exactly_at_the_quota(stores: Stores) -> None:
    outcomes = race(lambda n: stores.submit(a_snapshot(n, units=3), cap=99, quota=10))

    assert sorted(outcomes) == ["QuotaExceeded"] * 5 + ["done"] * 3
    assert stores.owners.images_used(ADA, MARCH) == 9 == sum(stores.ledger_of(ADA).values())


def test_racing_submissions_stop_exactly_at_the_cap(stores: Stores) -> None:
    outcomes = race(lambda n: stores.submit(a_snapshot(n), cap=2))

    assert sorted(outcomes) == ["InFlightLimit"] * 6 + ["done"] * 2
    assert len(stores.owners.running(ADA)) == 2


def test_racing_submissions_under_one_key_make_one_generation(stores: Stores) -> None:
    key = an_idempotency_key()
    outcomes = race(lambda n: stores.submit(a_snapshot(n), cap=1, key=key))

    assert sorted(outcomes) == ["AlreadyAnswered"] * 7 + ["done"]
    assert len(stores.ledger_of(ADA)) == 1


def race(submit: Callable[[int], object]) -> list[str]:
    """Eight at once; the names of the errors, and `done` for those that went well."""

    def outcome(number: int) -> str:
        try:
            submit(number)
        except (AlreadyAnswered, InFlightLimit, QuotaExceeded, RateLimited) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(outcome, range(1, 9)))


def assert_only_the_first(stores: Stores, number: int) -> None:
    """A refusal writes nothing."""
    first = a_generation(number)
    assert stores.owners.running(ADA) == (first.id,)
    assert stores.owners.images_used(ADA, MARCH) == 6
    assert stores.ledger_of(ADA) == {(first.id, "hold"): 6}
    assert list(stores.generations.due(IN_A_MINUTE)) == [first.id]
    with pytest.raises(NotFound):
        stores.generations.get(a_generation(number + 1).id)


def test_a_submission_commits_with_the_moves_of_other_items(stores: Stores) -> None:
    old = given_up(stores, a_snapshot(1, items=2))
    moves = [decided(item, LateWindowEnded(), AFTER_DEADLINE) for item in old.items]

    submit_with(stores, a_snapshot(2), moves)

    assert stores.generations.get(a_snapshot(2).generation.id) == a_snapshot(2)
    assert [item.late_until for item in stores.generations.get(old.generation.id).items] == [
        None
    ] * 2


def test_a_submission_whose_moves_come_too_late_leaves_nothing(stores: Stores) -> None:
    old = given_up(stores, a_snapshot(1, items=1))
    too_late = decided(old.items[0], LateWindowEnded(), AFTER_DEADLINE)
    stores.generations.complete_late(late_of(stores, old))

    with pytest.raises(StaleWrite) as lost:
        submit_with(stores, a_snapshot(2), [too_late])

    assert lost.value.winner.late
    assert stores.owners.running(ADA) == ()
    assert stores.owners.images_used(ADA, MARCH) == 1
    with pytest.raises(NotFound):
        stores.generations.get(a_snapshot(2).generation.id)


def submit_with(stores: Stores, snapshot: Snapshot, moves: Sequence[Move]) -> None:
    stores.generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(),
        idempotency=None,
        due_at=IN_A_MINUTE,
        moves=moves,
    )
