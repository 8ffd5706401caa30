"""Read one variant."""

from dataclasses import dataclass

from shared.domain.ports import Variants
from shared.domain.variant import ShownVariant
from shared.services.show_variants import ShowVariants


@dataclass(frozen=True, slots=True)
class ReadVariant:
    variants: Variants
    show: ShowVariants

    def __call__(self, *, owner: str, character_id: str, variant_id: str) -> ShownVariant:
        """Raises NotFound, also for another owner's."""
        variant = self.variants.get(owner, character_id, variant_id)
        (shown,) = self.show(self.variants.lineup(owner, character_id), [variant])
        return shown
