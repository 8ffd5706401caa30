"""Keep a visual style under a name."""

from dataclasses import dataclass

from shared.domain.entity import Entity
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.ports import Answers, Clock, Images, StyleCapsules
from shared.domain.style_capsule import StyleCapsule
from shared.services.answering import Answer, keeping, once
from shared.services.moderate import Moderate


class NewStyleCapsule(Entity):
    """What a caller says of a style."""

    name: str
    prompt: str
    negative_prompt: str | None = None
    reference_images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateStyleCapsule:
    """Its pictures are the owner's already; its words are judged here and at every use."""

    capsules: StyleCapsules
    images: Images
    answers: Answers
    moderate: Moderate
    clock: Clock
    new_id: IdFactory

    def __call__(
        self, *, owner: str, new: NewStyleCapsule, idempotency: IdempotencyKey | None = None
    ) -> Answer[StyleCapsule]:
        """Raises ContentRefused, NotFound for an image that is not there, IdempotencyKeyReused."""

        def create() -> StyleCapsule:
            self.moderate.words(new.prompt)
            for image_id in new.reference_images:
                self.images.get(owner, image_id)
            now = self.clock()
            capsule = StyleCapsule(
                id=self.new_id(Kind.STYLE_CAPSULE, now),
                owner=owner,
                created_at=now,
                updated_at=now,
                **new.model_dump(),
            )
            self.capsules.add(capsule, keeping(idempotency, capsule.model_dump_json()))
            return capsule

        return once(self.answers, idempotency, self.clock, StyleCapsule, create)
