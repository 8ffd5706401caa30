"""Read one generation as it stands now."""

from dataclasses import dataclass

from shared.domain.generation import Snapshot
from shared.domain.ports import Generations
from shared.services.owned_generation import owned_generation


@dataclass(frozen=True, slots=True)
class ReadGeneration:
    """One consistent query; status, progress and cost follow from the items."""

    generations: Generations

    def __call__(self, *, owner: str, generation_id: str) -> Snapshot:
        return owned_generation(self.generations, owner, generation_id)
