"""Reject a variant: it is no hero, and is not to be used."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.variant import Lineup, Review, ShownVariant, Variant, reject
from shared.services.reviewing import Reviewing


@dataclass(frozen=True, slots=True)
class RejectVariant:
    reviewing: Reviewing

    def __call__(self, *, owner: str, character_id: str, variant_id: str) -> ShownVariant:
        """Raises NotFound, InvalidReviewState."""

        def decide(variant: Variant, lineup: Lineup, now: datetime) -> Review:
            return reject(variant, is_hero=lineup.is_hero(variant), now=now)

        return self.reviewing(owner, character_id, variant_id, decide)
