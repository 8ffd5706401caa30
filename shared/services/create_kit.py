"""Begin a reference kit: its photo, its record and the generation that draws it."""

from dataclasses import dataclass
from typing import Final

from shared.domain.character import Character
from shared.domain.choosing import choose_model
from shared.domain.entity import Entity
from shared.domain.holding import held_for_workflow
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.image_input import CheckedInputs, ImageInput
from shared.domain.ports import Answers, Characters
from shared.domain.reference_kit import ShownKit, new_kit, shown
from shared.domain.request import Acceptance, Mode, Owner, ProviderName, Quality
from shared.domain.slots import SlotWish
from shared.domain.wish import Wish
from shared.services.answering import Answer, keeping, once
from shared.services.bring_kit_photo import BringKitPhoto, KitPhoto
from shared.services.check_room import CheckRoom
from shared.services.show_kit import kept_answer
from shared.services.start_workflow import StartWorkflow
from shared.services.submit_generation import SubmitGeneration

DEFAULT_CONCURRENCY: Final = 10


class KitWish(Entity):
    """Either `photo` or `character_id`, whose current source image is taken. `slots` begin with
    the anchor; `max_concurrency` bounds how many of the others are drawn side by side."""

    name: str
    photo: ImageInput | None = None
    character_id: str | None = None
    slots: tuple[SlotWish, ...]
    provider: ProviderName | None = None
    model: str | None = None
    quality: Quality = Quality.STANDARD
    seed: int | None = None
    accept: Acceptance | None = None
    max_cost_micro_usd: int | None = None
    max_concurrency: int = DEFAULT_CONCURRENCY


@dataclass(frozen=True, slots=True)
class CreateKit:
    """Everything that can be refused without the photo is refused before it is stored. Intent,
    objects, record, execution, in this order: a crash leaves an intent that is collected, or a
    kit whose execution the sweeper starts."""

    characters: Characters
    answers: Answers
    check_room: CheckRoom
    bring_photo: BringKitPhoto
    submit_generation: SubmitGeneration
    start_workflow: StartWorkflow

    def __call__(
        self, *, owner: Owner, wanted: KitWish, idempotency: IdempotencyKey | None = None
    ) -> Answer[ShownKit]:
        """Raises NotFound, SourceNotReady, Unprocessable, ContentRefused, InvalidImage,
        UploadExpired, UnsafeUrl, IdempotencyKeyReused, RateLimited, InFlightLimit,
        QuotaExceeded; then there is no kit."""

        def create() -> ShownKit:
            return self._create(owner, wanted, idempotency)

        return once(self.answers, idempotency, self.submit_generation.clock, ShownKit, create)

    def _create(
        self, owner: Owner, wanted: KitWish, idempotency: IdempotencyKey | None
    ) -> ShownKit:
        submit = self.submit_generation
        character = self._character(owner, wanted)
        wish = _wish(wanted, submit.new_id(Kind.KIT, submit.clock()))
        model = choose_model(wish, submit.offered)
        submit.moderate(wish, character)
        self.check_room(owner=owner, images=wish.image_count)
        photo = self._photo(owner, wanted, wish, character)
        snapshot, brief = submit.draft(
            owner=owner,
            wish=wish,
            model=model,
            character=character,
            style=None,
            people=(photo.intent,),
        )
        snapshot = held_for_workflow(snapshot, wanted.max_concurrency)
        source = self.bring_photo.keep(photo)
        kit = new_kit(
            snapshot,
            name=wanted.name,
            source=source,
            prompts={slot.name: slot.prompt for slot in wanted.slots},
            max_concurrency=wanted.max_concurrency,
        )
        begun = shown(kit, {item.ref: item for item in snapshot.items})
        submit.record(
            owner,
            snapshot,
            brief.model_copy(update={"references": (source.image,)}),
            idempotency=keeping(idempotency, kept_answer(begun)),
            inputs=CheckedInputs(consumed=photo.consumed),
            kit=kit,
        )
        self.start_workflow(snapshot)
        return begun

    def _character(self, owner: Owner, wanted: KitWish) -> Character | None:
        if wanted.character_id is None:
            return None
        return self.characters.get(owner.id, wanted.character_id)

    def _photo(
        self, owner: Owner, wanted: KitWish, wish: Wish, character: Character | None
    ) -> KitPhoto:
        assert wish.kit_id is not None, "a kit is drawn"
        if character is not None:
            return self.bring_photo.of_character(kit_id=wish.kit_id, character=character)
        assert wanted.photo is not None, "a kit is drawn after a character or a photo"
        return self.bring_photo.given(owner=owner.id, kit_id=wish.kit_id, given=wanted.photo)


def _wish(wanted: KitWish, kit_id: str) -> Wish:
    return Wish(
        mode=Mode.REFERENCE,
        image_count=len(wanted.slots),
        quality=wanted.quality,
        seed=wanted.seed,
        accept=wanted.accept,
        provider=wanted.provider,
        model=wanted.model,
        max_cost_micro_usd=wanted.max_cost_micro_usd,
        character_id=wanted.character_id,
        kit_id=kit_id,
        slots=wanted.slots,
    )
