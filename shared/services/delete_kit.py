"""Delete a reference kit with everything that was drawn for it, also while it runs."""

from dataclasses import dataclass

from shared.domain.errors import NotFound, StaleWrite
from shared.domain.generation import Snapshot
from shared.domain.kit_run import KitRun
from shared.domain.ports import Generations, KitWorkflow, ReferenceKits
from shared.domain.reference_kit import ReferenceKit
from shared.services.delete_generation import DeleteGeneration
from shared.services.erase_images import EraseImages

_RACES = 4


@dataclass(frozen=True, slots=True)
class DeleteKit:
    """The execution stops first, so that nothing is let go any more; then generation by
    generation, the photo, and the record last: whoever crashes in between leaves a kit that can
    be deleted again."""

    kits: ReferenceKits
    generations: Generations
    workflow: KitWorkflow
    delete_generation: DeleteGeneration
    erase_images: EraseImages

    def __call__(self, *, owner: str, kit_id: str) -> None:
        """Raises NotFound, Unavailable when its execution cannot be stopped now."""
        for _ in range(_RACES):
            kit = self.kits.get(owner, kit_id)
            self._delete_drawn(kit)
            self.erase_images(images=[kit.source.image])
            try:
                self.kits.delete(kit)
            except StaleWrite:
                continue  # What was found in its photo, or what was begun meanwhile, came first.
            return
        raise StaleWrite("the reference kit changes faster than it can be deleted")

    def _delete_drawn(self, kit: ReferenceKit) -> None:
        for generation_id in kit.generations:
            try:
                snapshot = self.generations.get(generation_id)
                self._stop(snapshot)
                self.delete_generation.erase(snapshot)
            except NotFound:
                continue  # An earlier deletion came this far.

    def _stop(self, snapshot: Snapshot) -> None:
        generation = snapshot.generation
        if generation.max_concurrency is not None and not generation.closed:
            self.workflow.stop(KitRun.of(snapshot))
