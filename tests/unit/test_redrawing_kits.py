"""Drawing slots again, one or all, and what it leaves of the old ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import KitBusy, KitNotReady, NotFound, SourceNotReady
from shared.domain.generation import Dispatch, Status
from shared.domain.images import ImageStatus
from shared.domain.quality import CheckStatus, Quality
from shared.domain.reference_kit import KitStatus, ShownKit
from shared.domain.slots import ANCHOR
from shared.domain.work import RunItems
from shared.services.regenerate_slot import RegenerateSlot
from tests.builders import ADA, an_allowance, an_idempotency_key
from tests.fakes import TwinAnswers
from tests.unit.desk import ADA_PAYS
from tests.unit.kit_desk import KitDesk, a_kit_wish

C, F = Status.COMPLETED, Status.FAILED


def again(desk: KitDesk, kit: ShownKit, name: str, *, cascade: bool = False) -> ShownKit:
    return desk.regenerate_slot(owner=ADA_PAYS, kit_id=kit.kit.id, name=name, cascade=cascade).value


def test_one_slot_is_one_item_that_runs_at_once_after_anchor_and_photo() -> None:
    desk = KitDesk()
    kit = desk.ready()

    drawing = again(desk, kit, "expressions.smile")

    snapshot, brief = desk.generations.load(drawing.kit.generation_id)
    (item,) = snapshot.items
    assert (item.slot, item.dispatch) == ("expressions.smile", Dispatch.PENDING)
    assert brief.references == (kit.anchor.image, kit.kit.source.image)
    assert snapshot.generation.max_concurrency is None
    assert [one.work for one in desk.queue.sent] == [
        RunItems(generation_id=snapshot.generation.id, indexes=(0,))
    ]
    assert len(desk.workflow.started) == 1, "that of the whole kit"
    assert drawing.status is KitStatus.GENERATING
    assert drawing.slots[2].image == kit.slots[2].image


def test_it_is_asked_for_as_the_first_time_from_another_seed() -> None:
    desk = KitDesk()
    kit = desk.ready()
    _, first = desk.generations.load(kit.kit.generation_id)

    drawing = again(desk, kit, "profile")

    _, brief = desk.generations.load(drawing.kit.generation_id)
    assert brief.prompts == (first.prompts[1],)
    assert brief.request.model == first.request.model
    assert drawing.slots[1].item is not None
    assert kit.slots[1].item is not None
    assert drawing.slots[1].item.seed != kit.slots[1].item.seed


def test_a_cascade_from_the_anchor_is_a_whole_run() -> None:
    desk = KitDesk()
    kit = desk.ready()

    drawing = again(desk, kit, ANCHOR, cascade=True)

    snapshot, brief = desk.generations.load(drawing.kit.generation_id)
    assert [item.slot for item in snapshot.items] == [slot.name for slot in kit.kit.slots]
    assert {item.dispatch for item in snapshot.items} == {Dispatch.HELD}
    assert brief.references == (kit.kit.source.image,)
    assert desk.workflow.started[-1].generation_id == snapshot.generation.id
    assert drawing.kit.generations == (kit.kit.generation_id, snapshot.generation.id)


def test_the_anchor_alone_leaves_what_depends_on_it() -> None:
    desk = KitDesk()

    drawing = again(desk, desk.ready(), ANCHOR)

    snapshot = desk.generations.get(drawing.kit.generation_id)
    assert [item.slot for item in snapshot.items] == [ANCHOR]


def test_a_kit_that_is_being_drawn_is_busy_until_its_generation_is_closed() -> None:
    desk = KitDesk()
    kit = desk.begun()
    with pytest.raises(KitBusy):
        again(desk, kit, "profile")

    snapshot = desk.end(kit.kit.generation_id, C, C, C)
    still_open = {"status": None, "closed_at": None}
    generation = snapshot.generation.model_copy(update=still_open)
    desk.memory.generations[generation.id] = generation
    with pytest.raises(KitBusy):
        again(desk, kit, "profile")


def test_without_an_anchor_only_the_anchor_can_be_drawn() -> None:
    desk = KitDesk()
    kit = desk.begun()
    desk.end(kit.kit.generation_id, F, F, F)

    with pytest.raises(KitNotReady):
        again(desk, kit, "profile")
    assert again(desk, kit, ANCHOR).status is KitStatus.PENDING


def test_a_slot_nobody_asked_for_is_not_found() -> None:
    desk = KitDesk()

    with pytest.raises(NotFound):
        again(desk, desk.ready(), "expressions.wink")


def test_a_photo_that_failed_its_checks_draws_nothing_more() -> None:
    desk = KitDesk()
    kit = desk.ready()
    failed = kit.kit.source.model_copy(update={"qa": Quality(status=CheckStatus.FAILED)})
    desk.memory.kits[kit.kit.id] = kit.kit.model_copy(update={"source": failed})

    with pytest.raises(SourceNotReady):
        again(desk, kit, "profile")


def test_a_late_image_of_what_is_drawn_again_is_no_longer_taken() -> None:
    desk = KitDesk()
    kit = desk.begun()
    desk.end(kit.kit.generation_id, C, F, C)
    timed_out = desk.generations.get(kit.kit.generation_id).items[1]
    open_window = {"late_until": desk.clock() + timedelta(minutes=40)}
    desk.memory.items[timed_out.generation_id][1] = timed_out.model_copy(update=open_window)

    again(desk, kit, "profile")

    assert desk.generations.get(timed_out.generation_id).items[1].late_until is None


def test_of_two_who_draw_again_at_once_the_second_is_told_that_the_kit_is_busy() -> None:
    desk = KitDesk()
    kit = desk.ready()
    regenerate = desk.regenerate_slot
    shown_once = iter([kit])

    class Stale:
        """Both have read the kit before either wrote."""

        def __call__(self, *, owner: str, kit_id: str) -> ShownKit:
            return next(shown_once, None) or desk.show_kit(owner=owner, kit_id=kit_id)

    again(desk, kit, "profile")
    desk.end(desk.show_kit(owner=ADA, kit_id=kit.kit.id).kit.generation_id, C)
    again(desk, kit, "profile")
    slow = RegenerateSlot(
        show_kit=Stale(),  # type: ignore[arg-type]  # reads as the service does
        generations=desk.generations,
        answers=regenerate.answers,
        submit_generation=desk.submit_generation,
        start_workflow=desk.start_workflow,
        queue=desk.queue,
    )

    with pytest.raises(KitBusy):
        slow(owner=ADA_PAYS, kit_id=kit.kit.id, name="profile")


def test_a_repeated_request_draws_once() -> None:
    desk = KitDesk()
    kit, key = desk.ready(), an_idempotency_key()
    asked = {"owner": ADA_PAYS, "kit_id": kit.kit.id, "name": "profile", "idempotency": key}
    first = desk.regenerate_slot(**asked)  # type: ignore[arg-type]  # as it is asked for

    second = desk.regenerate_slot(**asked)  # type: ignore[arg-type]  # as it is asked for

    assert second.replayed
    assert second.value.kit.generation_id == first.value.kit.generation_id
    assert second.value.slots == first.value.slots


def test_of_twins_sent_at_once_both_get_the_first_answer() -> None:
    desk = KitDesk()
    desk.limits.paid = an_allowance(in_flight=1)
    key = an_idempotency_key(route="create")
    create, wanted = desk.create_kit, a_kit_wish()
    twin = replace(create, answers=TwinAnswers(desk.memory))

    kit = create(owner=ADA_PAYS, wanted=wanted, idempotency=key).value
    assert twin(owner=ADA_PAYS, wanted=wanted, idempotency=key).value == kit

    desk.end(kit.kit.generation_id, C, C, C)
    asked = {"owner": ADA_PAYS, "kit_id": kit.kit.id, "name": "profile"}
    asked["idempotency"] = an_idempotency_key(route="regenerate")
    first = desk.regenerate_slot(**asked)  # type: ignore[arg-type]  # as it is asked for
    late = replace(desk.regenerate_slot, answers=TwinAnswers(desk.memory))

    second = late(**asked)  # type: ignore[arg-type]  # as it is asked for

    assert (second.value, second.replayed) == (first.value, True)
    with pytest.raises(KitBusy):
        again(desk, kit, "profile")


def test_a_kit_is_renamed_while_it_is_drawn() -> None:
    desk = KitDesk()
    kit = desk.begun()

    renamed = desk.rename_kit(owner=ADA, kit_id=kit.kit.id, name="Ada, at sea")

    assert renamed.kit.name == desk.kits.get(ADA, kit.kit.id).name == "Ada, at sea"
    assert renamed.slots == kit.slots


def test_the_photo_is_live_as_long_as_the_kit() -> None:
    desk = KitDesk()
    kit = desk.ready()

    assert desk.images.get(ADA, kit.kit.source.image.id).status is ImageStatus.LIVE
