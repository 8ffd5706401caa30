"""Retention of rejected variants: what is old goes with its picture, and a hero never."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.collecting import Collected
from shared.domain.errors import Unavailable
from shared.domain.variant import Variant, VariantStatus
from shared.services.forget_variants import ForgetVariants
from tests.builders import a_character, a_variant, a_variant_image
from tests.unit.desk import Desk

KEPT = timedelta(days=30)
REPORT = Collected(dry_run=False)


def a_desk(*variants: Variant) -> Desk:
    """Each with its picture in the store."""
    desk = Desk()
    desk.characters.add(a_character(), None)
    for variant in variants:
        image = a_variant_image(variant)
        desk.memory.variants[variant.id] = variant
        desk.memory.images[image.id] = image
        for key in image.all_keys():
            desk.store.put(key, b"pixels", "image/png")
    return desk


def rejected(number: int = 1, **changes: Any) -> Variant:
    return a_variant(number, **{"status": VariantStatus.REJECTED} | changes)


def forget(desk: Desk, report: Collected = REPORT, kept: timedelta | None = KEPT) -> Collected:
    forgetting = ForgetVariants(desk.variants, desk.delete_variant, desk.clock, desk.counted, kept)
    return forgetting(report)


def test_what_was_rejected_long_ago_goes_with_its_picture() -> None:
    desk = a_desk(rejected())
    desk.clock.advance(KEPT)
    assert forget(desk).variants == 0
    desk.clock.advance(timedelta(seconds=1))

    assert forget(desk).variants == 1

    assert not desk.memory.variants
    assert not desk.store.objects


def test_without_a_period_everything_is_kept() -> None:
    desk = a_desk(rejected())
    desk.clock.advance(10 * KEPT)

    assert forget(desk, kept=None) == REPORT
    assert desk.memory.variants


@pytest.mark.parametrize(
    "status", [one for one in VariantStatus if one is not VariantStatus.REJECTED]
)
def test_what_was_not_rejected_stays(status: VariantStatus) -> None:
    desk = a_desk(rejected(status=status))
    desk.clock.advance(10 * KEPT)

    assert forget(desk).variants == 0
    assert desk.memory.variants


def test_an_index_that_is_behind_only_nominates(monkeypatch: pytest.MonkeyPatch) -> None:
    approved = rejected(status=VariantStatus.APPROVED)
    desk = a_desk(approved)
    desk.clock.advance(10 * KEPT)
    monkeypatch.setattr(type(desk.variants), "rejected_before", lambda *_: [approved])

    assert forget(desk).variants == 0
    assert desk.memory.variants


def test_a_dry_run_only_counts() -> None:
    desk = a_desk(rejected())
    desk.clock.advance(2 * KEPT)

    assert forget(desk, Collected(dry_run=True)).variants == 1
    assert desk.memory.variants


@pytest.mark.parametrize("trouble", [Unavailable("The store is busy."), RuntimeError("a bug")])
def test_one_that_cannot_be_forgotten_now_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    first, second = rejected(1), rejected(2)
    desk = a_desk(first, second)
    desk.clock.advance(2 * KEPT)
    delete = type(desk.variants).delete

    def busy_once(store: Any, variant: Variant, *rest: Any) -> None:
        if variant.id == first.id:
            raise trouble
        delete(store, variant, *rest)

    monkeypatch.setattr(type(desk.variants), "delete", busy_once)
    report = forget(desk)

    assert (report.variants, report.failed) == (1, 1)
    assert desk.counted.counted["forget_failed", type(trouble).__name__] == 1
    assert set(desk.memory.variants) == {first.id}
