"""Reading a text the way an eye reads it, whatever characters it is written in.

Folding takes away case, accents, invisible characters and look-alikes of other alphabets. What
is left can still be read in several ways: `n.u.d.e` as four letters or as one word, `s3x` as it
stands or with letters for digits, `nuuude` with fewer of them. Each way is a list of words, with
PAUSE where a comma or the like stands.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

type Words = tuple[str, ...]

PAUSE: Final = ""

_WORD = re.compile(r"[^\W_]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_SENTENCE_ENDS = "!|+.,;:?"
"""Some of these stand for letters, but not at the end of a word."""
_PAUSES = ",.;:!?"
_INVISIBLE = ("Cf", "Mn", "Me", "Cc")
_BLANK_LETTERS = "\u115f\u1160\u2800"


def readings(text: str) -> set[Words]:
    """Every way to read the text as words; a few, whatever its length."""
    found: set[Words] = set()
    for folded in _folded(text):
        chunks = folded.split()
        found.add(_read(chunks, _WORD.findall))
        found.add(_read(chunks, lambda chunk: ["".join(_WORD.findall(chunk))]))
        found.add(_read(chunks, lambda chunk: [_with_letters_for_digits(chunk)]))
    return found


def _read(chunks: Iterable[str], words_of: Callable[[str], list[str]]) -> Words:
    """`l` and `i` are one letter: `1` may stand for either."""
    words: list[str] = []
    for chunk in chunks:
        words += [word.replace("l", "i") for word in words_of(chunk) if word]
        if chunk[-1] in _PAUSES:
            words.append(PAUSE)
    return tuple(words)


def fold(text: str) -> str:
    """Lower case, plain letters, nothing invisible."""
    return "".join(
        char for char in _plain_letters(text) if unicodedata.category(char) not in _INVISIBLE
    )


def _folded(text: str) -> set[str]:
    """An invisible character hides in a word, or stands for a space; letters are drawn out."""
    plain = _plain_letters(text)
    hidden = fold(text)
    spaced = "".join(
        " " if unicodedata.category(char) in ("Cf", "Cc") else char
        for char in plain
        if unicodedata.category(char) not in ("Mn", "Me")
    )
    ways = {hidden, spaced}
    return ways | {_DRAWN_OUT.sub(times, way) for way in ways for times in (r"\1", r"\1\1")}


def _plain_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return decomposed.translate(_letters())


def _with_letters_for_digits(chunk: str) -> str:
    return "".join(_WORD.findall(chunk.rstrip(_SENTENCE_ENDS).translate(_digits())))


def spelled_out(words: Words, longest: int) -> Iterator[str]:
    """What three and more single letters in a row spell, from every letter on."""
    letters: list[str] = []
    for word in (*words, "end"):
        if len(word) == 1:
            letters.append(word)
            continue
        for start in range(len(letters)):
            for end in range(start + 3, min(start + longest, len(letters)) + 1):
                yield "".join(letters[start:end])
        letters = []


@cache
def _letters() -> dict[int, str]:
    data = _data()
    table = {ord(like): letter for letter, all_ in data["letters"].items() for like in all_}
    for first in data["alphabets"]:
        table |= {ord(first) + number: chr(ord("a") + number) for number in range(26)}
    return table | dict.fromkeys(map(ord, _BLANK_LETTERS), "\u200b")


@cache
def _digits() -> dict[int, str]:
    return {ord(sign): letter for sign, letter in _data()["digits"].items()}


@cache
def _data() -> Any:
    return json.loads(Path(__file__).with_name("look_alikes.json").read_text(encoding="utf-8"))
