"""Delete a generation with everything it made, also while it runs."""

from dataclasses import dataclass

from shared.domain.errors import FailureClass, StaleWrite
from shared.domain.events import Event, LateWindowEnded, StoreFailed
from shared.domain.generation import Failure, FailureStage, Item, Snapshot, Status
from shared.domain.image_keys import input_keys
from shared.domain.images import StoredImage
from shared.domain.ports import Clock, Generations, Images
from shared.services.cancel_generation import StopItems
from shared.services.close_generation import CloseGeneration
from shared.services.erase_images import EraseImages
from shared.services.follow_variants import FollowVariants
from shared.services.owned_generation import owned_generation, refuse_of_kit

_ROUNDS = 4
"""An item has few writers: they cannot keep it from ending for longer than this."""


@dataclass(frozen=True, slots=True)
class DeleteGeneration:
    """Ended, closed, images erased, and the record last: whoever crashes in between leaves a
    generation that can be deleted again. Closing gives back quota and slot. An image that became
    a variant is the variant's, and stays."""

    generations: Generations
    images: Images
    follow_variants: FollowVariants
    stop_items: StopItems
    close_generation: CloseGeneration
    erase_images: EraseImages
    clock: Clock

    def __call__(self, *, owner: str, generation_id: str) -> None:
        """Raises NotFound, OfReferenceKit."""
        snapshot = owned_generation(self.generations, owner, generation_id)
        refuse_of_kit(snapshot.generation)
        self.erase(snapshot)

    def erase(self, snapshot: Snapshot) -> None:
        """For who deletes what it belongs to. Raises NotFound when it is gone."""
        unfinished = self._end(snapshot)
        snapshot = self.close_generation(generation_id=snapshot.generation.id)
        self.follow_variants.settle(snapshot)
        doomed = {image.id: image for image in (*unfinished, *self.made(snapshot))}
        self.erase_images(images=doomed.values(), keys=input_keys(snapshot.generation))
        self.generations.delete(snapshot)

    def made(self, snapshot: Snapshot) -> list[StoredImage]:
        """All of its images that are nobody else's, those that were passed over included."""
        draws = [draw.image_id for item in snapshot.items for draw in item.draws]
        kept = self._variants(snapshot)
        delivered = [
            item.image
            for item in snapshot.items
            if item.image is not None and item.variant_id not in kept
        ]
        return [*delivered, *(self.images.get_many(draws) if draws else ())]

    def _variants(self, snapshot: Snapshot) -> set[str]:
        """Those that are still there of what the images became."""
        character_id = snapshot.generation.character_id
        ids = [item.variant_id for item in snapshot.items if item.variant_id is not None]
        if character_id is None or not ids:
            return set()
        return {variant.id for variant in self.follow_variants.variants.get_many(character_id, ids)}

    def _end(self, snapshot: Snapshot) -> list[StoredImage]:
        """Ends every item and late window; the intents whose upload was broken off."""
        broken_off: list[StoredImage] = []
        for _ in range(_ROUNDS):
            open_items = [item for item in snapshot.items if not item.is_final(self.clock())]
            if not open_items:
                return broken_off
            self.stop_items(items=(item for item in open_items if not item.ended))
            self.stop_items.raise_on(open_items, _last_event)
            broken_off += [
                item.image
                for item in open_items
                if item.status is Status.UPLOADING and item.image is not None
            ]
            snapshot = self.generations.get(snapshot.generation.id)
        raise StaleWrite("the generation changes faster than it can be deleted")


def _last_event(item: Item) -> Event | None:
    if item.status is Status.UPLOADING:
        failure = Failure(
            code="deleted",
            failure_class=FailureClass.PERMANENT,
            stage=FailureStage.UPLOADING,
            message="The generation was deleted while this image was being stored.",
        )
        return StoreFailed(failure=failure, transient=False)
    return LateWindowEnded() if item.status is Status.FAILED else None
