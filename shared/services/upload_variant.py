"""Give a character a variant that was made elsewhere."""

from dataclasses import dataclass

from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import ImageInput
from shared.domain.ports import Answers, Clock, Variants
from shared.domain.variant import (
    Lineup,
    ShownVariant,
    Variant,
    VariantProvenance,
    VariantStatus,
)
from shared.services.answering import Answer, keeping, once
from shared.services.bring_variant_image import BringVariantImage


@dataclass(frozen=True, slots=True)
class UploadVariant:
    """It is reviewed like one that was drawn."""

    variants: Variants
    answers: Answers
    bring_image: BringVariantImage
    clock: Clock
    new_id: IdFactory

    def __call__(
        self,
        *,
        owner: str,
        character_id: str,
        variant_type: str,
        given: ImageInput,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[ShownVariant]:
        """Raises NotFound, InvalidImage, UploadExpired, UnsafeUrl, IdempotencyKeyReused."""

        def bring() -> ShownVariant:
            lineup = self.variants.lineup(owner, character_id)
            image, consumed = self.bring_image(
                owner=owner, character_id=character_id, variant_type=variant_type, given=given
            )
            variant = self._variant(lineup, variant_type, image.id)
            image = image.model_copy(update={"variant_id": variant.id})
            shown = ShownVariant.of(variant, image, lineup)
            kept = keeping(idempotency, shown.model_dump_json())
            self.variants.add(variant, image, consumed=consumed, idempotency=kept)
            return shown

        return once(self.answers, idempotency, self.clock, ShownVariant, bring)

    def _variant(self, lineup: Lineup, variant_type: str, image_id: str) -> Variant:
        now = self.clock()
        variant_id = self.new_id(Kind.VARIANT, now)
        return Variant(
            id=variant_id,
            owner=lineup.character.owner,
            character_id=lineup.character.id,
            variant_type=variant_type,
            status=VariantStatus.GENERATED,
            provenance=VariantProvenance.MANUAL_UPLOAD,
            root_id=variant_id,
            source_version=lineup.source_version,
            image_id=image_id,
            created_at=now,
            updated_at=now,
        )
