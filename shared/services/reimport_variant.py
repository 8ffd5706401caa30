"""Take an exported variant back, edited: a new version, to be reviewed anew."""

from dataclasses import dataclass

from shared.domain.errors import NotFound, StaleWrite, Unavailable
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import ImageInput
from shared.domain.images import StoredImage
from shared.domain.ports import Answers, Clock, Images, Variants
from shared.domain.upload import Upload
from shared.domain.variant import ShownVariant, Variant, check_reimport, reimport
from shared.services.answering import Answer, keeping, once
from shared.services.bring_variant_image import BringVariantImage
from shared.services.reviewing import RACES


@dataclass(frozen=True, slots=True)
class ReimportVariant:
    """What is refused by its state alone is refused before anything is stored."""

    variants: Variants
    images: Images
    answers: Answers
    bring_image: BringVariantImage
    clock: Clock
    new_id: IdFactory

    def __call__(
        self,
        *,
        owner: str,
        character_id: str,
        variant_id: str,
        given: ImageInput,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[ShownVariant]:
        """Raises NotFound, InvalidReviewState, InvalidImage, UploadExpired, UnsafeUrl,
        IdempotencyKeyReused."""

        def take_back() -> ShownVariant:
            parent = self.variants.get(owner, character_id, variant_id)
            check_reimport(parent)
            self._check_own(parent, given)
            image, consumed = self.bring_image(
                owner=owner,
                character_id=character_id,
                variant_type=parent.variant_type,
                given=given,
            )
            return self._record(parent, image, consumed, idempotency)

        return once(self.answers, idempotency, self.clock, ShownVariant, take_back)

    def _check_own(self, parent: Variant, given: ImageInput) -> None:
        """A picture of somebody else is no edited version. Raises NotFound."""
        if given.image_id is None:
            return
        if self.images.get(parent.owner, given.image_id).character_id != parent.character_id:
            raise NotFound("There is no such image of this character.")

    def _record(
        self,
        parent: Variant,
        image: StoredImage,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> ShownVariant:
        """The id is drawn after the version is known, so that a chain's ids are in its order."""
        place = (parent.owner, parent.character_id)
        for _ in range(RACES):
            version = self.variants.versions(parent.character_id, parent.root_id) + 1
            now = self.clock()
            variant_id = self.new_id(Kind.VARIANT, now)
            edited, restored = reimport(
                self.variants.get(*place, parent.id),
                variant_id=variant_id,
                image_id=image.id,
                version=version,
                now=now,
            )
            of_variant = image.model_copy(update={"variant_id": variant_id})
            shown = ShownVariant.of(edited, of_variant, self.variants.lineup(*place))
            kept = keeping(idempotency, shown.model_dump_json())
            try:
                self.variants.reimport(
                    edited, restored, of_variant, consumed=consumed, idempotency=kept
                )
            except StaleWrite:
                continue
            return shown
        raise Unavailable("Others are adding to this chain; please try again.")
