"""Draw a variant again: a new one of its type, from another seed."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.errors import InvalidReviewState
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import Variants
from shared.domain.request import Owner
from shared.domain.variant import GenerationParams
from shared.services.answering import Answer
from shared.services.generate_variants import GenerateVariants, StartedVariants, VariantWish


@dataclass(frozen=True, slots=True)
class RegenerateVariant:
    """The one that was there stays as it is: whoever wants it out of the way rejects it."""

    variants: Variants
    generate_variants: GenerateVariants
    draw_seed: Callable[[], int]

    def __call__(
        self,
        *,
        owner: Owner,
        character_id: str,
        variant_id: str,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[StartedVariants]:
        """Raises InvalidReviewState while it is being drawn, and as GenerateVariants."""
        first = self.generate_variants.first_answer(idempotency)
        if first is not None:
            return first
        variant = self.variants.get(owner.id, character_id, variant_id)
        if variant.status.awaits_image:
            raise InvalidReviewState(
                "This variant is being drawn already.", review_status=variant.status
            )
        params = variant.generation_params or GenerationParams()
        wanted = VariantWish(
            variant_type=variant.variant_type,
            prompt=params.prompt,
            workflow_id=params.workflow_id,
            seed=self.draw_seed(),
        )
        return self.generate_variants.start(
            owner=owner, character_id=character_id, wanted=wanted, idempotency=idempotency
        )
