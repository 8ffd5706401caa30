"""Runs predictions: starting, processing, the end in all its forms, and what expires after."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from typing import Any

from infra.local.simulators.calls import CallLog
from infra.local.simulators.drawing import UnreadableReference
from infra.local.simulators.faults import Fault
from infra.local.simulators.pictures import Artist
from infra.local.simulators.replicate_briefs import briefs_for, extension
from infra.local.simulators.replicate_models import ModelSpec
from infra.local.simulators.replicate_predictions import Prediction
from infra.local.simulators.replicate_results import shape_output
from infra.local.simulators.replicate_sources import Sources, SourceUnreadable
from infra.local.simulators.replicate_webhooks import WebhookSender
from infra.local.simulators.settings import SimulatorSettings

# The share of the latency spent `starting`, and the service's limit for one run.
_QUEUE_SHARE = 0.1
_LONGEST_RUN = 1800.0


class Runs:
    """All predictions of this process, and the tasks that move them."""

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        calls: CallLog,
        artist: Artist,
        sources: Sources,
        webhooks: WebhookSender,
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._artist = artist
        self._sources = sources
        self._webhooks = webhooks
        self.predictions: dict[str, Prediction] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._began: dict[str, float] = {}

    def start(self, prediction: Prediction, spec: ModelSpec, cancel_after: float | None) -> None:
        self.predictions[prediction.id] = prediction
        self._began[prediction.id] = time.monotonic()
        self._calls.began()
        task = asyncio.get_running_loop().create_task(self._run(prediction, spec))
        self._running[prediction.id] = task
        deadline = min(cancel_after or _LONGEST_RUN, _LONGEST_RUN)
        timer = asyncio.get_running_loop().call_later(deadline, self._miss_deadline, prediction)
        task.add_done_callback(lambda _: timer.cancel())

    def cancel(self, prediction: Prediction) -> None:
        if not prediction.final:
            self._stop(prediction, "canceled")

    async def close(self) -> None:
        tasks = [*self._running.values(), *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, prediction: Prediction, spec: ModelSpec) -> None:
        delay = prediction.faults.get("delay")
        latency = delay.number("seconds") if delay else self._settings.latency
        await asyncio.sleep(latency * _QUEUE_SHARE)
        trouble = prediction.faults.get("prediction")
        if trouble is not None and trouble.name == "aborted":
            self._abort(prediction)
            return
        prediction.begin()
        if prediction.wants("start"):
            self._later(self._webhooks.send_event(prediction, "start", prediction.body()))
        pause = asyncio.sleep(latency * (1 - _QUEUE_SHARE))
        if trouble is not None:
            await pause
            await self._go_wrong(prediction, trouble)
            return
        try:
            # Drawn while the time passes, so that the latency is the latency.
            (urls, pictures), _ = await asyncio.gather(self._draw(prediction, spec), pause)
        except (SourceUnreadable, UnreadableReference) as exc:
            self._end(prediction, "failed", error=str(exc))
            return
        prediction.pictures = pictures
        self._succeed(prediction, shape_output(urls, pictures, spec, prediction.faults))

    async def _draw(self, prediction: Prediction, spec: ModelSpec) -> tuple[list[str], list[bytes]]:
        images = await self._images(prediction, spec)
        given = prediction.input
        seed = self._artist.seed(prediction.call.seed)
        briefs = await asyncio.to_thread(briefs_for, spec, given, images, seed)
        pictures = await asyncio.gather(*(self._artist.draw(brief) for brief in briefs))
        prediction.logs = f"Using seed: {seed}\n"
        base = f"{prediction.base_url}/_outputs/{prediction.id}"
        urls = [f"{base}/{number}.{extension(brief.format)}" for number, brief in enumerate(briefs)]
        return urls, list(pictures)

    async def _images(self, prediction: Prediction, spec: ModelSpec) -> tuple[bytes, ...]:
        uris = image_uris(spec, prediction.input)
        base = prediction.base_url
        return tuple(await asyncio.gather(*(self._sources.read(uri, base) for uri in uris)))

    async def _go_wrong(self, prediction: Prediction, trouble: Fault) -> None:
        if trouble.name == "stuck":
            await asyncio.sleep(_LONGEST_RUN)
        elif trouble.name == "unknown_status":
            self._end(prediction, trouble.text("status"))
        else:
            self._end(prediction, "failed", error=trouble.text("error"))

    def _succeed(self, prediction: Prediction, output: object) -> None:
        if prediction.wants("output"):
            halfway = prediction.body() | {"output": output}
            self._later(self._webhooks.send_event(prediction, "output", halfway))
        if prediction.wants("logs"):
            self._later(self._webhooks.send_event(prediction, "logs", prediction.body()))
        self._end(prediction, "succeeded", output=output)

    def _miss_deadline(self, prediction: Prediction) -> None:
        if prediction.final:
            return
        if prediction.started_at is None:
            self._running[prediction.id].cancel()
            self._abort(prediction)
        else:
            self._stop(prediction, "canceled")

    def _stop(self, prediction: Prediction, status: str) -> None:
        self._running[prediction.id].cancel()
        self._end(prediction, status)

    def _abort(self, prediction: Prediction) -> None:
        """The deadline passed before the start: nothing ran, nothing is charged."""
        self._calls.refund(prediction.call)
        self._end(prediction, "aborted")

    def _end(
        self,
        prediction: Prediction,
        status: str,
        *,
        output: object = None,
        error: str | None = None,
    ) -> None:
        seconds = time.monotonic() - self._began.pop(prediction.id)
        prediction.end(status, output=output, error=error, seconds=seconds)
        self._running.pop(prediction.id, None)
        self._calls.ended()
        loop = asyncio.get_running_loop()
        loop.call_later(self._settings.output_lifetime, prediction.remove_data)
        if prediction.wants("completed"):
            fault = prediction.faults.get("webhook")
            self._later(self._tell_end(prediction, fault))
        else:
            prediction.told.set()

    async def _tell_end(self, prediction: Prediction, fault: Fault | None) -> None:
        await self._webhooks.send_final(prediction, prediction.body(), fault)
        prediction.told.set()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def image_uris(spec: ModelSpec, given: Mapping[str, Any]) -> list[str]:
    """Every picture among the inputs, the person's first."""
    uris: list[str] = []
    for name in spec.image_fields():
        value = given.get(name, [])
        uris.extend([value] if isinstance(value, str) else value)
    return uris
