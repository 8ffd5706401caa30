"""Idempotency keys: the same key and body get the first answer again."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from shared.domain.entity import Entity, Timestamp

KEY_LIFETIME = timedelta(hours=24)


class IdempotencyKey(Entity):
    """What the caller sent: its key, the route it used and a hash of what was asked."""

    owner: str
    route: str
    key: str
    request_hash: str
    expires_at: Timestamp


class FirstAnswer(Entity):
    """What is kept of the first request: enough to give its answer again."""

    request_hash: str
    answer: str


def request_hash(body: Any) -> str:
    """SHA-256 of the canonical JSON: the order of keys does not matter."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
