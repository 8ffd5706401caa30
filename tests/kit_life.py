"""A reference kit from its start to its end, with an execution that does as the state machine
says, and with crashes wherever they are wanted."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from shared.domain.errors import Unavailable
from shared.domain.generation import Snapshot, Status
from shared.domain.images import ImageStatus
from shared.domain.kit_run import KitRun
from shared.domain.undrawn import PhotoVerdict
from shared.domain.work import RunItems
from shared.services.check_source import CheckSource
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.fake_outside import FakeWorkQueue
from tests.fake_reference_kits import FakeReferenceKits
from tests.fakes import FakeGenerations
from tests.kit_builders import SLOTS, a_kit, a_kit_snapshot
from tests.workshop import Workshop, png

_RETRIES, _ROUNDS = 3, 60


class Crash(BaseException):
    """The function's environment is gone; nothing catches it."""


@dataclass
class Faults:
    """Crashes once: around the call of this number, `before` it is made or after."""

    at: int | None = None
    before: bool = True
    calls: int = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            due = self.calls == self.at
            if due and self.before:
                raise Crash
            answer = call(*args, **kwargs)
            if due:
                raise Crash
            return answer

        return made


@dataclass
class Fragile:
    """A port whose calls may be the last that a function makes."""

    port: Any
    faults: Faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self.faults.around(found) if callable(found) else found


@dataclass
class Execution:
    """As infra/workflow.py has it: the photo, the anchor, the others side by side, the end."""

    run: KitRun
    number: int
    state: str = "check_source"
    started: set[int] = field(default_factory=set)

    def token(self, index: int) -> str:
        return f"token-{self.number}-{index}"


@dataclass
class KitLife:
    """`shop.workflow` keeps the answers, by token."""

    faults: Faults = field(default_factory=Faults)
    max_concurrency: int = 10
    slots: Sequence[str] = SLOTS
    executions: list[Execution] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    shop: Workshop = field(default_factory=Workshop)

    def __post_init__(self) -> None:
        shop = self.shop
        shop.__dict__["generations"] = Fragile(FakeGenerations(shop.memory), self.faults)
        shop.queue = Fragile(FakeWorkQueue(), self.faults)  # type: ignore[assignment] # a port
        workflow = FakeKitWorkflow()
        workflow.start = self._start  # type: ignore[method-assign] # which the fake only notes
        workflow.goes_on = self._goes_on  # type: ignore[method-assign]
        shop.workflow = Fragile(workflow, self.faults)  # type: ignore[assignment] # a port

    def begin(self, *, start: bool = True, **kit: Any) -> Snapshot:
        """As an accepted request leaves things; `start`: the API has started the execution."""
        snapshot = a_kit_snapshot(slots=self.slots, max_concurrency=self.max_concurrency)
        calls, self.faults.at, at = self.faults.calls, None, self.faults.at
        new = a_kit(snapshot, **kit)
        photo = new.source.image
        intent = photo.model_copy(update={"status": ImageStatus.PENDING})
        self.shop.memory.images[photo.id] = intent
        self.shop.store.put(photo.key, png(), "image/png")
        self.shop.submit(snapshot, new, references=(photo,))
        self.faults.calls, self.faults.at = calls, at
        if start:
            self._start(KitRun.of(snapshot))
        return snapshot

    def live(self) -> Snapshot:
        """To the end, with a sweep whenever nothing moves any more."""
        for _ in range(_ROUNDS):
            self.settle()
            if self.over:
                return self.now()
            self.shop.clock.advance(timedelta(seconds=61))
            self._outlive(self.shop.sweep)
        raise AssertionError("the kit has not come to an end")

    def settle(self) -> None:
        """Whatever can happen without waiting."""
        while self._step() or self._deliver():
            pass

    @property
    def over(self) -> bool:
        running = [one for one in self.executions if one.number not in self.lost]
        ended = all(one.state == "end" for one in running)
        return ended and self.now().generation.closed

    def now(self) -> Snapshot:
        """Read by nobody who could crash."""
        return FakeGenerations(self.shop.memory).get(self.shop.generation_id)

    def lose_execution(self) -> None:
        self.lost.add(self.executions[-1].number)

    def _start(self, run: KitRun) -> None:
        if not self.executions:
            self.executions.append(Execution(run, number=1))

    def _goes_on(self, run: KitRun) -> bool:
        last = self.executions[-1] if self.executions else None
        if last is not None and last.state != "end" and last.number not in self.lost:
            return True
        number = len(self.executions) + 1
        if number > 3:
            return False
        self.executions.append(Execution(run, number))
        return True

    def _step(self) -> bool:
        """Lets each execution go one state further, if it can."""
        running = [one for one in self.executions if one.number not in self.lost]
        return any(list(map(self._advance, running)))

    def _advance(self, execution: Execution) -> bool:
        before = execution.state, len(execution.started)
        match execution.state:
            case "check_source":
                execution.state = self._check(execution)
            case "anchor":
                self._draw(execution, [0])
                execution.state = {None: "anchor", Status.COMPLETED: "others"}.get(
                    self._answer(execution, 0), "finish"
                )
            case "others":
                self._draw(execution, execution.run.others)
                answered = [self._answer(execution, index) for index in execution.run.others]
                execution.state = "others" if None in answered else "finish"
            case "finish":
                finish = self.shop.finish_kit
                self._outlive(lambda: finish(generation_id=execution.run.generation_id))
                execution.state = "end"
        return (execution.state, len(execution.started)) != before

    def _check(self, execution: Execution) -> str:
        check = CheckSource(FakeReferenceKits(self.shop.memory), self.shop.clock)
        run = execution.run
        verdict = check(owner=run.owner, kit_id=run.kit_id)
        if verdict is PhotoVerdict.PENDING:
            return "check_source"
        return "anchor" if verdict is PhotoVerdict.USABLE else "finish"

    def _draw(self, execution: Execution, indexes: Iterable[int]) -> None:
        for index in indexes:
            running = sum(self._answer(execution, one) is None for one in execution.started)
            if index not in execution.started and running < execution.run.max_concurrency:
                execution.started.add(index)
                token, generation_id = execution.token(index), execution.run.generation_id
                slot = partial(self.shop.run_slot, generation_id=generation_id, token=token)
                self._outlive(partial(slot, index=index))

    def _answer(self, execution: Execution, index: int) -> Status | None:
        return self.shop.workflow.answers.get(execution.token(index))

    def _deliver(self) -> bool:
        """All messages that wait, and again what a crash returned to the queue."""
        waiting, self.shop.queue.port.sent = self.shop.queue.port.sent, []  # type: ignore[attr-defined]
        for sent in waiting:
            if isinstance(work := sent.work, RunItems):
                self._outlive(partial(self._work, work))
        return bool(waiting)

    def _work(self, work: RunItems) -> None:
        ends_at = self.shop.clock() + timedelta(seconds=130)
        asyncio.run(self.shop.run_message(work=work, ends_at=ends_at))

    def _outlive(self, function: Callable[[], object]) -> None:
        """As whoever calls a function again that has crashed; for a while."""
        for _ in range(_RETRIES):
            try:
                function()
            except (Crash, Unavailable):
                continue
            return
