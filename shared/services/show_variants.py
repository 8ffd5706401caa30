"""Put variants together with their pictures and with what their character tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.ports import Images
from shared.domain.variant import Lineup, ShownVariant, Variant


@dataclass(frozen=True, slots=True)
class ShowVariants:
    """What is found in a picture is kept with it, so pictures are read anew: all in one call."""

    images: Images

    def __call__(self, lineup: Lineup, variants: Sequence[Variant]) -> tuple[ShownVariant, ...]:
        ids = [variant.image_id for variant in variants if variant.image_id is not None]
        images = {image.id: image for image in self.images.get_many(ids)}
        return tuple(
            ShownVariant.of(variant, images.get(variant.image_id or ""), lineup)
            for variant in variants
        )
