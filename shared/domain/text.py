"""Words that people write: brought into one form, or refused with a reason.

What is accepted is NFC without white space around it; its length is counted in that form.
"""

import re
import unicodedata
from itertools import groupby

MAX_COMBINING_MARKS = 100
"""In a row; no script needs more than a handful, and fonts choke on thousands."""

_LINE_BREAKS = "\n\r\t"
_DIRECTION_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = ("Cf", "Cc", "Zs", "Zl", "Zp", "Mn", "Me")
"""Categories that leave no mark of their own: a text of these alone says nothing."""


class UnfitText(ValueError):
    """`code` is a stable word; the message tells people what to mend."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def clean_text(raw: str, *, max_length: int, lines: bool = False) -> str:
    """`raw` in NFC, trimmed. `lines` allows line breaks. Raises UnfitText."""
    text = unicodedata.normalize("NFC", raw).strip()
    if len(text) > max_length:
        raise UnfitText("too_long", f"Write at most {max_length} characters.")
    _refuse_unprintable(text, lines=lines)
    if all(unicodedata.category(char) in _INVISIBLE for char in text):
        raise UnfitText("empty", "Write at least one visible character.")
    return text


def _refuse_unprintable(text: str, *, lines: bool) -> None:
    allowed = _LINE_BREAKS if lines else ""
    for char in text:
        category = unicodedata.category(char)
        if category == "Cc" and char not in allowed:
            raise UnfitText("control_character", "Remove control characters.")
        if category == "Cs":
            raise UnfitText("lone_surrogate", "Remove unpaired surrogates.")
    if _DIRECTION_OVERRIDES.search(text):
        raise UnfitText("direction_override", "Remove text-direction overrides.")
    if _longest_run_of_marks(text) > MAX_COMBINING_MARKS:
        raise UnfitText("combining_marks", "Remove the pile of combining marks.")


def _longest_run_of_marks(text: str) -> int:
    runs = (
        sum(1 for _ in run)
        for combining, run in groupby(text, key=lambda char: unicodedata.combining(char) > 0)
        if combining
    )
    return max(runs, default=0)
