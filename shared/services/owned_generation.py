"""Reading a generation for its owner."""

from shared.domain.errors import NotFound
from shared.domain.generation import Snapshot
from shared.domain.ports import Generations


def owned_generation(generations: Generations, owner: str, generation_id: str) -> Snapshot:
    """Raises NotFound: another owner's generation looks like one that never was."""
    snapshot = generations.get(generation_id)
    if snapshot.generation.owner != owner:
        raise NotFound("There is no such generation.")
    return snapshot
