"""Close a generation whose items have all ended."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.closing import close
from shared.domain.errors import StaleWrite
from shared.domain.generation import Snapshot
from shared.domain.ports import Clock, Generations

_RACES = 4


def left_to_the_sweeper(snapshot: Snapshot) -> Snapshot:
    """What a workflow awaits stays so until the generation is due."""
    return snapshot


@dataclass(frozen=True, slots=True)
class CloseGeneration:
    """Whoever ends an item looks; one of those who look at the same time gets through.
    `answer_workflow` first does what it can for the items whose end a workflow awaits."""

    generations: Generations
    clock: Clock
    answer_workflow: Callable[[Snapshot], Snapshot] = left_to_the_sweeper

    def __call__(self, *, generation_id: str) -> Snapshot:
        """The generation as it stands now, closed if it could be. Raises NotFound."""
        for _ in range(_RACES):
            snapshot = self.answer_workflow(self.generations.get(generation_id))
            closing = close(snapshot, self.clock())
            if closing is None:
                return snapshot
            try:
                self.generations.close(closing)
            except StaleWrite:
                continue
            return snapshot.model_copy(update={"generation": closing.after})
        raise StaleWrite("the generation changes faster than it can be closed")
