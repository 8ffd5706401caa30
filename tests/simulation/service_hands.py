"""The real services, put together on the simulation's world; every port notes its calls."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

from shared.domain.analysis import ImageToAnalyse
from shared.domain.closing import Closing, LateCompletion
from shared.domain.errors import InvalidImage, LikenessError
from shared.domain.generation import Attempt, Brief, Generation, Item, Lane, Snapshot
from shared.domain.ids import Kind
from shared.domain.images import Decoded, ImageFormat, Rendition, StoredImage
from shared.domain.provider import Finished, Pending, PredictionReport, ProviderCall
from shared.domain.request import OutputSize, ProviderName
from shared.domain.transitions import Move
from shared.domain.work import (
    AttemptReference,
    CancelPrediction,
    JudgeDraws,
    PollPredictions,
    RunItems,
    TakeCallback,
    Work,
)
from shared.services.admit_calls import AdmitCalls
from shared.services.analyse_image import RecordScore
from shared.services.apply_callback import ApplyCallback
from shared.services.bury_dead_letter import BuryDeadLetter
from shared.services.cancel_generation import CancelGeneration, StopItems
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.finish_work import FinishWork
from shared.services.gather_references import GatherReferences
from shared.services.judge_draws import Judge
from shared.services.poll_predictions import Poll
from shared.services.resume_upload import ResumeUpload
from shared.services.run_item import RunItem
from shared.services.run_message import RunMessage
from shared.services.settle_attempt import SettleAttempt
from shared.services.settle_report import SettleReport
from shared.services.show_pictures import ShowPictures
from shared.services.store_result import StoreResult
from shared.services.sweep import Sweep
from shared.services.tell_provider import TellProvider
from tests.fake_outside import FakeGates
from tests.simulation.handlers.judging import analysed, given_up
from tests.simulation.provider import NO_IMAGE, Provider
from tests.simulation.queues import Queues
from tests.simulation.serial import Notes
from tests.simulation.world import World


@dataclass(slots=True)
class Ports:
    """Stores, queues and imaging at once: no two of their methods share a name but `get`,
    which is parted below."""

    world: World
    queues: Queues
    notes: Notes

    def load(self, generation_id: str) -> tuple[Snapshot, Brief]:
        self.notes.take("generations.load")
        return self.world.load(generation_id)

    def attempt(self, generation_id: str, index: int, number: int) -> Attempt | None:
        self.notes.take("generations.attempt")
        return self.world.attempt(generation_id, index, number)

    def apply(self, move: Move) -> None:
        self.notes.take("generations.apply")
        self.world.apply(move)

    def save(self, generation: Generation) -> None:
        self.notes.take("generations.save")
        self.world.save(generation)

    def close(self, closing: Closing) -> None:
        self.notes.take("generations.close")
        self.world.close(closing)

    def record_similarity(self, image: StoredImage) -> Item | None:
        self.notes.take("generations.record_similarity")
        return self.world.record_similarity(image)

    def complete_late(self, late: LateCompletion) -> None:
        self.notes.take("generations.complete_late")
        self.world.complete_late(late)

    def due(self, now: datetime) -> Iterable[str]:
        self.notes.take("generations.due")
        return self.world.due()

    def mark_due(self, generation_id: str, due_at: datetime) -> None:
        self.notes.take("generations.mark_due")
        self.world.mark_due(generation_id, due_at)

    def send(self, lane: Lane, work: Work, *, owner: str, delay: timedelta = timedelta(0)) -> None:
        self.notes.take("queue.send")
        self.queues.lane.send(work, self.world.now, delay)

    def ingest(self, works: Sequence[Work], delay: timedelta = timedelta(0)) -> None:
        self.notes.take("queue.ingest")
        for work in works:
            self.queues.ingest.send(work, self.world.now, delay)

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self.notes.take("store.put")
        self.world.put(key, data)

    def url(self, key: str) -> str:
        return f"https://images.test/{key}"

    def inspect(self, data: bytes) -> Decoded:
        if data == NO_IMAGE:
            raise InvalidImage("no image", reason="unknown_format")
        sha256 = hashlib.sha256(data).hexdigest()
        return Decoded(
            format=ImageFormat.PNG, width=8, height=8, size_bytes=len(data), sha256=sha256
        )

    def renditions(
        self, data: bytes, *, generated: bool, exact_size: OutputSize | None = None
    ) -> Mapping[Rendition, bytes]:
        return {Rendition.THUMB_256: data}


class GenerationPorts(Ports):
    __slots__ = ()

    def get(self, generation_id: str) -> Snapshot:
        self.notes.take("generations.get")
        return self.world.get(generation_id)


class ImagePorts(Ports):
    __slots__ = ()

    def get(self, key: str) -> bytes:
        self.notes.take("store.get")
        return self.world.read(key)

    def record_analysis(self, image: StoredImage) -> None:
        self.notes.take("images.record_analysis")
        self.world.record_analysis(image)

    def add(self, image: StoredImage) -> None:
        self.notes.take("images.add")
        self.world.add_image(image)


@dataclass(slots=True)
class ProviderPort:
    """A simulated provider behind the port; the clock moves on while it answers."""

    provider: Provider
    world: World
    notes: Notes

    @property
    def name(self) -> ProviderName:
        return self.provider.name

    @property
    def calls_back(self) -> bool:
        return self.provider.calls_back

    async def start(self, call: ProviderCall) -> Finished | Pending:
        self.notes.take("provider.start")
        reference = AttemptReference.parse(call.callback_url)
        assert reference is not None, "made by the test"
        record = self.world.records[reference.generation_id]
        attempt = record.attempts[reference.index, reference.number]
        answer = self.provider.start(record.items[reference.index], attempt, self.world.now)
        self.world.now += timedelta(seconds=answer.seconds)
        if answer.error is not None:
            raise answer.error
        finished: Finished | Pending = answer.value
        return finished

    async def poll(self, attempt: Attempt) -> PredictionReport:
        self.notes.take("provider.poll")
        assert attempt.prediction_id is not None, "only a bound attempt is asked about"
        return self.provider.poll(attempt.prediction_id, self.world.now)

    async def cancel(self, prediction_id: str) -> None:
        self.notes.take("provider.cancel")
        self.provider.cancel(prediction_id, self.world.now)

    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        return self.provider.report(payload)

    async def fetch_output(self, url: str, *, max_bytes: int, seconds: float) -> bytes:
        self.notes.take("downloads.fetch_output")
        return self.provider.fetch(url, self.world.now)

    fetch = fetch_output


class ByServices:
    """The services, each call of theirs awaited to its end."""

    def __init__(
        self, world: World, queues: Queues, providers: list[Provider], notes: Notes, rng: Random
    ) -> None:
        # Any: the worker needs but a part of each port, and only that part is here.
        ports: Any = GenerationPorts(world, queues, notes)
        images: Any = ImagePorts(world, queues, notes)
        drawers = {each.name: ProviderPort(each, world, notes) for each in providers}
        numbers = count()
        later = drawers[ProviderName.REPLICATE]

        def clock() -> datetime:
            return world.now

        def new_id(kind: Kind, now: datetime) -> str:
            return f"{kind}_{next(numbers)}"

        def counter(name: str, reason: str = "") -> None: ...

        dispatcher = Dispatcher(ports, ports, clock)
        close = CloseGeneration(ports, clock)
        finish = FinishWork(close, dispatcher)
        store = StoreResult(
            ports, images, images, images, clock, new_id, counter, measures_faces=True
        )
        settle = SettleAttempt(ports, later, store, dispatcher, clock, rng.uniform, counter)
        report = SettleReport(settle)
        provider_of: Callable[[ProviderName], Any] = drawers.__getitem__
        resume = ResumeUpload(ports, images, provider_of, settle, store, clock)
        self.judge = Judge(ports, settle, finish, counter)
        self.record_score = RecordScore(images, ports, ports)
        run_item = RunItem(
            ports,
            provider_of,
            settle,
            resume,
            self.judge,
            dispatcher,
            lambda name, reference: str(reference),
            clock,
            new_id,
            lambda: f"token{next(numbers)}",
        )
        gather = GatherReferences(images)
        show = ShowPictures(_no_inputs, gather)
        # Gates only delay; what is lived here is what happens once they are open.
        always_open = AdmitCalls(FakeGates(), {}, clock, rng.uniform, counter)
        self.run_message = RunMessage(
            ports, dispatcher, always_open, show, run_item, finish, clock, counter
        )
        self.apply_callback = ApplyCallback(ports, provider_of, ports, report, finish, counter)
        self.poll = Poll(ports, provider_of, ports, report, finish, clock, counter)
        self.tell_provider = TellProvider(provider_of, counter)
        self.sweep_all = Sweep(ports, ports, dispatcher, close, _no_kits, clock, counter)
        self.bury_one = BuryDeadLetter(ports, close, clock, counter)
        stop = StopItems(ports, ports, clock)
        self.cancel_one = CancelGeneration(ports, stop, close)
        self.world = world

    def do(self, work: Work | ImageToAnalyse, ends_at: datetime) -> Exception | None:
        match work:
            case ImageToAnalyse():
                return self._scored(work, partial(analysed, self.world))
            case JudgeDraws():
                return _awaited(self.judge(work=work))
            case RunItems():
                return _awaited(self.run_message(work=work, ends_at=ends_at))
            case TakeCallback():
                return _awaited(self.apply_callback(work=work))
            case PollPredictions():
                return _awaited(self.poll(work=work))
            case CancelPrediction():
                return _awaited(self.tell_provider(work=work))

    def _scored(
        self, work: ImageToAnalyse, look: Callable[[StoredImage], StoredImage]
    ) -> Exception | None:
        """The picture itself is looked at by nobody here."""
        image = self.world.images[work.image_id]
        if not image.awaits_analysis:
            return None
        return _awaited(asyncio.to_thread(self.record_score, look(image)))

    def bury(self, work: Work | ImageToAnalyse) -> Exception | None:
        if isinstance(work, ImageToAnalyse):
            return self._scored(work, given_up)
        return _awaited(asyncio.to_thread(self.bury_one, work=work))

    def sweep(self) -> Exception | None:
        return _awaited(asyncio.to_thread(self.sweep_all))

    def cancel(self, generation_id: str) -> Exception | None:
        owner = self.world.records[generation_id].generation.owner
        return _awaited(
            asyncio.to_thread(self.cancel_one, owner=owner, generation_id=generation_id)
        )


async def _prepare_none(generation: Generation, brief: Brief) -> tuple[()]:
    """The simulated briefs bring no input pictures: preparing them then calls nobody."""
    assert not brief.inputs
    return ()


def _draw_no_kit(snapshot: Snapshot) -> Snapshot:
    raise AssertionError("no workflow draws what is simulated")


_no_kits: Any = _draw_no_kit
_no_inputs: Any = _prepare_none


def _awaited(work: Coroutine[Any, Any, object]) -> Exception | None:
    try:
        asyncio.run(work)
    except (LikenessError, ExceptionGroup) as error:
        return error
    return None
