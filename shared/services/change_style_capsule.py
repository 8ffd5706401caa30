"""Change a style capsule; what was drawn with it keeps its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import StaleWrite
from shared.domain.ports import Clock, Images, StyleCapsules
from shared.domain.style_capsule import StyleCapsule
from shared.services.moderate import Moderate

_RACES = 4


@dataclass(frozen=True, slots=True)
class ChangeStyleCapsule:
    """Two changes at once both take effect: the second is made on what the first left."""

    capsules: StyleCapsules
    images: Images
    moderate: Moderate
    clock: Clock

    def __call__(self, *, owner: str, capsule_id: str, change: Mapping[str, Any]) -> StyleCapsule:
        """`change` holds the fields that change. Raises ContentRefused, NotFound."""
        self.moderate.words(change.get("prompt", ""))
        for image_id in change.get("reference_images", ()):
            self.images.get(owner, image_id)
        for _ in range(_RACES):
            capsule = self.capsules.get(owner, capsule_id)
            changed = capsule.model_copy(
                update={**change, "version": capsule.version + 1, "updated_at": self.clock()}
            )
            try:
                self.capsules.save(changed)
            except StaleWrite:
                continue
            return changed
        raise StaleWrite("the style capsule changes faster than it can be written")
