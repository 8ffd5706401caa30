"""What a provider was asked: a log and counters, so that a test can count paid calls."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field

_KEPT = 2000


@dataclass(slots=True)
class Call:
    """One request. `charged` means that the provider would send a bill for it; `shown` are the
    SHA-256 digests of the pictures that it came with, where they come with it."""

    action: str
    method: str
    path: str
    started_at: str
    model: str = ""
    prompt: str = ""
    seed: int | None = None
    references: int = 0
    shown: list[str] = field(default_factory=list)
    ignored_inputs: list[str] = field(default_factory=list)
    fault: str | None = None
    status: int | None = None
    charged: bool = False
    prediction_id: str | None = None


class CallLog:
    """The last calls, totals, and how many pictures were in the making at once."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._webhooks: deque[dict[str, object]] = deque(maxlen=_KEPT)
        self._actions: Counter[str] = Counter()
        self._charged = 0
        self._in_flight = 0
        self._peak = 0

    def add(self, call: Call) -> Call:
        self._calls.append(call)
        self._actions[call.action] += 1
        return call

    def charge(self, call: Call) -> None:
        call.charged = True
        self._charged += 1

    def refund(self, call: Call) -> None:
        """A prediction aborted before it started costs nothing."""
        if call.charged:
            call.charged = False
            self._charged -= 1

    def began(self) -> None:
        self._in_flight += 1
        self._peak = max(self._peak, self._in_flight)

    def ended(self) -> None:
        self._in_flight -= 1

    def webhook_sent(self, **delivery: object) -> None:
        self._webhooks.append(delivery)

    def clear(self) -> None:
        """Forget the past; what is in flight now stays counted."""
        self._calls.clear()
        self._webhooks.clear()
        self._actions.clear()
        self._charged = 0
        self._peak = self._in_flight

    def as_json(self) -> dict[str, object]:
        return {
            "requests": self._actions.total(),
            "by_action": dict(self._actions),
            "charged": self._charged,
            "in_flight": self._in_flight,
            "peak_in_flight": self._peak,
            "calls": [asdict(call) for call in self._calls],
            "webhooks": list(self._webhooks),
        }
