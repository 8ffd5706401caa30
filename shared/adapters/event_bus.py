"""Events onto an EventBridge bus."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.analytics.events import AnalyticsEvent
from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

SOURCE: Final = "likeness"
_AT_ONCE: Final = 10
"""What one PutEvents takes (EventBridge quotas, 2026-11)."""


@dataclass(frozen=True, slots=True)
class EventBridge:
    client: "EventBridgeClient"
    bus: str

    def send(self, events: Sequence[AnalyticsEvent]) -> None:
        for some in batched(events, _AT_ONCE, strict=False):
            self._put(list(map(self._entry, some)))

    def _put(self, entries: list[Any]) -> None:
        """A part may be taken and the rest not: then only the rest is sent again, once."""
        for _ in range(2):
            try:
                answer = self.client.put_events(Entries=entries)
            except (ClientError, BotoCoreError) as exc:
                raise Unavailable("The event bus is out of reach.") from exc
            results = zip(entries, answer["Entries"], strict=True)
            entries = [entry for entry, result in results if "ErrorCode" in result]
            if not entries:
                return
        raise Unavailable("The event bus did not take all events.")

    def _entry(self, event: AnalyticsEvent) -> dict[str, Any]:
        return {
            "EventBusName": self.bus,
            "Source": SOURCE,
            "DetailType": str(event.name),
            "Time": event.occurred_at,
            "Detail": json.dumps(event.detail()),
        }
