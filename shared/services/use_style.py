"""Take a style capsule for a generation: its words as they are now, the pictures it still has."""

from dataclasses import dataclass

from shared.domain.ports import Images, StyleCapsules
from shared.domain.pricing.catalogue import Model
from shared.domain.styling import Style, style_of


@dataclass(frozen=True, slots=True)
class UseStyle:
    """A picture that was deleted since is left out; the record tells how many are shown."""

    capsules: StyleCapsules
    images: Images

    def __call__(
        self, *, owner: str, capsule_id: str | None, model: Model, others: int
    ) -> Style | None:
        """None without a capsule. Raises NotFound, also for another owner's."""
        if capsule_id is None:
            return None
        capsule = self.capsules.get(owner, capsule_id)
        wanted = capsule.reference_images
        images = self.images.get_many(wanted) if wanted else ()
        return style_of(capsule, images, model=model, others=others)
