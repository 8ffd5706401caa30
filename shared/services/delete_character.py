"""Delete a character and every picture of the person it was given."""

from dataclasses import dataclass

from shared.domain.errors import StaleWrite
from shared.domain.ports import Characters, Images, Variants
from shared.services.erase_images import EraseImages
from shared.services.forget_image import ForgetImage

_RACES = 4


@dataclass(frozen=True, slots=True)
class DeleteCharacter:
    """Pictures first, record last: whoever crashes in between leaves a character that can be
    deleted again. Images that generations made of it stay with their generations."""

    characters: Characters
    variants: Variants
    images: Images
    forget_image: ForgetImage
    erase_images: EraseImages

    def __call__(self, *, owner: str, character_id: str) -> None:
        """Raises NotFound."""
        for _ in range(_RACES):
            character = self.characters.get(owner, character_id)
            sources = self.characters.sources(character_id)
            self.erase_images(images=[source.image for source in sources])
            self._erase_variants(character_id)
            try:
                self.characters.delete(character)
            except StaleWrite:
                continue
            # Those that came meanwhile: nothing can be added to a character that is gone.
            self._erase_variants(character_id)
            return
        raise StaleWrite("the character changes faster than it can be deleted")

    def _erase_variants(self, character_id: str) -> None:
        variants = self.variants.all_of(character_id)
        ids = [variant.image_id for variant in variants if variant.image_id is not None]
        images = self.images.stored(ids)
        for image in images:
            self.forget_image(image)
        self.erase_images(images=images)
        self.variants.forget(character_id, variants)
