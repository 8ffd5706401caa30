"""Delete one image, unless something still stands on it."""

from dataclasses import dataclass

from shared.domain.errors import Conflict, NotFound
from shared.domain.images import StoredImage
from shared.domain.ports import Characters, Images, ReferenceKits, Variants
from shared.services.erase_images import EraseImages
from shared.services.forget_image import ForgetImage


@dataclass(frozen=True, slots=True)
class DeleteImage:
    """Its item forgets it first: no generation ever shows an image whose bytes are gone."""

    images: Images
    characters: Characters
    variants: Variants
    kits: ReferenceKits
    forget_image: ForgetImage
    erase_images: EraseImages

    def __call__(self, *, owner: str, image_id: str) -> None:
        """Raises NotFound, and Conflict for a character's current source, the photo of a
        reference kit, or a variant's."""
        image = self.images.get(owner, image_id)
        self._refuse_variant(image)
        self._refuse_current_source(image)
        self._refuse_photo(image)
        self.forget_image(image)
        self.erase_images(images=[image])

    def _refuse_variant(self, image: StoredImage) -> None:
        """A variant that was deleted before it was drawn holds nothing back."""
        if image.variant_id is None or image.character_id is None:
            return
        if self.variants.get_many(image.character_id, [image.variant_id]):
            raise Conflict(
                "This is the picture of a variant; delete the variant.",
                code="variant_in_use",
                variant_id=image.variant_id,
                character_id=image.character_id,
            )

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

    def _refuse_photo(self, image: StoredImage) -> None:
        """One that was stored for a kit that never came to be is held back by nothing."""
        if image.kit_id is None or image.generation_id is not None:
            return
        try:
            self.kits.get(image.owner, image.kit_id)
        except NotFound:
            return
        raise Conflict(
            "A reference kit was drawn after this photo; delete the kit.",
            code="source_in_use",
            kit_id=image.kit_id,
        )
