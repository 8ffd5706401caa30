"""See to it that a reference kit whose slots wait has a workflow, or comes to its end."""

from dataclasses import dataclass

from shared.domain.generation import Snapshot
from shared.domain.kit_run import KitRun
from shared.domain.ports import Counter, KitWorkflow
from shared.services.close_generation import CloseGeneration
from shared.services.give_up_held import GiveUpHeld


@dataclass(frozen=True, slots=True)
class KeepKitGoing:
    workflow: KitWorkflow
    give_up_held: GiveUpHeld
    close_generation: CloseGeneration
    count: Counter

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        """The generation as it is then. Raises Unavailable: it stays due."""
        if self.workflow.goes_on(KitRun.of(snapshot)):
            return snapshot
        self.count("workflow_lost")
        self.give_up_held(snapshot)
        return self.close_generation(generation_id=snapshot.generation.id)
