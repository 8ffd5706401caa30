"""The worker's services put together on fakes, and a provider that does as it is told."""

import asyncio
import io
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from PIL import Image

from shared.adapters import imaging
from shared.domain.gate import Rate
from shared.domain.generation import Attempt, Brief, Item, Snapshot
from shared.domain.ids import Kind
from shared.domain.images import StoredImage
from shared.domain.provider import Finished, Output, Pending, PredictionReport, ProviderCall
from shared.domain.reference_kit import ReferenceKit
from shared.domain.request import ProviderName
from shared.domain.work import AttemptReference, PollPredictions, RunItems, TakeCallback
from shared.services.admit_calls import AdmitCalls
from shared.services.answer_workflow import AnswerWorkflow
from shared.services.apply_callback import ApplyCallback
from shared.services.bury_dead_letter import BuryDeadLetter
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.finish_kit import FinishKit
from shared.services.finish_work import FinishWork
from shared.services.gather_references import GatherReferences
from shared.services.give_up_held import GiveUpHeld
from shared.services.judge_draws import Judge
from shared.services.keep_kit_going import KeepKitGoing
from shared.services.poll_predictions import Poll
from shared.services.prepare_inputs import PrepareInputs
from shared.services.resume_upload import ResumeUpload
from shared.services.run_item import RunItem
from shared.services.run_message import RunMessage
from shared.services.run_slot import RunSlot
from shared.services.settle_attempt import SettleAttempt
from shared.services.settle_report import SettleReport
from shared.services.show_pictures import ShowPictures
from shared.services.store_result import StoreResult
from shared.services.sweep import Sweep
from tests.builders import a_brief, a_snapshot, an_allowance
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.fake_memory import Memory
from tests.fake_outside import (
    FakeClock,
    FakeCounter,
    FakeGates,
    FakeImages,
    FakeImageStore,
    FakeUploadStore,
    FakeWorkQueue,
)
from tests.fake_reference_kits import FakeReferenceKits
from tests.fakes import FakeGenerations

COST = 39_000
"""Micro-USD that the fake provider takes for an image."""


