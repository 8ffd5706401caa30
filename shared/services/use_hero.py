"""Take the hero of a character for a generation: the picture that a review has approved."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import NotAHero, NotFound
from shared.domain.image_input import InputSource
from shared.domain.images import StoredImage
from shared.domain.ports import Images, Variants


@dataclass(frozen=True, slots=True)
class UseHero:
    variants: Variants
    images: Images

    def __call__(self, *, owner: str, character_id: str, variant_type: str) -> StoredImage:
        """Raises NotFound."""
        hero = self.variants.lineup(owner, character_id).heroes.get(variant_type)
        if hero is None:
            raise _no_hero()
        variant = self.variants.get(owner, character_id, hero)
        return self.images.get(owner, variant.image_id or "")

    def check_seeds(self, *, owner: str, sources: Sequence[InputSource]) -> None:
        """What is drawn for a project starts from no variant that was not approved. Raises
        NotAHero."""
        for source in sources:
            image = source.image
            if image is None or image.variant_id is None or image.character_id is None:
                continue
            lineup = self.variants.lineup(owner, image.character_id)
            if image.variant_id not in lineup.heroes.values():
                raise NotAHero(
                    "Only an approved variant, the hero of its type, is used here.",
                    variant_id=image.variant_id,
                )


def _no_hero() -> NotFound:
    return NotFound("The character has no hero of this type.", pointer="/identity/variant_type")
