"""Events of the bus into files that any tool can read: one JSON object a line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.domain.ports import ImageStore


@dataclass(frozen=True, slots=True)
class ArchiveEvents:
    store: ImageStore

    def __call__(self, *, envelopes: Sequence[Any]) -> str:
        """The key. The same envelopes are the same file, however often they are received; each
        holds an event as its `detail`."""
        first = min(datetime.fromisoformat(each["time"]) for each in envelopes)
        ids = sorted(each["id"] for each in envelopes)
        name = sha256("|".join(ids).encode()).hexdigest()[:24]
        lines = "".join(json.dumps(each["detail"]) + "\n" for each in envelopes)
        key = f"events/{first:%Y/%m/%d/%H}/{name}.jsonl"
        self.store.put(key, lines.encode(), "application/x-ndjson")
        return key
