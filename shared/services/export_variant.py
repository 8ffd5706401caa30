"""Hand a variant out to be edited elsewhere, or say that it will not be."""

from dataclasses import dataclass

from shared.domain.variant import ShownVariant, abandon_export, export
from shared.services.reviewing import Reviewing


@dataclass(frozen=True, slots=True)
class ExportVariant:
    reviewing: Reviewing

    def __call__(self, *, owner: str, character_id: str, variant_id: str) -> ShownVariant:
        """Raises NotFound, InvalidReviewState."""
        return self.reviewing(
            owner, character_id, variant_id, lambda variant, _, now: export(variant, now)
        )


@dataclass(frozen=True, slots=True)
class AbandonExport:
    reviewing: Reviewing

    def __call__(self, *, owner: str, character_id: str, variant_id: str) -> ShownVariant:
        """Raises NotFound, InvalidReviewState."""
        return self.reviewing(
            owner, character_id, variant_id, lambda variant, _, now: abandon_export(variant, now)
        )
