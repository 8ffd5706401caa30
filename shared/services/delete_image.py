"""Delete one image, unless something still stands on it."""

from dataclasses import dataclass

from shared.domain.errors import Conflict, NotFound, StaleWrite
from shared.domain.images import StoredImage
from shared.domain.ports import Characters, Generations, Images
from shared.domain.removal import without_image
from shared.services.erase_images import EraseImages

_RACES = 4


@dataclass(frozen=True, slots=True)
class DeleteImage:
    """Its item forgets it first: no generation ever shows an image whose bytes are gone."""

    images: Images
    characters: Characters
    generations: Generations
    erase_images: EraseImages

    def __call__(self, *, owner: str, image_id: str) -> None:
        """Raises NotFound, and Conflict for a character's current source."""
        image = self.images.get(owner, image_id)
        self._refuse_current_source(image)
        self._forget(image)
        self.erase_images(images=[image])

    def _refuse_current_source(self, image: StoredImage) -> None:
        if image.character_id is None or image.generation_id is not None:
            return
        try:
            source = self.characters.get(image.owner, image.character_id).source
        except NotFound:
            return
        if source is not None and source.image.id == image.id:
            raise Conflict(
                "This is the character's current source image; give it another one first.",
                code="source_in_use",
                character_id=image.character_id,
            )

    def _forget(self, image: StoredImage) -> None:
        if image.generation_id is None or image.item_index is None:
            return
        for _ in range(_RACES):
            try:
                item = self.generations.get(image.generation_id).items[image.item_index]
                if item.image is not None and item.image.id == image.id:
                    self.generations.apply(without_image(item))
            except NotFound:
                return
            except StaleWrite:
                continue
            return
        raise StaleWrite("the item changes faster than its image can be deleted")
