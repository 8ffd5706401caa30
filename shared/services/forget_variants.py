"""Forget rejected variants that are older than this deployment keeps them."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from shared.domain.collecting import Collected
from shared.domain.errors import HeroInUse, InvalidReviewState, NotFound, StaleWrite, Unavailable
from shared.domain.ports import Clock, Variants
from shared.domain.variant import Variant, VariantStatus
from shared.services.delete_variant import DeleteVariant

_AT_ONCE = 100
"""Variants looked at in one run; the rest is still old an hour later."""


@dataclass(frozen=True, slots=True)
class ForgetVariants:
    """As if their owners had deleted them, picture included; a hero never. The index only
    nominates; `kept` is None where everything is kept."""

    variants: Variants
    delete_variant: DeleteVariant
    clock: Clock
    kept: timedelta | None

    def __call__(self, report: Collected) -> Collected:
        """The report with how many were forgotten, or would have been."""
        if self.kept is None:
            return report
        limit = self.clock() - self.kept
        for variant in list(islice(self.variants.rejected_before(limit), _AT_ONCE)):
            if variant.status is not VariantStatus.REJECTED or variant.updated_at > limit:
                continue
            try:
                if not report.dry_run:
                    self._delete(variant)
            except (NotFound, HeroInUse, InvalidReviewState):
                continue
            except (StaleWrite, Unavailable):
                report = report.model_copy(update={"failed": report.failed + 1})
            else:
                report = report.model_copy(update={"variants": report.variants + 1})
        return report

    def _delete(self, variant: Variant) -> None:
        self.delete_variant(
            owner=variant.owner, character_id=variant.character_id, variant_id=variant.id
        )
