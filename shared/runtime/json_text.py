"""JSON as the standard defines it, and nothing that merely resembles it."""

import json
import math
from typing import Any

from shared.domain.errors import Invalid, TooLarge

MAX_JSON_BYTES = 256 * 1024


def parse_json(data: bytes) -> Any:
    """Refuses duplicate keys, NaN and infinities, a byte order mark, invalid UTF-8 and abysmal
    nesting. Raises Invalid, TooLarge."""
    if len(data) > MAX_JSON_BYTES:
        raise TooLarge("A JSON body may have at most 256 kB.", code="body_too_large")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as exc:
        raise not_json() from exc


def not_json() -> Invalid:
    return Invalid("The body is not valid JSON in UTF-8.", code="malformed_json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice")
    return made


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number
