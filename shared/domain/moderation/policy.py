"""What may not be asked for: looks the words of a request up in the policy beside this file.

Words are matched whole, so that Essex and Scunthorpe may be drawn. This stops the obvious; the
providers' own filters see the rest.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.domain.moderation.reading import PAUSE, Words, fold, readings, spelled_out

_AGE: Final = re.compile(
    r"\b(\d{1,2})[\s-]*(?:yo|y\W?o|(?:years?|yrs?)[\s-]*olds?)\b|\bage[ds]?:?\s+(\d{1,2})\b"
)
_GROWN_UP: Final = 18
_INNOCENT: Final = "innocent"
_PASSED_OVER: Final = "(innocent)"
_A_MINOR: Final = "minor.words"
_OF_MINORS: Final = {"sexual.always", "sexual.with_likeness", "minor.with"}
"""What is not asked for together with a minor, in whatever words."""

type Labels = frozenset[str]
type Phrases = Mapping[str, Mapping[Words, Labels]]


class Category(StrEnum):
    """Why a text is not accepted; counted, and told to nobody."""

    MINORS = "minors"
    SEXUAL = "sexual"
    HATE = "hate"
    VIOLENCE = "violence"


def verdict(texts: Iterable[str], *, likeness: bool) -> Category | None:
    """Of all texts of one request together; None when they may be drawn. `likeness`: the
    picture shows a person of the caller's, and the policy is stricter."""
    given = tuple(texts)
    labels = {label for text in given for label in _labels(text)}
    minor = _A_MINOR in labels or any(map(_names_a_minors_age, given))
    if "minors.always" in labels or (minor and labels & _OF_MINORS):
        return Category.MINORS
    for category in (Category.SEXUAL, Category.HATE, Category.VIOLENCE):
        if f"{category}.always" in labels:
            return category
        if likeness and f"{category}.with_likeness" in labels:
            return category
    return None


def _names_a_minors_age(text: str) -> bool:
    found = _AGE.finditer(fold(text))
    return any(int(age[1] or age[2]) < _GROWN_UP for age in found)


def _labels(text: str) -> Iterator[str]:
    phrases, spelled = _phrases(), _spelled()
    longest = max(map(len, spelled))
    for reading in readings(text):
        words = _without_innocent(reading)
        for start in range(len(words)):
            for _, labels in _starting_at(words, start, phrases):
                yield from labels
        for word in spelled_out(words, longest):
            yield from spelled.get(word, ())


def _without_innocent(words: Words) -> Words:
    """An innocent phrase is passed over as a whole; a pause is none of its words, but hides
    nothing in any other."""
    kept: list[str] = []
    start = 0
    while start < len(words):
        lengths = [length for length, _ in _starting_at(words, start, _innocent())]
        kept.append(_PASSED_OVER if lengths else words[start])
        start += max(lengths, default=1)
    return tuple(word for word in kept if word != PAUSE)


def _starting_at(words: Words, start: int, phrases: Phrases) -> Iterator[tuple[int, Labels]]:
    """How many words each phrase has that begins here, and its labels."""
    for phrase, labels in phrases.get(words[start], {}).items():
        if words[start : start + len(phrase)] == phrase:
            yield len(phrase), labels


@cache
def _innocent() -> Phrases:
    return _by_first_word((_INNOCENT, text) for text in _policy()[_INNOCENT])


@cache
def _phrases() -> Phrases:
    return _by_first_word(_entries())


def _by_first_word(entries: Iterable[tuple[str, str]]) -> Phrases:
    """So that a text costs one look-up a word."""
    phrases: dict[str, dict[Words, Labels]] = {}
    for label, text in entries:
        phrase = tuple(text.replace("l", "i").split())
        same = phrases.setdefault(phrase[0], {})
        same[phrase] = same.get(phrase, frozenset()) | {label}
    return phrases


@cache
def _spelled() -> Mapping[str, Labels]:
    return {
        "".join(phrase): labels for same in _phrases().values() for phrase, labels in same.items()
    }


def _entries() -> Iterator[tuple[str, str]]:
    policy = _policy()
    for category, scopes in policy["categories"].items():
        for scope, texts in scopes.items():
            yield from ((f"{category}.{scope}", text) for text in texts)
    minor = policy["minor"]
    yield from ((_A_MINOR, text) for text in minor["words"])
    for age in minor["ages"]:
        yield from ((_A_MINOR, f"{age} {years} old") for years in ("year", "years"))
        yield _A_MINOR, f"aged {age}"
    yield from (("minor.with", text) for text in minor["with"])


@cache
def _policy() -> Any:
    return json.loads(Path(__file__).with_name("policy.json").read_text(encoding="utf-8"))
