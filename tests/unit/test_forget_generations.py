"""Retention: what a deployment does not keep goes, and only what is over and old."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from shared.domain import events as e
from shared.domain.collecting import Collected
from shared.domain.errors import Unavailable
from shared.domain.generation import Snapshot
from shared.domain.transitions import Move
from shared.services.forget_generations import ForgetGenerations
from shared.services.moving import advance
from tests.builders import ADA, NOW, a_brief, a_snapshot, an_allowance, an_attempt, an_image
from tests.unit.desk import Desk

KEPT = timedelta(days=90)
REPORT = Collected(dry_run=False)


def submitted(desk: Desk, number: int = 700) -> Snapshot:
    snapshot = a_snapshot(number, units=1, created_at=desk.clock())
    desk.generations.submit(
        snapshot,
        a_brief(snapshot),
        allowance=an_allowance(in_flight=5),
        idempotency=None,
        due_at=NOW,
    )
    return snapshot


def done(desk: Desk, number: int = 700) -> str:
    """A generation with its one image, closed at this moment."""
    snapshot = submitted(desk, number)
    image = an_image(snapshot.generation, number=number)
    item = snapshot.items[0]
    for event in (
        e.Claimed(),
        e.ProviderCalled(an_attempt(item)),
        e.GoodResult(an_attempt(item), image),
        e.Stored(image),
    ):
        decision = advance(desk.generations, item, event, desk.clock)
        assert isinstance(decision, Move), decision
        item = decision.after
    for key in image.all_keys():
        desk.store.put(key, b"pixels", "image/png")
    desk.close_generation(generation_id=snapshot.generation.id)
    return snapshot.generation.id


def forget(desk: Desk, kept: timedelta | None = KEPT) -> ForgetGenerations:
    return ForgetGenerations(
        desk.generations, desk.delete_generation, desk.clock, desk.counted, kept
    )


def test_what_is_older_than_it_is_kept_goes_with_its_images() -> None:
    desk = Desk()
    done(desk)

    desk.clock.advance(KEPT - timedelta(milliseconds=1))
    assert forget(desk)(REPORT).forgotten == 0
    desk.clock.advance(timedelta(milliseconds=1))
    assert forget(desk)(REPORT).forgotten == 1

    assert (desk.memory.generations, desk.memory.images, desk.store.objects) == ({}, {}, {})
    assert desk.memory.used[ADA, "2026-03"] == 1, "what was drawn stays charged"


def test_without_a_period_everything_is_kept() -> None:
    desk = Desk()
    generation_id = done(desk)
    desk.clock.advance(timedelta(days=4000))

    assert forget(desk, None)(REPORT) == REPORT
    assert generation_id in desk.memory.generations


def test_what_is_not_over_is_not_old() -> None:
    desk = Desk()
    submitted(desk)
    desk.clock.advance(timedelta(days=4000))

    assert forget(desk)(REPORT).forgotten == 0
    assert desk.memory.generations


def test_an_index_that_is_behind_only_nominates() -> None:
    desk = Desk()
    young = done(desk)

    def behind(moment: datetime) -> Iterable[str]:
        return [young, "gen_gone"]

    desk.generations.closed_before = behind  # type: ignore[method-assign]  # as indexes may be

    assert forget(desk)(REPORT).forgotten == 0
    assert young in desk.memory.generations


def test_a_dry_run_only_counts() -> None:
    desk = Desk()
    done(desk)
    desk.clock.advance(KEPT)

    assert forget(desk)(Collected(dry_run=True)).forgotten == 1
    assert desk.store.objects


def test_one_that_cannot_be_forgotten_now_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    stubborn, other = done(desk, 700), done(desk, 701)
    desk.clock.advance(KEPT)
    truly_delete = desk.store.delete

    def busy(keys: list[str]) -> None:
        if any(stubborn[-3:] in key for key in keys):
            raise Unavailable("Some objects could not be deleted.")
        truly_delete(keys)

    monkeypatch.setattr(desk.store, "delete", busy)

    report = forget(desk)(REPORT)

    assert (report.failed, report.forgotten) == (1, 1)
    assert other not in desk.memory.generations
    monkeypatch.undo()
    assert forget(desk)(REPORT).forgotten == 1
