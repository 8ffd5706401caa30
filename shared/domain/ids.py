"""Identifiers: a prefix that tells the kind, and a ULID that sorts by time of birth."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80

SLUG_PATTERN = r"^[a-z0-9_-]{1,40}$"
"""Names chosen by callers that end up in keys: variant types, slots, expressions, projects."""


class Kind(StrEnum):
    """The prefixes in use."""

    GENERATION = "gen"
    CHARACTER = "chr"
    IMAGE = "img"
    UPLOAD = "upl"
    STYLE_CAPSULE = "sty"
    VARIANT = "var"
    KIT = "kit"
    ITEM = "itm"
    ATTEMPT = "att"


type IdFactory = Callable[[Kind, datetime], str]


def id_pattern(kind: Kind) -> str:
    """The regular expression that every id of `kind` matches."""
    return rf"^{kind}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$"


def is_id(kind: Kind, text: str) -> bool:
    """Checked before any key is built from a caller's text."""
    return re.fullmatch(id_pattern(kind), text, re.ASCII) is not None


def new_id(kind: Kind, now: datetime) -> str:
    """`{kind}_{ULID}`: 48 bits of `now` in milliseconds, 80 random bits (github.com/ulid/spec)."""
    number = (int(now.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return f"{kind}_{_letters(number, 26)}"


def created_at(id_: str) -> datetime:
    """The time in an id, to the millisecond."""
    return datetime.fromtimestamp((_number(id_) >> _RANDOM_BITS) / 1000, tz=UTC)


def born_at(id_: str) -> str:
    """The time in an id, as `20261126T171530123Z`."""
    born = created_at(id_)
    return f"{born:%Y%m%dT%H%M%S}{born.microsecond // 1000:03}Z"


def random_of(id_: str) -> str:
    """The sixteen letters of an id that tell it from others of its time."""
    return id_[-16:]


def id_of(kind: Kind, born: str, random: str) -> str | None:
    """The way back from `born_at` and `random_of`; None when they are not those of an id."""
    if not re.fullmatch(r"\d{8}T\d{9}Z", born, re.ASCII):
        return None
    try:
        second = datetime.strptime(born[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    milliseconds = int(second.timestamp()) * 1000 + int(born[15:18])
    made = f"{kind}_{_letters(milliseconds, 10)}{random}"
    return made if is_id(kind, made) else None


def _number(id_: str) -> int:
    number = 0
    for letter in id_.partition("_")[2]:
        number = number << 5 | _ALPHABET.index(letter)
    return number


def _letters(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def new_token() -> str:
    """256 unguessable bits for an attempt's callback URL."""
    return secrets.token_urlsafe(32)
