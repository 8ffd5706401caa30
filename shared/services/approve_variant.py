"""Approve a variant: it becomes the hero of its type."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.ports import Variants
from shared.domain.variant import Lineup, Review, ShownVariant, Variant, approve
from shared.services.reviewing import Reviewing


@dataclass(frozen=True, slots=True)
class ApproveVariant:
    """Of two that are approved at the same time one is the hero in the end."""

    variants: Variants
    reviewing: Reviewing

    def __call__(self, *, owner: str, character_id: str, variant_id: str) -> ShownVariant:
        """Raises NotFound, InvalidReviewState."""
        return self.reviewing(owner, character_id, variant_id, self._decide)

    def _decide(self, variant: Variant, lineup: Lineup, now: datetime) -> Review:
        hero_id = lineup.heroes.get(variant.variant_type)
        heroes = [] if hero_id is None else [hero_id]
        hero = next(iter(self.variants.get_many(variant.character_id, heroes)), None)
        return approve(variant, hero, now)
