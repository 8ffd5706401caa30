"""Measures the real stack on the local engine: every ratio comes from one and the same run."""

import base64
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from infra.local.providers import SIMULATED_GEMINI_KEY
from infra.local.stack_runner import LocalStack
from shared.domain.pricing.catalogue import default_model
from shared.domain.request import ProviderName
from tests.performance.baseline.deployed import Baseline, deploy_baseline
from tests.performance.invocations import Function, Invocation
from tests.performance.kits import KitRound, measure_kits
from tests.performance.owner import ASPECT_RATIO, PACK, PaidOwner, Waited

PROVIDER_SECONDS = 2.0
_CALLS = 3
_LATE_POLL_SECONDS = 50
"""The message that guards against a lost callback is delayed by 45 seconds."""
_BETWEEN_CALLBACKS_SECONDS = 0.6
"""Real predictions do not end in one instant; ten environments at once would compete for this
machine's processors, where on AWS each has its own."""


@dataclass(frozen=True, slots=True)
class Round:
    """Side by side in time, so that a busy minute slows all of it down: the provider alone,
    a pack, and the baseline. Billed is GB-seconds per image."""

    provider_seconds: float
    pack: Waited
    pack_billed: float
    baseline_billed: float


@dataclass(slots=True)
class Measured:
    """What one run found. `cpu` is processor seconds per image, which load does not change."""

    memory_mb: int
    rounds: list[Round] = field(default_factory=list)
    kits: list[KitRound] = field(default_factory=list)
    cold_pack: Waited | None = None
    cold_billed: float = 0
    pack_cpu: float = 0
    baseline_cpu: float = 0
    peak_memory_mb: float = 0
    webhook_billed: float = 0
    webhook_parts: dict[str, float] = field(default_factory=dict)

    @property
    def baseline_billed(self) -> float:
        return statistics.median(one.baseline_billed for one in self.rounds)


def measure(rounds: int) -> Measured:
    """Starts a stack with a state of its own and stops it again."""
    with (
        tempfile.TemporaryDirectory(prefix="likeness-performance-") as folder,
        LocalStack.start(
            state_dir=Path(folder), environment={}, simulator_latency=PROVIDER_SECONDS
        ) as stack,
        PaidOwner(stack) as owner,
    ):
        return _measured(stack, owner, rounds)


def _measured(stack: LocalStack, owner: PaidOwner, rounds: int) -> Measured:
    worker = Function(stack, "functions.worker.handler.lambda_handler")
    found = Measured(worker.configuration["MemorySize"])
    found.cold_pack = owner.portraits()
    found.cold_billed = _per_image(worker.invocations(found.cold_pack.began, at_least=1))
    model = default_model(ProviderName.GEMINI, references=1).id
    prompt = httpx.get(f"{stack.gemini_url}/_calls").json()["calls"][-1]["prompt"]
    baseline = deploy_baseline(stack, worker, prompt=prompt, model=model, reference=owner.reference)
    baseline.draw(2 * _CALLS)  # both environments are warm after it
    cpu_before = worker.cpu_seconds(), baseline.function.cpu_seconds()
    for number in range(rounds):
        found.rounds.append(_round(stack, owner, worker, baseline))
        print(f"round {number + 1}: {found.rounds[-1]}", flush=True)
    images = rounds * PACK
    found.pack_cpu = (worker.cpu_seconds() - cpu_before[0]) / images
    found.baseline_cpu = (baseline.function.cpu_seconds() - cpu_before[1]) / images
    found.peak_memory_mb = worker.peak_memory_mb()
    found.kits = measure_kits(stack, rounds)
    _measure_webhooks(stack, owner, worker, found, rounds)
    return found


def _round(stack: LocalStack, owner: PaidOwner, worker: Function, baseline: Baseline) -> Round:
    calls = [_provider_call(stack, baseline.message, owner.reference) for _ in range(_CALLS)]
    pack = owner.portraits()
    billed = _per_image(worker.invocations(pack.began, at_least=1))
    return Round(
        provider_seconds=statistics.median(calls),
        pack=pack,
        pack_billed=billed,
        baseline_billed=_per_image(baseline.draw(PACK)),
    )


def _measure_webhooks(
    stack: LocalStack, owner: PaidOwner, worker: Function, found: Measured, rounds: int
) -> None:
    """The worker that starts predictions, the callbacks, the worker that stores, the late poll."""
    webhook = Function(stack, "functions.webhook.handler.lambda_handler")
    _let_predictions_end_one_by_one(stack)
    owner.scenes()  # cold
    time.sleep(_LATE_POLL_SECONDS)
    began = time.time()
    for _ in range(rounds):
        _let_predictions_end_one_by_one(stack)
        owner.scenes()
    time.sleep(_LATE_POLL_SECONDS)
    images = rounds * PACK
    parts = {
        "worker": worker.invocations(began, at_least=rounds),
        "webhook": webhook.invocations(began, at_least=images),
    }
    for name, invocations in parts.items():
        found.webhook_parts[name] = sum(one.gb_seconds for one in invocations) / images
    found.webhook_billed = sum(found.webhook_parts.values())


def _let_predictions_end_one_by_one(stack: LocalStack) -> None:
    for number in range(PACK):
        seconds = PROVIDER_SECONDS + number * _BETWEEN_CALLBACKS_SECONDS
        order = {"fault": "latency", "seconds": seconds}
        httpx.post(f"{stack.replicate_url}/_faults", json=order).raise_for_status()


def _provider_call(stack: LocalStack, message: dict[str, str], reference: bytes) -> float:
    """Seconds of one call as the worker makes it, by nobody but us."""
    picture = {"mimeType": "image/png", "data": base64.b64encode(reference).decode()}
    body = {
        "contents": [
            {"role": "user", "parts": [{"text": message["prompt"]}, {"inlineData": picture}]}
        ],
        "generationConfig": {
            "seed": 1,
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": ASPECT_RATIO, "imageSize": "1K"},
        },
    }
    began = time.perf_counter()
    answer = httpx.post(
        f"{stack.gemini_url}/v1beta/models/{message['model']}:generateContent",
        json=body,
        headers={"x-goog-api-key": SIMULATED_GEMINI_KEY},
        timeout=60,
    )
    answer.raise_for_status()
    return time.perf_counter() - began


def _per_image(invocations: list[Invocation]) -> float:
    return sum(one.gb_seconds for one in invocations) / PACK
