"""Delete a variant with its picture."""

from dataclasses import dataclass

from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.images import StoredImage
from shared.domain.ports import Images, Variants
from shared.domain.variant import Variant, check_deletion, dismissed
from shared.services.erase_images import EraseImages
from shared.services.forget_image import ForgetImage
from shared.services.reviewing import RACES, Reviewing


@dataclass(frozen=True, slots=True)
class DeleteVariant:
    """Its item forgets the picture first: until then all can be done again. Record, place as hero
    and the mark on the picture go together: whoever crashes after that leaves a picture that
    nobody sees any more and the collector finishes."""

    variants: Variants
    images: Images
    reviewing: Reviewing
    forget_image: ForgetImage
    erase_images: EraseImages

    def __call__(
        self, *, owner: str, character_id: str, variant_id: str, force: bool = False
    ) -> None:
        """Raises NotFound, InvalidReviewState, HeroInUse, StaleWrite."""
        for _ in range(RACES):
            variant, lineup = self.reviewing.read(owner, character_id, variant_id)
            is_hero = lineup.is_hero(variant)
            check_deletion(variant, is_hero=is_hero, force=force)
            image = self._image(variant)
            if image is not None:
                self.forget_image(image)
            try:
                self.variants.delete(variant, image, dismissed(variant) if is_hero else None)
            except StaleWrite:
                continue
            if image is not None:
                self.erase_images(images=[image])
            return
        raise Unavailable("Others are deciding on this variant; please try again.")

    def _image(self, variant: Variant) -> StoredImage | None:
        """None when there is none, or not any more."""
        ids = [] if variant.image_id is None else [variant.image_id]
        return next(iter(self.images.stored(ids)), None)
