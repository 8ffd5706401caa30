"""Take a wish for images: check it, and submit it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.character import Character, CheckStatus
from shared.domain.choosing import choose_model, references_wanted
from shared.domain.errors import AlreadyAnswered, Forbidden, SourceNotReady
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import Characters
from shared.domain.prompts.compose import check_poses
from shared.domain.request import Mode, Owner, ProviderName, Visibility
from shared.domain.wish import Wish
from shared.services.answering import Answer
from shared.services.submit_generation import SubmitGeneration
from shared.services.use_style import UseStyle


@dataclass(frozen=True, slots=True)
class RequestGeneration:
    """Refused is what is wrong first: the wish, its character, then what the owner may use."""

    characters: Characters
    use_style: UseStyle
    submit_generation: SubmitGeneration
    offered: Sequence[ProviderName]

    def __call__(
        self, *, owner: Owner, wish: Wish, idempotency: IdempotencyKey | None = None
    ) -> Answer[Snapshot]:
        """Raises Unprocessable, Forbidden, NotFound, SourceNotReady, ContentRefused,
        IdempotencyKeyReused, InFlightLimit, QuotaExceeded; then nothing has been written."""
        model = choose_model(wish, self.offered)
        check_poses(wish.poses, wish.image_count)
        if wish.mode is Mode.PORTRAIT and wish.visibility is Visibility.PUBLIC:
            raise Forbidden("Images of a person's identity stay private.", code="public_identity")
        character = self._character(owner, wish)
        style = self.use_style(
            owner=owner.id,
            capsule_id=wish.style_capsule_id,
            model=model,
            others=references_wanted(wish),
        )
        try:
            snapshot = self.submit_generation(
                owner=owner,
                wish=wish,
                model=model,
                character=character,
                style=style,
                idempotency=idempotency,
                answer=lambda snapshot: snapshot.model_dump_json(exclude_defaults=True),
            )
        except AlreadyAnswered as earlier:
            first = Snapshot.model_validate_json(earlier.answer.answer)
            return Answer(first, replayed=True)
        return Answer(snapshot)

    def _character(self, owner: Owner, wish: Wish) -> Character | None:
        if wish.character_id is None:
            return None
        character = self.characters.get(owner.id, wish.character_id)
        if character.source is not None and character.source.qa is CheckStatus.FAILED:
            raise SourceNotReady(
                "The source image did not pass its checks; give the character another one."
            )
        return character
