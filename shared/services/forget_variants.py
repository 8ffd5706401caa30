"""Forget rejected variants that are older than this deployment keeps them."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.collecting import Collected
from shared.domain.ports import Clock, Counter, Variants
from shared.domain.variant import Variant, VariantStatus
from shared.services.delete_variant import DeleteVariant
from shared.services.forgetting import forget_each


@dataclass(frozen=True, slots=True)
class ForgetVariants:
    """As if their owners had deleted them, picture included; a hero never, because it is not
    forced. `kept` is None where everything is kept."""

    variants: Variants
    delete_variant: DeleteVariant
    clock: Clock
    count: Counter
    kept: timedelta | None

    def __call__(self, report: Collected) -> Collected:
        """The report with how many were forgotten, or would have been."""
        if self.kept is None:
            return report
        limit = self.clock() - self.kept

        def forget(variant: Variant) -> bool:
            if variant.status is not VariantStatus.REJECTED or variant.updated_at > limit:
                return False
            if not report.dry_run:
                self.delete_variant(
                    owner=variant.owner, character_id=variant.character_id, variant_id=variant.id
                )
            return True

        return forget_each(
            self.variants.rejected_before(limit),
            forget,
            counted_as="variants",
            report=report,
            count=self.count,
        )
