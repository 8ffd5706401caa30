"""Idempotency keys: the same key and body get the first answer again."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from shared.domain.entity import Entity, Timestamp
from shared.domain.errors import AlreadyAnswered, IdempotencyKeyReused

KEY_LIFETIME = timedelta(hours=24)


class IdempotencyKey(Entity):
    """What the caller sent: its key, the route it used and a hash of what was asked.

    `answer` is kept with the key for those who come again; empty while it is only looked for.
    """

    owner: str
    route: str
    key: str
    request_hash: str
    expires_at: Timestamp
    answer: str = ""


class FirstAnswer(Entity):
    """What is kept of the first request: enough to give its answer again."""

    request_hash: str
    answer: str

    def for_request(self, key: IdempotencyKey) -> "FirstAnswer":
        """Itself. Raises IdempotencyKeyReused when `key` comes with another body."""
        if self.request_hash != key.request_hash:
            raise IdempotencyKeyReused("This idempotency key was used for a different request.")
        return self

    def refusal(self, key: IdempotencyKey) -> AlreadyAnswered | IdempotencyKeyReused:
        """Why a second write under the same key is refused."""
        try:
            return AlreadyAnswered("answered before", answer=self.for_request(key))
        except IdempotencyKeyReused as reused:
            return reused


def request_hash(body: Any) -> str:
    """SHA-256 of the canonical JSON: the order of keys does not matter."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
