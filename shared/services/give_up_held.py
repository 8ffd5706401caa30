"""End what is still held of a reference kit: nobody will let it go any more."""

from dataclasses import dataclass

from shared.domain.events import GivenUp
from shared.domain.generation import Snapshot
from shared.domain.holding import held
from shared.domain.ports import Clock, Generations, ReferenceKits
from shared.domain.undrawn import why_undrawn
from shared.services.moving import advance


@dataclass(frozen=True, slots=True)
class GiveUpHeld:
    kits: ReferenceKits
    generations: Generations
    clock: Clock

    def __call__(self, snapshot: Snapshot) -> None:
        """Raises NotFound when the kit has been deleted."""
        waiting, generation = held(snapshot), snapshot.generation
        if not waiting:
            return
        assert generation.kit_id is not None, "a workflow draws a kit"
        failure = why_undrawn(self.kits.get(generation.owner, generation.kit_id), snapshot)
        for item in waiting:
            advance(self.generations, item, GivenUp(failure), self.clock)
