"""Cursors of lists: where the next page starts, bound to the owner and filters it was made for."""

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from typing import Any

from pydantic import ValidationError

from shared.domain.entity import Entity
from shared.domain.errors import InvalidCursor

_MAX_LENGTH = 400


class Cursor(Entity):
    """`after` is the sort key of the last record of the page before; `binding` says of which
    list. It grants nothing: the partition always comes from the token."""

    after: str
    binding: str

    def __str__(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")


def binding_of(*parts: Any) -> str:
    """A short hash of what a list was asked with: its owner, its name, its filters."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_cursor(text: str, binding: str) -> str:
    """The sort key to start after. Raises InvalidCursor for what we did not make, and for a
    cursor of another owner or other filters."""
    try:
        if len(text) > _MAX_LENGTH or not text.isascii():
            raise ValueError("no cursor of ours")
        padded = text + "=" * (-len(text) % 4)
        cursor = Cursor.model_validate_json(b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, ValidationError) as exc:
        raise InvalidCursor("The cursor is not one of this list.") from exc
    if cursor.binding != binding:
        raise InvalidCursor("The cursor belongs to another list or to other filters.")
    return cursor.after
