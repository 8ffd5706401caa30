"""Retention: what a deployment does not keep goes, and only what is over and old."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from shared.domain import events as e
from shared.domain.collecting import Collected
from shared.domain.draws import Draw
from shared.domain.errors import Unavailable
from shared.domain.generation import ItemRef, Snapshot, Status
from shared.domain.ids import Kind
from shared.domain.images import ImageStatus
from shared.domain.reference_kit import ReferenceKit, redrawn
from shared.domain.transitions import Move
from shared.services.forget_generations import ForgetGenerations
from shared.services.moving import advance
from tests.builders import (
    ADA,
    NOW,
    a_brief,
    a_snapshot,
    an_allowance,
    an_attempt,
    an_id,
    an_image,
)
from tests.kit_builders import a_kit, a_kit_snapshot, ended, shown_with
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
        generations=desk.generations,
        show_kit=desk.show_kit,
        delete_generation=desk.delete_generation,
        forget_image=desk.forget_image,
        clock=desk.clock,
        count=desk.counted,
        kept=kept,
    )


def a_drawn_kit(desk: Desk) -> tuple[ReferenceKit, Snapshot]:
    """Anchor and profile, closed at this moment."""
    drawn = ended(a_kit_snapshot(slots=["anchor_face", "profile"]), *[Status.COMPLETED] * 2)
    over = {"closed_at": desk.clock(), "status": Status.COMPLETED}
    snapshot = drawn.model_copy(update={"generation": drawn.generation.model_copy(update=over)})
    kit = a_kit(snapshot)
    desk.memory.generations[snapshot.generation.id] = snapshot.generation
    desk.memory.items[snapshot.generation.id] = {item.index: item for item in snapshot.items}
    desk.memory.kits[kit.id] = kit
    for item in snapshot.items:
        assert item.image is not None
        desk.memory.images[item.image.id] = item.image.model_copy(
            update={"status": ImageStatus.LIVE}
        )
    return kit, snapshot


def test_what_a_reference_kit_shows_is_kept_as_long_as_the_kit() -> None:
    desk = Desk()
    kit, snapshot = a_drawn_kit(desk)
    desk.clock.advance(KEPT)

    assert forget(desk)(REPORT).forgotten == 0
    assert set(desk.memory.images) == {item.image.id for item in snapshot.items if item.image}
    assert list(desk.generations.closed_before(desk.clock() - KEPT)) == [], "not in every round"

    del desk.memory.kits[kit.id]
    desk.clock.advance(KEPT)
    assert forget(desk)(REPORT).forgotten == 1
    assert desk.memory.images == {}


def test_a_picture_that_its_slot_shows_no_more_is_forgotten() -> None:
    desk = Desk()
    kit, snapshot = a_drawn_kit(desk)
    elsewhere = ItemRef(generation_id=an_id(Kind.GENERATION, 900), index=0)
    profile = kit.slots[1].model_copy(update={"drawn": elsewhere})
    desk.memory.kits[kit.id] = kit.model_copy(update={"slots": (kit.slots[0], profile)})
    desk.clock.advance(KEPT)

    assert forget(desk)(REPORT).forgotten == 0

    anchor = snapshot.items[0].image
    assert anchor is not None
    assert set(desk.memory.images) == {anchor.id}
    assert desk.generations.get(snapshot.generation.id).items[1].image is None


def test_a_picture_whose_successor_is_there_is_forgotten() -> None:
    desk = Desk()
    kit, snapshot = a_drawn_kit(desk)
    again = ended(a_kit_snapshot(2, slots=["profile"]), Status.COMPLETED)
    desk.memory.items[again.generation.id] = {0: again.items[0]}
    shown = shown_with(kit, snapshot)
    desk.memory.kits[kit.id] = redrawn(shown, again, desk.clock())
    desk.clock.advance(KEPT)

    forget(desk)(REPORT)

    anchor = snapshot.items[0].image
    assert anchor is not None
    assert set(desk.memory.images) == {anchor.id}


def test_a_draw_of_a_kit_that_was_not_kept_is_forgotten() -> None:
    desk = Desk()
    _, snapshot = a_drawn_kit(desk)
    anchor = snapshot.items[0]
    assert anchor.image is not None
    passed_over = an_image(snapshot.generation, 0, number=950, status=ImageStatus.LIVE)
    draws = tuple(
        Draw(image_id=image.id, seed=7, score=score, attempts=1)
        for image, score in ((passed_over, 71.0), (anchor.image, 92.0))
    )
    desk.memory.images[passed_over.id] = passed_over
    desk.memory.items[anchor.generation_id][0] = anchor.model_copy(update={"draws": draws})
    desk.clock.advance(KEPT)

    forget(desk)(REPORT)

    assert passed_over.id not in desk.memory.images
    assert anchor.image.id in desk.memory.images


def test_the_first_generation_of_a_kit_stays_without_its_pictures_for_slots_to_be_drawn_again() -> (
    None
):
    desk = Desk()
    kit, snapshot = a_drawn_kit(desk)
    again = an_id(Kind.GENERATION, 900)
    slots = tuple(
        slot.model_copy(update={"drawn": ItemRef(generation_id=again, index=index)})
        for index, slot in enumerate(kit.slots)
    )
    desk.memory.kits[kit.id] = kit.model_copy(update={"slots": slots})
    desk.clock.advance(KEPT)

    assert forget(desk)(REPORT).forgotten == 0
    assert desk.memory.images == {}
    assert snapshot.generation.id in desk.memory.generations


def test_a_dry_run_leaves_the_pictures_of_a_kit_as_they_are() -> None:
    desk = Desk()
    kit, _ = a_drawn_kit(desk)
    desk.memory.kits[kit.id] = kit.model_copy(update={"slots": kit.slots[:1]})
    desk.clock.advance(KEPT)

    assert forget(desk)(Collected(dry_run=True)).forgotten == 0
    assert len(desk.memory.images) == 2


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
