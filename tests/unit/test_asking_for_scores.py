"""Asking that images look like their person: refused where nobody could tell, kept for retries."""

import pytest

from shared.domain.errors import FailureClass, Unprocessable
from shared.domain.generation import Failure, FailureStage, Snapshot, Status
from shared.domain.pricing.catalogue import find_model
from shared.domain.request import Acceptance, Lora, Mode
from shared.domain.retrying import retrial
from shared.domain.wish import Wish
from tests.builders import NOW, a_character, a_source
from tests.unit.desk import ADA_PAYS, Desk

ACCEPT = Acceptance(min_score=90, max_attempts=2)
PORTRAIT = Wish(mode=Mode.PORTRAIT, character_id=a_character().id, image_count=2, accept=ACCEPT)
LORA = Lora(weights="ada/me")
REFUSED = Failure(
    code="content_blocked_output",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.GENERATING,
    message="Not this one.",
)


def a_desk(*, with_source: bool = True, measures_faces: bool = True) -> Desk:
    desk = Desk(measures_faces=measures_faces)
    character = a_character()
    source = a_source(character) if with_source else None
    desk.characters.add(character.model_copy(update={"source": source}), None)
    return desk


def submitted(desk: Desk, wish: Wish) -> Snapshot:
    return desk.request_generation(owner=ADA_PAYS, wish=wish).value


def test_the_generation_and_each_of_its_items_know_what_is_asked() -> None:
    desk = a_desk()

    snapshot = submitted(desk, PORTRAIT)

    assert snapshot.generation.accept == ACCEPT
    assert {item.accept for item in snapshot.items} == {ACCEPT}
    plain = submitted(desk, PORTRAIT.model_copy(update={"accept": None}))
    assert {item.accept for item in plain.items} == {None}


@pytest.mark.parametrize(
    "wish",
    [
        Wish(mode=Mode.IMAGINE, prompt="a lighthouse", accept=ACCEPT),
        Wish(mode=Mode.IMAGINE, prompt="me at sea", accept=ACCEPT, lora=LORA),
    ],
    ids=["nobody", "weights alone"],
)
def test_a_score_of_somebody_without_a_picture_is_refused(wish: Wish) -> None:
    desk = a_desk()

    with pytest.raises(Unprocessable) as refused:
        submitted(desk, wish)

    assert (refused.value.code, refused.value.details["pointer"]) == (
        "accept_needs_person",
        "/accept",
    )
    assert not desk.memory.generations


def test_a_character_without_a_source_image_cannot_be_compared_with_anything() -> None:
    with pytest.raises(Unprocessable) as refused:
        submitted(a_desk(with_source=False), PORTRAIT)

    assert refused.value.code == "accept_needs_person"


def test_a_character_drawn_by_weights_is_compared_with_its_source() -> None:
    snapshot = submitted(a_desk(), PORTRAIT.model_copy(update={"lora": LORA}))

    assert snapshot.items[0].accept == ACCEPT


def test_where_no_faces_are_looked_at_no_score_can_be_asked_for() -> None:
    with pytest.raises(Unprocessable) as refused:
        submitted(a_desk(measures_faces=False), PORTRAIT)

    assert refused.value.code == "accept_not_offered"


def test_what_is_retried_must_score_as_before() -> None:
    desk = a_desk()
    snapshot = submitted(desk, PORTRAIT)
    brief = desk.memory.briefs[snapshot.generation.id]
    failed = {"status": Status.FAILED, "failure": REFUSED, "completed_at": NOW}
    items = tuple(item.model_copy(update=failed) for item in snapshot.items)
    closed = snapshot.generation.model_copy(update={"closed_at": NOW, "status": Status.FAILED})

    again, _ = retrial(
        Snapshot(generation=closed, items=items),
        brief,
        owner=ADA_PAYS,
        model=find_model(brief.request.provider, brief.request.model),
        now=NOW,
        new_id=desk.new_id,
    )

    assert again.generation.accept == ACCEPT
    assert {item.accept for item in again.items} == {ACCEPT}
