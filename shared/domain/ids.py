"""Identifiers: a prefix that tells the kind, and a ULID that sorts by time of birth."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
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
    return f"{kind}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def new_token() -> str:
    """256 unguessable bits for an attempt's callback URL."""
    return secrets.token_urlsafe(32)
