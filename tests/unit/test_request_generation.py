"""Asking for images: one transaction, then a message; a refusal leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.domain.errors import (
    Forbidden,
    IdempotencyKeyReused,
    InFlightLimit,
    NotFound,
    QuotaExceeded,
    Unavailable,
)
from shared.domain.generation import Lane
from shared.domain.request import Mode, Owner, Plan, Visibility
from shared.domain.wish import Wish
from shared.domain.work import RunItems
from tests.builders import ADA, GRACE, NOW, a_character, an_allowance, an_idempotency_key
from tests.fake_outside import FakeLimits, FakeWorkQueue
from tests.unit.desk import ADA_PAYS, Desk

WORDS = Wish(mode=Mode.IMAGINE, prompt="a lighthouse")


def test_a_message_names_every_item_that_may_run() -> None:
    desk = Desk()

    answer = desk.request_generation(
        owner=ADA_PAYS, wish=WORDS.model_copy(update={"image_count": 4})
    )

    (sent,) = desk.queue.sent
    generation_id = answer.value.generation.id
    assert sent.work == RunItems(generation_id=generation_id, indexes=(0, 1, 2, 3))
    assert (sent.lane, sent.owner) == (Lane.PRIORITY, ADA)
    assert desk.memory.used[ADA, "2026-03"] == 4
    assert desk.memory.slots[ADA] == {generation_id}


def test_a_pack_without_a_source_sends_its_first_item_alone() -> None:
    desk = Desk()
    desk.characters.add(a_character(), None)
    wish = Wish(mode=Mode.PORTRAIT, character_id=a_character().id, image_count=3)

    desk.request_generation(owner=ADA_PAYS, wish=wish)

    assert isinstance(desk.queue.sent[0].work, RunItems)
    assert desk.queue.sent[0].work.indexes == (0,)


def test_the_sweeper_looks_after_a_minute_in_case_the_message_was_lost() -> None:
    desk = Desk()

    answer = desk.request_generation(owner=ADA_PAYS, wish=WORDS)

    assert desk.memory.due[answer.value.generation.id] == NOW + timedelta(seconds=60)


def test_a_queue_that_is_away_does_not_undo_what_is_recorded() -> None:
    class Away(FakeWorkQueue):
        def send(self, *_: object, **__: object) -> None:
            raise Unavailable("away")

    desk = Desk(queue=Away())

    answer = desk.request_generation(owner=ADA_PAYS, wish=WORDS)

    assert answer.value.generation.id in desk.memory.due


def test_the_same_request_of_twenty_at_once_is_one_generation() -> None:
    desk = Desk()
    key = an_idempotency_key("all-at-once")

    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: desk.request_generation(owner=ADA_PAYS, wish=WORDS, idempotency=key),
                range(20),
            )
        )

    assert len({answer.value.generation.id for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert len(desk.memory.generations) == len(desk.queue.sent) == 1
    assert desk.memory.used[ADA, "2026-03"] == 1


def test_a_replay_gives_the_first_answer_even_after_it_has_moved_on() -> None:
    desk = Desk()
    key = an_idempotency_key("again")
    first = desk.request_generation(owner=ADA_PAYS, wish=WORDS, idempotency=key)
    desk.cancel_generation(owner=ADA, generation_id=first.value.generation.id)

    again = desk.request_generation(owner=ADA_PAYS, wish=WORDS, idempotency=key)

    assert again.replayed
    assert again.value == first.value


def test_a_replay_needs_nothing_that_the_first_request_needed() -> None:
    desk = Desk()
    character = a_character(owner=ADA)
    desk.characters.add(character, None)
    wish, key = Wish(mode=Mode.PORTRAIT, character_id=character.id), an_idempotency_key("again")
    first = desk.request_generation(owner=ADA_PAYS, wish=wish, idempotency=key)
    desk.delete_character(owner=ADA, character_id=character.id)

    again = desk.request_generation(owner=ADA_PAYS, wish=wish, idempotency=key)

    assert (again.value, again.replayed) == (first.value, True)


def test_another_request_under_the_key_is_refused() -> None:
    desk = Desk()
    desk.request_generation(owner=ADA_PAYS, wish=WORDS, idempotency=an_idempotency_key())

    with pytest.raises(IdempotencyKeyReused):
        desk.request_generation(
            owner=ADA_PAYS, wish=WORDS, idempotency=an_idempotency_key(body="other")
        )


def test_a_hundred_at_the_edge_of_the_quota_get_exactly_what_is_left() -> None:
    desk = Desk(
        limits=FakeLimits(
            paid=an_allowance(in_flight=100, monthly_images=10, requests_per_minute=100)
        )
    )

    def ask(_: int) -> bool:
        try:
            desk.request_generation(owner=ADA_PAYS, wish=WORDS)
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        granted = list(pool.map(ask, range(100)))

    assert granted.count(True) == 10
    assert desk.memory.used[ADA, "2026-03"] == 10


def test_one_free_generation_runs_at_a_time() -> None:
    desk = Desk()
    ada = Owner(id=ADA, plan=Plan.FREE)
    first = desk.request_generation(owner=ada, wish=WORDS)

    with pytest.raises(InFlightLimit) as refused:
        desk.request_generation(owner=ada, wish=WORDS)
    assert refused.value.details["generation_ids"] == [first.value.generation.id]
    assert desk.request_generation(owner=Owner(id=GRACE, plan=Plan.FREE), wish=WORDS)


def test_anothers_character_is_not_found() -> None:
    desk = Desk()
    desk.characters.add(a_character(), None)
    wish = Wish(mode=Mode.PORTRAIT, character_id=a_character().id)

    with pytest.raises(NotFound):
        desk.request_generation(owner=Owner(id=GRACE, plan=Plan.PAID), wish=wish)
    assert desk.memory.generations == {}


def test_a_persons_identity_is_never_public() -> None:
    wish = Wish(mode=Mode.PORTRAIT, character_id=a_character().id, visibility=Visibility.PUBLIC)

    with pytest.raises(Forbidden) as refused:
        Desk().request_generation(owner=ADA_PAYS, wish=wish)
    assert refused.value.code == "public_identity"
