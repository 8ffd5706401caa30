"""The simulated provider: answers within the call, or later with callbacks that get lost,
repeated, late, or arrive before the answer to the call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.domain.errors import (
    BadOutput,
    ContentBlocked,
    NotFound,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from shared.domain.generation import Attempt, Item
from shared.domain.limits import LEASE, PROVIDER_CALL
from shared.domain.provider import Failed, Finished, Output, Pending, PredictionReport
from shared.domain.request import ProviderName
from tests.simulation.calls import Later
from tests.simulation.temper import Temper

PRICE = 40_000
NO_IMAGE = b"not an image"
_KEPT = timedelta(minutes=60)
_FORGED = "forged"


@dataclass(slots=True, eq=False)
class Prediction:
    """One paid call. `protected_until` is the end of the claim it was made under."""

    id: str
    attempt: Attempt
    started_at: datetime
    ends_at: datetime
    protected_until: datetime
    result: str
    calls_back: bool
    cancelled: bool = False
    asked_at: datetime | None = None
    waited_for: bool = True

    def leave(self) -> None:
        """Nobody waits for the answer to the call any more."""
        self.waited_for = False

    def runs(self, now: datetime) -> bool:
        return not self.cancelled and now < self.ends_at

    def holds_image(self, now: datetime) -> bool:
        """An image is there for whoever asks."""
        return (
            self.result == "image"
            and not self.cancelled
            and self.ends_at <= now < self.ends_at + _KEPT
        )


@dataclass(slots=True, eq=False)
class Delivery:
    """A callback on its way."""

    prediction: Prediction
    due: datetime
    tries: int = 4
    forged: bool = False


@dataclass(slots=True)
class Provider:
    """`calls_back` tells the two kinds apart; `called` is told of every paid call, and
    `faults` counts what it did wrong."""

    calls_back: bool
    rng: Random
    temper: Temper
    called: Callable[[Prediction], None]
    faults: int = 0
    predictions: dict[str, Prediction] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def name(self) -> ProviderName:
        return ProviderName.REPLICATE if self.calls_back else ProviderName.GEMINI

    def start(self, item: Item, attempt: Attempt, now: datetime) -> Later:
        """The paid call, unless it is refused at the door."""
        odds = self.rng.random()
        if odds < self.temper.refuse:
            return Later(1, error=ContentBlocked("blocked", code="content_blocked_input"))
        if odds < self.temper.refuse + self.temper.transient / 2:
            return Later(1, error=self._busy())
        prediction = self._paid(item, attempt, now)
        self.called(prediction)
        return self._pending(prediction) if self.calls_back else self._answer(prediction)

    def poll(self, prediction_id: str, now: datetime) -> PredictionReport:
        if self.rng.random() < self.temper.error * 3:
            self.faults += 1
            raise ProviderUnavailable("down")
        prediction = self.predictions[prediction_id]
        prediction.asked_at = now
        return self.state(prediction, now)

    def state(self, prediction: Prediction, now: datetime) -> PredictionReport:
        if prediction.runs(now):
            return Pending(prediction_id=prediction.id)
        return self.report(self.payload(prediction, now))

    def payload(
        self, prediction: Prediction, now: datetime, *, forged: bool = False
    ) -> dict[str, object]:
        """What a callback tells; a forged one offers an image of somebody else."""
        if forged:
            return {"id": _FORGED, "result": "image"}
        result = "cancelled" if prediction.cancelled else prediction.result
        if now >= prediction.ends_at + _KEPT:
            result = "removed"
        return {"id": prediction.id, "result": result}

    def report(self, payload: Mapping[str, object]) -> PredictionReport:
        """Reads what a callback tells."""
        match payload["result"]:
            case "image" | "unusable":
                return Finished(output=Output(url=str(payload["id"])), cost_micro_usd=PRICE)
            case "broken":
                return Failed(ProviderUnavailable("it broke"))
            case "removed":
                return Failed(BadOutput("the output has expired"))
            case _:
                return Failed(ProviderRefused("cancelled or aborted"))

    def fetch(self, url: str, now: datetime) -> bytes:
        if url == _FORGED:
            return b"somebody/0/1"
        prediction = self.predictions[url]
        if now >= prediction.ends_at + _KEPT:
            raise NotFound("expired")
        return self._bytes(prediction)

    def cancel(self, prediction_id: str, now: datetime) -> None:
        if self.rng.random() < self.temper.error * 3:
            raise ProviderUnavailable("down")
        prediction = self.predictions[prediction_id]
        prediction.cancelled = prediction.cancelled or prediction.runs(now)

    def knows(self, prediction_id: str) -> bool:
        return prediction_id == _FORGED or prediction_id in self.predictions

    def of(self, generation_id: str, index: int) -> list[Prediction]:
        return [
            each
            for each in self.predictions.values()
            if each.attempt.generation_id == generation_id and each.attempt.index == index
        ]

    # -- one call

    def _paid(self, item: Item, attempt: Attempt, now: datetime) -> Prediction:
        plods = self.temper.stumbles and self.calls_back
        seconds = self.rng.uniform(50, 130) if plods else self.rng.uniform(2, 40)
        if self.rng.random() < self.temper.slow:
            seconds = self.rng.choice((90.0, 110.0, 300.0, 590.0, 640.0, 700.0, 1500.0, 2400.0))
        result = "image"
        if self.temper.stumbles and attempt.number == 1:
            result = "broken"
        elif self.rng.random() < self.temper.unusable:
            result = "unusable"
        elif self.rng.random() < self.temper.transient / 2:
            result = "broken"
        ends_at = now + timedelta(seconds=seconds)
        obeys = self.calls_back and self.rng.random() >= self.temper.disobey
        if obeys and item.deadline is not None and ends_at > item.deadline:
            ends_at, result = item.deadline, "aborted"
        prediction = Prediction(
            id=f"{self.name}-{len(self.predictions)}",
            attempt=attempt,
            started_at=now,
            ends_at=ends_at,
            protected_until=item.lease_until or now + LEASE,
            result=result,
            calls_back=self.calls_back,
        )
        self.predictions[prediction.id] = prediction
        self.faults += result != "image" or seconds > 60
        return prediction

    def _answer(self, prediction: Prediction) -> Later:
        limit = PROVIDER_CALL.total_seconds()
        seconds = (prediction.ends_at - prediction.started_at).total_seconds()
        if seconds > limit or self.rng.random() < self.temper.lost_reply / 4:
            return self._lost(prediction)
        if prediction.result == "broken":
            return Later(seconds, error=ProviderUnavailable("it broke"), unheard=prediction.leave)
        finished = Finished(output=Output(data=self._bytes(prediction)), cost_micro_usd=PRICE)
        return Later(seconds, value=finished, unheard=prediction.leave)

    def _lost(self, prediction: Prediction) -> Later:
        self.faults += 1
        error = ProviderTimedOut("no answer")
        return Later(PROVIDER_CALL.total_seconds(), error=error, unheard=prediction.leave)

    def _pending(self, prediction: Prediction) -> Later:
        self._call_back(prediction)
        if self.rng.random() < self.temper.lost_reply:
            return self._lost(prediction)
        slow = self.temper.stumbles and prediction.attempt.number == 1
        slow = slow or self.rng.random() < 0.3
        seconds = self.rng.uniform(10, 95) if slow else 1.0
        pending = Pending(prediction_id=prediction.id)
        return Later(seconds, value=pending, unheard=prediction.leave)

    def _call_back(self, prediction: Prediction) -> None:
        if self.rng.random() < self.temper.unheard:
            return
        times = 1 + sum(self.rng.random() < self.temper.repeat for _ in range(2))
        for _ in range(times):
            delay = self.rng.choice((0.1, 1.0, 5.0, 60.0))
            if self.rng.random() < self.temper.slow / 2:
                delay = self.rng.uniform(100, 2500)
            due = prediction.ends_at + timedelta(seconds=delay)
            self.deliveries.append(Delivery(prediction, due))
        if self.rng.random() < self.temper.forged:
            due = prediction.started_at + timedelta(seconds=self.rng.uniform(0, 60))
            self.deliveries.append(Delivery(prediction, due, forged=True))

    def _bytes(self, prediction: Prediction) -> bytes:
        if prediction.result == "unusable":
            return NO_IMAGE
        attempt = prediction.attempt
        return f"{attempt.generation_id}/{attempt.index}/{attempt.number}".encode()

    def _busy(self) -> ProviderUnavailable | ProviderRateLimited:
        self.faults += 1
        if self.rng.random() < 0.5:
            return ProviderUnavailable("busy")
        return ProviderRateLimited("slow down", retry_after=self.rng.choice((None, 3.0, 400.0)))
