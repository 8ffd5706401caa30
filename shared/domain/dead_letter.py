"""A message that failed too often, as it is kept for whoever finds out why."""

import json
import re
from datetime import datetime

from shared.domain.entity import Entity, Timestamp, rfc3339

FOLDER = "dead-letters"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


class DeadLetter(Entity):
    """`queue` is the dead-letter queue it lay in; `body` may hold what a provider was asked."""

    message_id: str
    queue: str
    sent_at: Timestamp
    body: str
    readable: bool

    @property
    def key(self) -> str:
        """By day and queue; the same letter has the same key however often it is received."""
        kind = "readable" if self.readable else "malformed"
        day = rfc3339(self.sent_at)[:10]
        return f"{FOLDER}/{kind}/{day}/{_safe(self.queue)}/{_safe(self.message_id)}.json"

    def content(self, kept_at: datetime) -> bytes:
        """The body as text within JSON: whatever it is, the file can be read."""
        fields = {
            "message_id": self.message_id,
            "queue": self.queue,
            "sent_at": rfc3339(self.sent_at),
            "kept_at": rfc3339(kept_at),
            "body": self.body,
        }
        return json.dumps(fields, indent=1).encode()


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name)[:128]
