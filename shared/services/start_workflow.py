"""Have the items of a reference kit let go, now that it is recorded."""

import contextlib
from dataclasses import dataclass

from shared.domain.errors import Unavailable
from shared.domain.generation import Snapshot
from shared.domain.kit_run import KitRun
from shared.domain.ports import Counter, KitWorkflow


@dataclass(frozen=True, slots=True)
class StartWorkflow:
    """After the kit is recorded: what cannot be started now is due, and the sweeper starts it."""

    workflow: KitWorkflow
    count: Counter

    def __call__(self, snapshot: Snapshot) -> None:
        with contextlib.suppress(Unavailable):
            self.workflow.start(KitRun.of(snapshot))
            return
        self.count("kit_workflow_unavailable", "start")
