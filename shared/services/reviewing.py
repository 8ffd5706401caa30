"""Reviewing a variant: decide, write, and decide again after a lost race."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.ports import Clock, Variants
from shared.domain.variant import Lineup, Review, ShownVariant, Variant
from shared.services.show_variants import ShowVariants

RACES = 8
"""Each lost one is another's decision; people do not decide this fast."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    variants: Variants
    show: ShowVariants
    clock: Clock

    def __call__(
        self,
        owner: str,
        character_id: str,
        variant_id: str,
        decide: Callable[[Variant, Lineup, datetime], Review],
    ) -> ShownVariant:
        """The variant as it is after the decision. Raises NotFound, and what `decide` refuses
        it with."""
        for _ in range(RACES):
            variant, lineup = self.read(owner, character_id, variant_id)
            review = decide(variant, lineup, self.clock())
            try:
                self.variants.apply(review)
            except StaleWrite:
                continue
            (shown,) = self.show(lineup.after(review), review.variants[:1])
            return shown
        raise Unavailable("Others are deciding on this variant; please try again.")

    def read(self, owner: str, character_id: str, variant_id: str) -> tuple[Variant, Lineup]:
        """The variant first: whoever makes a hero of it, or of another instead, changes its
        record, so what the lineup tells is true of the revision that was read, or that revision
        is no longer the current one. Raises NotFound."""
        variant = self.variants.get(owner, character_id, variant_id)
        return variant, self.variants.lineup(owner, character_id)
