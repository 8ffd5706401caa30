"""Draw variants of a character from its source image."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.character import Character, check_usable
from shared.domain.choosing import choose_model
from shared.domain.entity import Entity
from shared.domain.errors import AlreadyAnswered, LikenessError, SourceNotReady
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import Answers, Characters, Clock
from shared.domain.quality import CheckStatus
from shared.domain.request import Mode, Owner, ProviderName
from shared.domain.wish import Wish
from shared.domain.workflows.catalogue import find_workflow
from shared.services.answering import Answer, again, answered, keeping
from shared.services.submit_generation import SubmitGeneration

_WORKFLOW = "variant"
"""Of a deployment with a ComfyUI server, where none is named."""


class VariantWish(Entity):
    """`workflow_id` names a ComfyUI workflow; None takes the deployment's way. `seed` None is the
    character's own."""

    variant_type: str
    count: int = 1
    prompt: str | None = None
    workflow_id: str | None = None
    seed: int | None = None


class StartedVariants(Entity):
    """In the order of the generation's items."""

    generation_id: str
    variant_ids: tuple[str, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "StartedVariants":
        ids = tuple(item.variant_id for item in snapshot.items if item.variant_id is not None)
        return cls(generation_id=snapshot.generation.id, variant_ids=ids)


@dataclass(frozen=True, slots=True)
class GenerateVariants:
    """Pending records, quota and slot commit with the generation, before any work starts."""

    characters: Characters
    answers: Answers
    submit_generation: SubmitGeneration

    def __call__(
        self,
        *,
        owner: Owner,
        character_id: str,
        wanted: VariantWish,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[StartedVariants]:
        """Raises NotFound, SourceNotReady, Unprocessable, ContentRefused, IdempotencyKeyReused,
        RateLimited, InFlightLimit, QuotaExceeded; then nothing has been recorded."""
        return self.first_answer(idempotency) or self.start(
            owner=owner, character_id=character_id, wanted=wanted, idempotency=idempotency
        )

    def first_answer(self, idempotency: IdempotencyKey | None) -> Answer[StartedVariants] | None:
        """Raises IdempotencyKeyReused."""
        return answered(self.answers, idempotency, self.submit_generation.clock(), StartedVariants)

    def start(
        self,
        *,
        owner: Owner,
        character_id: str,
        wanted: VariantWish,
        idempotency: IdempotencyKey | None,
    ) -> Answer[StartedVariants]:
        """For those who have asked for the first answer already. Raises as the whole."""
        character = self.characters.get(owner.id, character_id)
        _check_source(character)
        wish = self._wish(character, wanted)
        try:
            snapshot = self.submit_generation(
                owner=owner,
                wish=wish,
                model=choose_model(wish, self.submit_generation.offered),
                character=character,
                idempotency=idempotency,
                answer=lambda snapshot: StartedVariants.of(snapshot).model_dump_json(),
            )
        except AlreadyAnswered as earlier:
            return again(earlier.answer, StartedVariants)
        return Answer(StartedVariants.of(snapshot))

    def _wish(self, character: Character, wanted: VariantWish) -> Wish:
        wish = Wish(
            mode=Mode.VARIANT,
            character_id=character.id,
            draws_variant=wanted.variant_type,
            image_count=wanted.count,
            prompt=wanted.prompt,
            seed=wanted.seed,
        )
        workflow = wanted.workflow_id or self._own_workflow()
        if workflow is None:
            return wish
        return wish.model_copy(update={"provider": ProviderName.COMFYUI, "model": workflow})

    def _own_workflow(self) -> str | None:
        has_server = ProviderName.COMFYUI in self.submit_generation.offered
        return _WORKFLOW if has_server and find_workflow(_WORKFLOW) else None


class Refusal(Entity):
    """As a problem would tell it."""

    code: str
    message: str


class BatchResult(Entity):
    """Of one character: exactly one of the two."""

    character_id: str
    started: StartedVariants | None = None
    refused: Refusal | None = None


class Batch(Entity):
    """In the order of the characters."""

    results: tuple[BatchResult, ...]


@dataclass(frozen=True, slots=True)
class GenerateVariantsOfMany:
    """One after the other, each for itself: what one is refused stops no other. The key is taken
    before the first and answered after the last; who comes again after a crash in between goes
    on, and finds those that were started under keys of their own."""

    generate_variants: GenerateVariants
    answers: Answers
    clock: Clock

    def __call__(
        self,
        *,
        owner: Owner,
        character_ids: Iterable[str],
        wanted: VariantWish,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[Batch]:
        """Raises IdempotencyKeyReused; then nothing has been started."""
        try:
            self._keep(keeping(idempotency, ""))
            results = (self._one(owner, one, wanted, idempotency) for one in character_ids)
            batch = Batch(results=tuple(results))
            self._keep(keeping(idempotency, batch.model_dump_json()))
        except AlreadyAnswered as earlier:
            return again(earlier.answer, Batch)
        return Answer(batch)

    def _keep(self, key: IdempotencyKey | None) -> None:
        if key is not None:
            self.answers.keep(key, self.clock())

    def _one(
        self,
        owner: Owner,
        character_id: str,
        wanted: VariantWish,
        idempotency: IdempotencyKey | None,
    ) -> BatchResult:
        """Each character has an answer of its own under the caller's key."""
        key = idempotency and idempotency.model_copy(
            update={"route": f"{idempotency.route}/{character_id}"}
        )
        try:
            answer = self.generate_variants(
                owner=owner, character_id=character_id, wanted=wanted, idempotency=key
            )
        except LikenessError as refused:
            why = Refusal(code=refused.code, message=refused.message)
            return BatchResult(character_id=character_id, refused=why)
        return BatchResult(character_id=character_id, started=answer.value)


def _check_source(character: Character) -> None:
    """Variants are checked against it, so it is waited for."""
    source = character.source
    if source is not None and source.qa.status is CheckStatus.PENDING:
        raise SourceNotReady("The source image is still being checked; try again in a moment.")
    check_usable(source)
