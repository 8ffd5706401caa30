"""Take the pictures of a reference kit for a generation."""

from dataclasses import dataclass

from shared.domain.errors import KitNotReady
from shared.domain.images import StoredImage
from shared.domain.reference_kit import best_references
from shared.services.show_kit import ShowKit


@dataclass(frozen=True, slots=True)
class UseKit:
    show_kit: ShowKit

    def __call__(self, *, owner: str, kit_id: str, room: int) -> tuple[StoredImage, ...]:
        """At most `room`, the anchor first. Raises NotFound, KitNotReady."""
        kit = self.show_kit(owner=owner, kit_id=kit_id)
        if kit.anchor.image is None:
            raise KitNotReady("The reference kit has no anchor face to go by.", status=kit.status)
        return best_references(kit)[:room]
