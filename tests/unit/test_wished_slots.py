"""Which slots a reference kit gets."""

import pytest

from shared.domain.errors import Unprocessable
from shared.domain.slots import SlotWish
from shared.domain.wished_slots import wished_slots


def wishes(*names: str) -> list[SlotWish]:
    return [SlotWish(name=name) for name in names]


def names(slots: tuple[SlotWish, ...]) -> list[str]:
    return [slot.name for slot in slots]


def test_a_kit_has_four_slots_and_three_expressions_unless_told_otherwise() -> None:
    assert names(wished_slots(None, None)) == [
        *("anchor_face", "profile", "half_body", "full_body"),
        *("expressions.smile", "expressions.neutral", "expressions.surprised"),
    ]


def test_the_anchor_comes_first_named_or_not() -> None:
    assert names(wished_slots(wishes("profile"), [])) == ["anchor_face", "profile"]
    assert names(wished_slots(wishes("profile", "anchor_face"), [])) == ["anchor_face", "profile"]
    assert names(wished_slots([], [])) == ["anchor_face"]


def test_a_slot_of_ones_own_needs_words_and_an_expression_has_them_in_its_name() -> None:
    back = SlotWish(name="back", prompt="seen from behind")

    assert wished_slots([back], wishes("deep_thought"))[1:] == (
        back,
        SlotWish(name="expressions.deep_thought"),
    )


@pytest.mark.parametrize(
    ("slots", "expressions", "code", "pointer"),
    [
        (wishes("profile", "nape"), [], "unknown_slot", "/slots/1"),
        (wishes("profile", "profile"), [], "duplicate_slot", "/slots/1"),
        ([], wishes("smile", "wink", "smile"), "duplicate_expression", "/expressions/2"),
        ([SlotWish(name="profile", prompt="left")], [], "prompt_not_taken", "/slots/0/prompt"),
        ([], [SlotWish(name="smile", prompt="x")], "prompt_not_taken", "/expressions/0/prompt"),
        ([], wishes(*(f"e{n}" for n in range(40))), "too_many_slots", "/slots"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place(
    slots: list[SlotWish], expressions: list[SlotWish], code: str, pointer: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        wished_slots(slots, expressions)

    assert (refused.value.code, refused.value.details["pointer"]) == (code, pointer)


def test_forty_slots_are_a_kit() -> None:
    assert len(wished_slots([], wishes(*(f"e{n}" for n in range(39))))) == 40