def png(shade: int = 120, size: tuple[int, int] = (96, 128)) -> bytes:
    """A real picture, small enough for a unit test."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade % 256, 80, 160)).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class FakeProvider:
    """Answers with what `answers` holds, in order, then with pictures of its own."""

    name: ProviderName = ProviderName.GEMINI
    calls_back: bool = False
    answers: deque[Finished | Pending | Exception] = field(default_factory=deque)
    reports: deque[PredictionReport | Exception] = field(default_factory=deque)
    calls: list[ProviderCall] = field(default_factory=list)
    polled: list[Attempt] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    seconds: float = 0.0
    meanwhile: Callable[[], object] = lambda: None

    async def start(self, call: ProviderCall) -> Finished | Pending:
        self.calls.append(call)
        self.meanwhile()
        if self.seconds:
            await asyncio.sleep(self.seconds)
        answer = self.answers.popleft() if self.answers else a_picture(len(self.calls))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def poll(self, attempt: Attempt) -> PredictionReport:
        self.polled.append(attempt)
        return self._report()

    async def cancel(self, prediction_id: str) -> None:
        self.cancelled.append(prediction_id)

    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        return self._report()

    def _report(self) -> PredictionReport:
        report = self.reports.popleft()
        if isinstance(report, Exception):
            raise report
        return report


def a_picture(shade: int = 1) -> Finished:
    return Finished(output=Output(data=png(shade)), cost_micro_usd=COST)


def at_url(url: str = "https://replicate.delivery/a.png") -> Finished:
    return Finished(output=Output(url=url), cost_micro_usd=COST)


@dataclass
class FakeDownloads:
    """What is to be had at any address: bytes, or an error."""

    answer: bytes | Exception = field(default_factory=png)
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, seconds: float) -> bytes:
        self.fetched.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    fetch_output = fetch


@dataclass
class Workshop:
    """All of the worker on one memory; `generation_id` names what was submitted last."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    downloads: Any = field(default_factory=FakeDownloads)
    memory: Memory = field(default_factory=Memory)
    store: FakeImageStore = field(default_factory=FakeImageStore)
    upload_store: FakeUploadStore = field(default_factory=FakeUploadStore)
    queue: FakeWorkQueue = field(default_factory=FakeWorkQueue)
    clock: FakeClock = field(default_factory=FakeClock)
    count: FakeCounter = field(default_factory=FakeCounter)
    gates: FakeGates = field(default_factory=FakeGates)
    workflow: FakeKitWorkflow = field(default_factory=FakeKitWorkflow)
    rates: dict[ProviderName, Rate] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))
    generation_id: str = ""

    @cached_property
    def generations(self) -> FakeGenerations:
        return FakeGenerations(self.memory)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.generations, self.queue, self.clock)

    @cached_property
    def close(self) -> CloseGeneration:
        return CloseGeneration(self.generations, self.clock, self.answer_workflow)

    @cached_property
    def answer_workflow(self) -> AnswerWorkflow:
        return AnswerWorkflow(self.generations, self.workflow, self.clock, self.count)

    @cached_property
    def run_slot(self) -> RunSlot:
        return RunSlot(
            self.generations, self.dispatcher, self.answer_workflow, self.clock, self.count
        )

    @cached_property
    def give_up_held(self) -> GiveUpHeld:
        return GiveUpHeld(FakeReferenceKits(self.memory), self.generations, self.clock)

    @cached_property
    def finish_kit(self) -> FinishKit:
        return FinishKit(self.generations, self.give_up_held, self.close)

    @cached_property
    def finish(self) -> FinishWork:
        return FinishWork(self.close, self.dispatcher)

    @cached_property
    def store_result(self) -> StoreResult:
        return StoreResult(
            generations=self.generations,
            images=FakeImages(self.memory),
            store=self.store,
            imaging=imaging,
            clock=self.clock,
            new_id=self.new_id,
            count=self.count,
            measures_faces=True,
        )

    @cached_property
    def settle(self) -> SettleAttempt:
        return SettleAttempt(
            generations=self.generations,
            downloads=self.downloads,
            store_result=self.store_result,
            dispatcher=self.dispatcher,
            clock=self.clock,
            uniform=lambda low, high: high,
            count=self.count,
        )

    @cached_property
    def run_item(self) -> RunItem:
        resume = ResumeUpload(
            self.generations, self.store, self.providers, self.settle, self.store_result, self.clock
        )
        return RunItem(
            generations=self.generations,
            providers=self.providers,
            settle=self.settle,
            resume_upload=resume,
            judge=self.judge,
            dispatcher=self.dispatcher,
            callback_url=lambda name, reference: f"https://api.test/v1/webhooks/{name}?{reference}",
            clock=self.clock,
            new_id=self.new_id,
            new_token=lambda: f"secret-{next(self.numbers)}",
        )

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.generations, self.settle, self.finish, self.count)

    @cached_property
    def show_pictures(self) -> ShowPictures:
        gather_references = GatherReferences(self.store)
        prepare_inputs = PrepareInputs(
            generations=self.generations,
            upload_store=self.upload_store,
            store=self.store,
            downloads=self.downloads,
            imaging=imaging,
            gather_references=gather_references,
        )
        return ShowPictures(prepare_inputs, gather_references)

    @property
    def admit_calls(self) -> AdmitCalls:
        """Providers without a rate are always open."""
        return AdmitCalls(self.gates, self.rates, self.clock, lambda low, high: low, self.count)

    @cached_property
    def run_message(self) -> RunMessage:
        return RunMessage(
            generations=self.generations,
            dispatcher=self.dispatcher,
            admit_calls=self.admit_calls,
            show_pictures=self.show_pictures,
            run_item=self.run_item,
            finish_work=self.finish,
            clock=self.clock,
            count=self.count,
        )

    @cached_property
    def poll(self) -> Poll:
        return Poll(
            generations=self.generations,
            providers=self.providers,
            queue=self.queue,
            settle_report=SettleReport(self.settle),
            finish_work=self.finish,
            clock=self.clock,
            count=self.count,
        )

    @cached_property
    def apply_callback(self) -> ApplyCallback:
        return ApplyCallback(
            generations=self.generations,
            providers=self.providers,
            queue=self.queue,
            settle_report=SettleReport(self.settle),
            finish_work=self.finish,
            count=self.count,
        )

    @cached_property
    def sweep(self) -> Sweep:
        return Sweep(
            generations=self.generations,
            queue=self.queue,
            dispatcher=self.dispatcher,
            close_generation=self.close,
            keep_going=KeepKitGoing(self.workflow, self.give_up_held, self.close, self.count),
            clock=self.clock,
            count=self.count,
        )

    @cached_property
    def bury(self) -> BuryDeadLetter:
        return BuryDeadLetter(self.generations, self.close, self.clock, self.count)

    def providers(self, name: ProviderName) -> FakeProvider:
        return self.provider

    def new_id(self, kind: Kind, now: datetime) -> str:
        return f"{kind}_{next(self.numbers):026}"

    def submit(
        self, snapshot: Snapshot | None = None, kit: ReferenceKit | None = None, **brief: Any
    ) -> Snapshot:
        """As an accepted request leaves things: recorded, due in a minute, not yet sent."""
        snapshot = snapshot or a_snapshot(items=3)
        self.generations.submit(
            snapshot,
            self._brief(snapshot, **brief),
            allowance=an_allowance(in_flight=5),
            idempotency=None,
            due_at=self.clock() + timedelta(seconds=60),
            kit=kit,
        )
        self.generation_id = snapshot.generation.id
        return snapshot

    def _brief(self, snapshot: Snapshot, **changes: Any) -> Brief:
        brief = a_brief(snapshot, **changes)
        request = brief.request.model_copy(update={"provider": self.provider.name})
        return brief.model_copy(update={"request": request})

    async def run(self, *indexes: int, seconds: float = 130) -> Snapshot:
        """A message for these items, or for all of them; the generation as it stands after."""
        wanted = indexes or tuple(item.index for item in self.now().items)
        work = RunItems(generation_id=self.generation_id, indexes=wanted)
        await self.run_message(work=work, ends_at=self.clock() + timedelta(seconds=seconds))
        return self.now()

    async def ask(self, *indexes: int, round_: int = 0) -> Snapshot:
        work = PollPredictions(generation_id=self.generation_id, indexes=indexes, round=round_)
        await self.poll(work=work)
        return self.now()

    async def call_back(
        self, attempt: Attempt, prediction_id: str, *, token: str | None = None
    ) -> Snapshot:
        reference = AttemptReference(
            generation_id=attempt.generation_id,
            index=attempt.index,
            number=attempt.number,
            token=token or attempt.token,
        )
        work = TakeCallback(
            provider=ProviderName.REPLICATE,
            reference=str(reference),
            prediction_id=prediction_id,
            payload={"id": prediction_id},
        )
        await self.apply_callback(work=work)
        return self.now()

    def now(self) -> Snapshot:
        return self.generations.get(self.generation_id)

    def item(self, index: int = 0) -> Item:
        return self.now().items[index]

    def attempt(self, index: int = 0, number: int = 1) -> Attempt:
        attempt = self.generations.attempt(self.generation_id, index, number)
        assert attempt is not None
        return attempt

    def used(self) -> int:
        generation = self.now().generation
        return self.memory.used[generation.owner, generation.quota_period]

    def image(self, index: int = 0) -> StoredImage:
        image = self.item(index).image
        assert image is not None
        return image
