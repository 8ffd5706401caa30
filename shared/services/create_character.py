"""Create a character, and start its first pack of images when that is wished."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.character import Attributes, Character, Consistency
from shared.domain.choosing import choose_model
from shared.domain.entity import Entity
from shared.domain.errors import AlreadyAnswered
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.ports import Characters, Clock
from shared.domain.request import Mode, Owner
from shared.domain.wish import Wish
from shared.services.answering import Answer, again, keeping
from shared.services.submit_generation import SubmitGeneration


class NewCharacter(Entity):
    """What a caller says of a character; `seed` is drawn when it is None, and then locked."""

    name: str
    attributes: Attributes = Attributes()
    seed: int | None = None
    style_strength: float | None = None
    negative_prompt: str | None = None
    first_pack: int | None = None


class CreatedCharacter(Entity):
    """A character and the generation of its first pack, if one was wished."""

    character: Character
    generation_id: str | None = None


@dataclass(frozen=True, slots=True)
class CreateCharacter:
    """A character and its first pack commit together: when the pack is refused, there is no
    character either."""

    characters: Characters
    submit_generation: SubmitGeneration
    clock: Clock
    new_id: IdFactory
    draw_seed: Callable[[], int]

    def __call__(
        self, *, owner: Owner, new: NewCharacter, idempotency: IdempotencyKey | None = None
    ) -> Answer[CreatedCharacter]:
        """Raises ContentRefused, IdempotencyKeyReused; with a first pack also RateLimited,
        InFlightLimit, QuotaExceeded."""
        self.submit_generation.moderate.person(new.attributes)
        character = self._born(owner, new)
        try:
            if new.first_pack is not None:
                created = self._with_pack(owner, character, new.first_pack, idempotency)
            else:
                created = CreatedCharacter(character=character)
                self.characters.add(character, keeping(idempotency, created.model_dump_json()))
        except AlreadyAnswered as earlier:
            return again(earlier.answer, CreatedCharacter)
        return Answer(created)

    def _born(self, owner: Owner, new: NewCharacter) -> Character:
        now = self.clock()
        return Character(
            id=self.new_id(Kind.CHARACTER, now),
            owner=owner.id,
            name=new.name,
            attributes=new.attributes,
            consistency=Consistency(
                seed=self.draw_seed() if new.seed is None else new.seed,
                style_strength=new.style_strength,
                negative_prompt=new.negative_prompt,
            ),
            created_at=now,
            updated_at=now,
        )

    def _with_pack(
        self, owner: Owner, character: Character, count: int, idempotency: IdempotencyKey | None
    ) -> CreatedCharacter:
        def created(snapshot: Snapshot) -> CreatedCharacter:
            return CreatedCharacter(character=character, generation_id=snapshot.generation.id)

        wish = Wish(mode=Mode.PORTRAIT, character_id=character.id, image_count=count)
        snapshot = self.submit_generation(
            owner=owner,
            wish=wish,
            model=choose_model(wish, self.submit_generation.offered),
            character=character,
            character_is_new=True,
            idempotency=idempotency,
            answer=lambda snapshot: created(snapshot).model_dump_json(),
        )
        return created(snapshot)
