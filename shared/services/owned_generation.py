"""Reading a generation for its owner."""

from shared.domain.errors import NotFound, OfReferenceKit
from shared.domain.generation import Generation, Snapshot
from shared.domain.ports import Generations
from shared.domain.request import Mode


def owned_generation(generations: Generations, owner: str, generation_id: str) -> Snapshot:
    """Raises NotFound: another owner's generation looks like one that never was."""
    snapshot = generations.get(generation_id)
    if snapshot.generation.owner != owner:
        raise NotFound("There is no such generation.")
    return snapshot


def refuse_of_kit(generation: Generation) -> None:
    """Slots point to its items. Raises OfReferenceKit."""
    if generation.mode is Mode.REFERENCE:
        raise OfReferenceKit(
            "This generation draws a reference kit: draw the kit's slots again, or delete the kit.",
            kit_id=generation.kit_id,
        )
