"""An estimate goes the way of a submission, and leaves nothing behind."""

import pytest

from shared.domain.request import Mode
from shared.domain.wish import Wish
from shared.services.estimate_generation import EstimateGeneration
from tests.builders import ADA, a_character, a_source
from tests.fakes import FakeOwners
from tests.unit.desk import ADA_PAYS, Desk

PACK = Wish(mode=Mode.PORTRAIT, character_id=a_character().id, image_count=3)
WORDS = Wish(mode=Mode.IMAGINE, prompt="a lighthouse", image_count=2)


def estimating(desk: Desk) -> EstimateGeneration:
    return EstimateGeneration(desk.request_generation, FakeOwners(desk.memory), desk.limits)


@pytest.mark.parametrize("wish", [PACK, WORDS])
@pytest.mark.parametrize("with_source", [True, False])
def test_what_is_estimated_is_what_is_asked(wish: Wish, with_source: bool) -> None:
    desk = Desk()
    source = a_source(a_character()) if with_source else None
    desk.characters.add(a_character(source=source), None)

    estimate = estimating(desk)(owner=ADA_PAYS, wish=wish)
    asked = desk.request_generation(owner=ADA_PAYS, wish=wish).value.generation

    assert estimate.brief == desk.memory.briefs[asked.id]
    assert sum(estimate.costs) == estimate.generation.estimated_micro_usd
    assert estimate.generation.estimated_micro_usd == asked.estimated_micro_usd
    assert estimate.generation.effective == asked.effective


def test_the_first_image_of_a_pack_without_a_picture_costs_less() -> None:
    """It alone is drawn without a reference."""
    desk = Desk()
    desk.characters.add(a_character(), None)

    first, *others = estimating(desk)(owner=ADA_PAYS, wish=PACK).costs

    assert all(first < other for other in others)


def test_nothing_is_kept_sent_counted_or_held() -> None:
    desk = Desk()
    refused = WORDS.model_copy(update={"prompt": "porn"})

    estimate = estimating(desk)(owner=ADA_PAYS, wish=refused)

    assert not estimate.allowed
    assert (desk.memory.generations, desk.memory.ledger, desk.queue.sent) == ({}, {}, [])
    assert desk.memory.slots[ADA] == set()
    assert not desk.counted.counted


def test_what_is_left_is_told_before_this_generation() -> None:
    desk = Desk()
    desk.request_generation(owner=ADA_PAYS, wish=WORDS)

    limit = desk.limits.of(ADA_PAYS.plan).monthly_images
    assert estimating(desk)(owner=ADA_PAYS, wish=WORDS).quota_left == limit - 2


def test_nothing_is_left_after_an_overdraft() -> None:
    desk = Desk()
    desk.memory.used[ADA, "2026-03"] = 10**6

    assert estimating(desk)(owner=ADA_PAYS, wish=WORDS).quota_left == 0
