"""Which slots a reference kit gets, from those that its caller names."""

from collections.abc import Sequence

from shared.domain.errors import Unprocessable
from shared.domain.slots import (
    ANCHOR,
    EXPRESSION,
    KNOWN_EXPRESSIONS,
    KNOWN_SLOTS,
    MAX_SLOTS,
    SlotWish,
)


def wished_slots(
    slots: Sequence[SlotWish] | None, expressions: Sequence[SlotWish] | None
) -> tuple[SlotWish, ...]:
    """The anchor first, named or not; None stands for the known ones. An expression that is none
    of ours is told in the words of its name. Raises Unprocessable, with the place of what is
    wrong."""
    named = _or_known(slots, KNOWN_SLOTS)
    felt = _or_known(expressions, KNOWN_EXPRESSIONS)
    _check("slot", named, KNOWN_SLOTS, "/slots")
    _check("expression", felt, KNOWN_EXPRESSIONS, "/expressions")
    for place, wish in enumerate(named):
        if wish.name not in KNOWN_SLOTS and wish.prompt is None:
            raise Unprocessable(
                "A slot that is none of ours says in its `prompt` what it is to show.",
                code="unknown_slot",
                pointer=f"/slots/{place}",
                known=list(KNOWN_SLOTS),
            )
    others = [wish for wish in named if wish.name != ANCHOR]
    others += [wish.model_copy(update={"name": f"{EXPRESSION}{wish.name}"}) for wish in felt]
    if len(others) >= MAX_SLOTS:
        raise Unprocessable(
            f"A reference kit has at most {MAX_SLOTS} slots, its anchor and expressions included.",
            code="too_many_slots",
            pointer="/slots",
        )
    return (SlotWish(name=ANCHOR), *others)


def _or_known(wishes: Sequence[SlotWish] | None, known: Sequence[str]) -> list[SlotWish]:
    return [SlotWish(name=name) for name in known] if wishes is None else list(wishes)


def _check(kind: str, wishes: Sequence[SlotWish], known: Sequence[str], pointer: str) -> None:
    seen: set[str] = set()
    for place, wish in enumerate(wishes):
        if wish.name in seen:
            raise Unprocessable(
                f"This {kind} is named twice.",
                code=f"duplicate_{kind}",
                pointer=f"{pointer}/{place}",
            )
        if wish.name in known and wish.prompt is not None:
            raise Unprocessable(
                f"This {kind} has a prompt of ours; give yours another name.",
                code="prompt_not_taken",
                pointer=f"{pointer}/{place}/prompt",
                known=list(known),
            )
        seen.add(wish.name)
