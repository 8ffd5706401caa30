"""The AWS side of an image: counted operations × dated prices."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.domain.pricing.catalogue import default_model, estimate_micro_usd
from shared.domain.request import ProviderName, Quality
from tests.performance.consumption import Consumption
from tests.performance.counting import LOOKED_AT_TOGETHER, PACK, Steps
from tests.performance.counting_kits import WorkflowSteps, transitions

PATH = Path(__file__).parents[2] / "docs" / "costs.md"
DATA: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("aws_prices.json").read_text(), parse_float=Decimal
)
ASSUMED: Mapping[str, Any] = DATA["assumed"]
PRICES: Mapping[str, Decimal] = {name: Decimal(p["usd"]) for name, p in DATA["prices"].items()}
NAIVE: Decimal = DATA["naive_usd_per_1000_images"]
PACKS_IN_1000 = 1000 // PACK
_TRIGGER_REQUESTS = 2
"""Every message is received and deleted by its trigger, besides being sent."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a pack, and how often a pack takes it. `messages` are consumed in it,
    `delivered` are put into a queue by AWS itself."""

    name: str
    times: int
    took: Consumption
    seconds: Decimal
    memory_mb: int
    invocations: int = 1
    http_requests: int = 0
    messages: int = 0
    delivered: int = 0
    transitions: int = 0

    def amounts(self) -> dict[str, Decimal]:
        """What 1,000 images take of everything that has a price."""
        invocations = self.invocations
        calls = self.took.calls
        once: dict[str, Decimal | float] = {
            "http_api_request": self.http_requests,
            "lambda_request": invocations,
            "lambda_gb_second": invocations * self.seconds * self.memory_mb / 1024,
            "sqs_request": self.took.of("sqs") + self.delivered + _TRIGGER_REQUESTS * self.messages,
            "dynamodb_write_unit": self.took.write_units,
            "dynamodb_read_unit": self.took.read_units,
            "s3_put": calls["s3.PutObject"],
            "s3_get": calls["s3.GetObject"],
            "event": self.took.events,
            "workflow_transition": self.transitions,
        }
        return {name: Decimal(n) * self.times * PACKS_IN_1000 for name, n in once.items()}


def in_the_call(steps: Steps) -> list[Step]:
    """A provider that answers within the call."""
    waiting = Decimal(ASSUMED["provider_seconds"]) + _seconds("work")
    return [
        *_at_the_api(steps),
        _worker("draw ten, store ten, close", steps.work, waiting),
        _telling(steps),
    ]


def by_webhook(steps: Steps) -> list[Step]:
    """A provider that calls back."""
    assert steps.callback is not None, "callbacks are counted"
    assert steps.ingest is not None, "so is what they lead to"
    assert steps.late_poll is not None, "so is the last poll"
    memory = ASSUMED["memory_mb"]
    callback = Step(
        name="take a callback",
        times=PACK,
        took=steps.callback,
        seconds=_seconds("callback"),
        memory_mb=memory["webhook"],
        http_requests=1,
    )
    ingest = Step(
        name="store ten, close",
        times=1,
        took=steps.ingest,
        seconds=_seconds("ingest"),
        memory_mb=memory["worker"],
        invocations=PACK,
        messages=PACK,
    )
    return [
        *_at_the_api(steps),
        _worker("start ten predictions", steps.work, _seconds("start")),
        callback,
        ingest,
        _worker("late poll", steps.late_poll, _seconds("late_poll")),
        _telling(steps),
    ]


def the_look(steps: Steps) -> list[Step]:
    """At the faces of ten images of a character."""
    assert steps.look is not None, "it is counted"
    assert steps.tell_of_look is not None, "so is what is told of it"
    look = Step(
        name="look at ten",
        times=1,
        took=steps.look,
        seconds=_seconds("look"),
        memory_mb=ASSUMED["memory_mb"]["face_analysis"],
        invocations=PACK // LOOKED_AT_TOGETHER,
        messages=PACK,
    )
    return [look, _told("record and tell of it", steps.tell_of_look, batches=1)]


def the_workflow(steps: WorkflowSteps) -> list[Step]:
    """Of a kit of ten, on top of its images. The last step takes all transitions."""
    looks = ASSUMED["looks_at_a_photo"]
    memory, state = ASSUMED["memory_mb"]["kit_workflow"], _seconds("state")
    answer = Step("answer a slot", PACK, steps.answer, Decimal(0), memory, invocations=0)
    return [
        Step("check the photo", 1 + looks, steps.check, state, memory),
        Step("let a slot go", PACK, steps.let_go, state, memory),
        Step("send anchor, others", 2, steps.send, Decimal(0), memory, invocations=0, messages=1),
        answer,
        Step(
            "finish, close",
            1,
            steps.finish,
            state,
            memory,
            transitions=transitions(PACK, looks),
        ),
    ]


def usd_per_1000(path: list[Step]) -> Decimal:
    return sum((usd for _, _, usd in priced(path)), Decimal(0))


def priced(path: list[Step]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Price name, amount and USD for 1,000 images."""
    for name, price in PRICES.items():
        amount = sum((step.amounts()[name] for step in path), Decimal(0))
        yield name, amount, amount * price


def provider_usd(provider: ProviderName, references: int) -> Decimal:
    """One image of standard quality, 3:4, by the default model."""
    model = default_model(provider, references=references)
    micro = estimate_micro_usd(
        model, aspect_ratio="3:4", quality=Quality.STANDARD, references=references
    )
    return Decimal(micro) / 1_000_000


def _at_the_api(steps: Steps) -> list[Step]:
    memory = ASSUMED["memory_mb"]["api"]
    reads = ASSUMED["reads_while_it_runs"]
    api = _seconds("api")
    return [
        Step("submit", 1, steps.submit, api, memory, http_requests=1),
        Step("read while it runs", reads, steps.read, api, memory, http_requests=1),
    ]


def _telling(steps: Steps) -> Step:
    return _told("record and tell", steps.tell, steps.batches)


def _told(name: str, took: Consumption, batches: int) -> Step:
    """Events come back from the bus by a queue, ten at a time, to be kept."""
    return Step(
        name=name,
        times=1,
        took=took,
        seconds=_seconds("tell"),
        memory_mb=ASSUMED["memory_mb"]["analytics"],
        invocations=batches + 1,
        messages=-(-took.events // 10),
        delivered=took.events,
    )


def _worker(name: str, took: Consumption, seconds: Decimal) -> Step:
    return Step(name, 1, took, seconds, ASSUMED["memory_mb"]["worker"], messages=1)


def _seconds(step: str) -> Decimal:
    return Decimal(ASSUMED["seconds"][step])
