"""Take a wish for images: check it, and submit it."""

from dataclasses import dataclass

from shared.domain.character import Character, check_usable, seen_as
from shared.domain.choosing import choose_model, references_wanted, room_for_person
from shared.domain.errors import Forbidden
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.images import StoredImage
from shared.domain.ports import Answers, Characters
from shared.domain.pricing.catalogue import Model
from shared.domain.prompts.data import check_names
from shared.domain.request import Mode, Owner, Visibility
from shared.domain.styling import Style
from shared.domain.wish import Wish
from shared.services.answering import Answer, once
from shared.services.check_inputs import CheckInputs
from shared.services.submit_generation import SubmitGeneration
from shared.services.use_hero import UseHero
from shared.services.use_kit import UseKit
from shared.services.use_style import UseStyle


@dataclass(frozen=True, slots=True)
class RequestGeneration:
    """Refused is what is wrong first: the wish, its character, its input pictures, then what the
    owner may use."""

    characters: Characters
    answers: Answers
    use_style: UseStyle
    use_hero: UseHero
    use_kit: UseKit
    check_inputs: CheckInputs
    submit_generation: SubmitGeneration

    def __call__(
        self, *, owner: Owner, wish: Wish, idempotency: IdempotencyKey | None = None
    ) -> Answer[Snapshot]:
        """Raises Unprocessable, Forbidden, NotFound, SourceNotReady, KitNotReady, InvalidImage,
        UploadExpired, NotAHero, ContentRefused, IdempotencyKeyReused, RateLimited,
        InFlightLimit, QuotaExceeded; then nothing has been recorded."""

        def request() -> Snapshot:
            return self._request(owner, wish, idempotency)

        return once(self.answers, idempotency, self.submit_generation.clock, Snapshot, request)

    def _request(self, owner: Owner, wish: Wish, idempotency: IdempotencyKey | None) -> Snapshot:
        model = self.model_for(wish)
        character, people, style = self.named_in(wish, owner, model)
        inputs = self.check_inputs(owner=owner.id, given=wish.inputs)
        if wish.mode is Mode.ASSET:
            self.use_hero.check_seeds(owner=owner.id, sources=inputs.sources)
        return self.submit_generation(
            owner=owner,
            wish=wish,
            model=model,
            character=character,
            style=style,
            people=people,
            inputs=inputs,
            idempotency=idempotency,
            answer=lambda snapshot: snapshot.model_dump_json(exclude_defaults=True),
        )

    def model_for(self, wish: Wish) -> Model:
        """Looks at the wish alone. Raises Unprocessable, Forbidden."""
        model = choose_model(wish, self.submit_generation.offered)
        check_names(wish)
        if wish.shows_a_person and wish.visibility is Visibility.PUBLIC:
            raise Forbidden("Images of a person's identity stay private.", code="public_identity")
        if wish.lora is not None and wish.lora.weights.startswith("https://"):
            # The provider fetches them, and is sent nowhere that we would not go.
            self.check_inputs.check_url(wish.lora.weights)
        return model

    def named_in(
        self, wish: Wish, owner: Owner, model: Model
    ) -> tuple[Character | None, tuple[StoredImage, ...], Style | None]:
        """The character, the pictures of the reference kit and the style of a wish. Raises
        NotFound, SourceNotReady, KitNotReady."""
        character, people = self._character(owner, wish), self._people(owner, wish, model)
        style = self.use_style(
            owner=owner.id,
            capsule_id=wish.style_capsule_id,
            model=model,
            others=max(references_wanted(wish), len(wish.inputs) + len(people)),
        )
        return character, people, style

    def _people(self, owner: Owner, wish: Wish, model: Model) -> tuple[StoredImage, ...]:
        if wish.kit_id is None:
            return ()
        room = room_for_person(wish, model)
        return self.use_kit(owner=owner.id, kit_id=wish.kit_id, room=room)

    def _character(self, owner: Owner, wish: Wish) -> Character | None:
        if wish.character_id is None:
            return None
        character = self.characters.get(owner.id, wish.character_id)
        if wish.variant_type is not None:
            hero = self.use_hero(
                owner=owner.id, character_id=character.id, variant_type=wish.variant_type
            )
            return seen_as(character, hero)
        if wish.lora is None and wish.kit_id is None:
            _check_source(character, wish)
        return character


def _check_source(character: Character, wish: Wish) -> None:
    """Only a portrait can do without: its first image becomes the reference of the others."""
    if character.source is not None or wish.mode is not Mode.PORTRAIT:
        check_usable(character.source)
