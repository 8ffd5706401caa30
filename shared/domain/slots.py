"""The slots of a reference kit: which there are, and what a picture for each is to show.

One file per slot in prompts/slots; a name that has none there is the caller's own.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared.domain.entity import Entity
from shared.domain.quality import PictureKind

ANCHOR: Final = "anchor_face"
"""Drawn first, and shown to the model for all others."""
KNOWN_SLOTS: Final = (ANCHOR, "profile", "half_body", "full_body")
KNOWN_EXPRESSIONS: Final = ("smile", "neutral", "surprised")
EXPRESSION: Final = "expressions."
"""What the slot of an expression is called, before the expression's own name."""
MAX_SLOTS: Final = 40
SLOT_PATTERN: Final = r"^(expressions\.)?[a-z0-9_-]{1,40}$"

_FOLDER: Final = Path(__file__).with_name("prompts") / "slots"
_OWN_EXPRESSION, _OWN_SLOT = "expression_of_your_own", "slot_of_your_own"


class SlotWish(Entity):
    """A slot to be drawn; `prompt` says what one of the caller's own is to show."""

    name: str
    prompt: str | None = None


class SlotShot(Entity):
    """What a model is told of a slot, and what its pictures are checked as."""

    kind: PictureKind
    framing: str
    angle: str
    expression: str
    background: str
    light: str
    same_person: str


@cache
def _shots() -> Mapping[str, SlotShot]:
    return {
        file.name.removesuffix(".json"): SlotShot.model_validate_json(file.read_bytes())
        for file in sorted(_FOLDER.glob("*.json"))
    }


def slot_shot(name: str) -> SlotShot:
    """With `{wish}` where the words of a caller belong."""
    own = _OWN_EXPRESSION if name.startswith(EXPRESSION) else _OWN_SLOT
    return _shots().get(name) or _shots()[own]


def in_words(wish: SlotWish) -> str:
    """What the caller's own slot is to show: without words for it, those of its name."""
    return wish.prompt or wish.name.removeprefix(EXPRESSION).translate(_WORDS)


_WORDS: Final = str.maketrans("_-", "  ")
