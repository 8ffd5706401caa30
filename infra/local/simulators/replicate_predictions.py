"""One prediction: its life in Replicate's words, and the body that tells of it."""

import asyncio
import base64
import copy
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.simulators.calls import Call
from infra.local.simulators.faults import Fault

DEFAULT_EVENTS = ("output", "completed")

Body = dict[str, Any]


def new_id() -> str:
    """26 lower-case letters and digits, as the service's own."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def created_stamp(later: timedelta = timedelta()) -> str:
    """Milliseconds, as in `created_at`."""
    moment = datetime.now(UTC) + later
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def precise_stamp() -> str:
    """Nine digits, as in `started_at` and `completed_at`."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{nanoseconds:09d}Z"


@dataclass(slots=True)
class Prediction:
    """`faults` holds what was queued for it, by stage; `told` is set once the end was sent."""

    model: str
    version: str
    input: Body
    base_url: str
    call: Call
    webhook: str | None
    events: tuple[str, ...] | None
    faults: dict[str, Fault] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    created_at: str = field(default_factory=created_stamp)
    status: str = "starting"
    output: object = None
    error: str | None = None
    logs: str = ""
    started_at: str | None = None
    completed_at: str | None = None
    metrics: Body = field(default_factory=dict)
    data_removed: bool = False
    pictures: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def prompt(self) -> str:
        return self.call.prompt

    @property
    def final(self) -> bool:
        return self.completed_at is not None

    def wants(self, event: str) -> bool:
        if self.webhook is None:
            return False
        return event in (DEFAULT_EVENTS if self.events is None else self.events)

    def begin(self) -> None:
        self.status = "processing"
        self.started_at = precise_stamp()

    def end(self, status: str, *, output: object, error: str | None, seconds: float) -> None:
        self.status = status
        self.output, self.error = output, error
        self.completed_at = precise_stamp()
        self.metrics = {"total_time": round(seconds, 9)}
        if self.started_at is not None:
            self.metrics["predict_time"] = round(seconds, 9)
        if self.pictures and status == "succeeded":
            self.metrics["image_count"] = len(self.pictures)
        self.ended.set()

    def remove_data(self) -> None:
        """An hour after the end nothing is left but the record itself."""
        self.data_removed = True
        self.input, self.output, self.logs = {}, None, ""
        self.pictures = []

    def body(self) -> Body:
        """As GET and webhooks send it; optional fields appear as they come to be known."""
        get = f"{self.base_url}/v1/predictions/{self.id}"
        body: Body = {
            "id": self.id,
            "model": self.model,
            "version": self.version,
            "input": self.input,
            "logs": self.logs,
            "output": self.output,
            "data_removed": self.data_removed,
            "error": self.error,
            "source": "api",
            "status": self.status,
            "created_at": self.created_at,
            "urls": {
                "cancel": f"{get}/cancel",
                "get": get,
                "stream": f"{self.base_url}/_stream/{self.id}",
                "web": f"https://replicate.com/p/{self.id}",
            },
        }
        if self.started_at is not None:
            body["started_at"] = self.started_at
        if self.completed_at is not None:
            body |= {"completed_at": self.completed_at, "metrics": self.metrics}
        if self.webhook is not None:
            body["webhook"] = self.webhook
        if self.events is not None:
            body["webhook_events_filter"] = list(self.events)
        return copy.deepcopy(body)
