"""Executions of the kit workflow that nobody executes."""

from dataclasses import dataclass, field

from shared.domain.errors import Unavailable
from shared.domain.generation import Status
from shared.domain.kit_run import KitRun


@dataclass
class FakeKitWorkflow:
    """`down` refuses every call, as a service that cannot be reached does."""

    started: list[KitRun] = field(default_factory=list)
    stopped: list[KitRun] = field(default_factory=list)
    answers: dict[str, Status] = field(default_factory=dict)
    down: bool = False

    def start(self, run: KitRun) -> None:
        self._reach()
        if run not in self.started:
            self.started.append(run)

    def goes_on(self, run: KitRun) -> bool:
        self.start(run)
        return run not in self.stopped

    def stop(self, run: KitRun) -> None:
        self._reach()
        self.stopped.append(run)

    def answer(self, token: str, status: Status) -> None:
        self._reach()
        self.answers[token] = status

    def _reach(self) -> None:
        if self.down:
            raise Unavailable("The workflows cannot be reached.")
