"""Record a checked wish for images in one transaction, and send it to the worker."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.domain.character import Character
from shared.domain.choosing import choose_substitutes, complete_request
from shared.domain.drawn_variants import with_variants
from shared.domain.errors import Unavailable, Unprocessable
from shared.domain.generation import Brief, Dispatch, Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory
from shared.domain.image_input import CheckedInputs
from shared.domain.images import StoredImage
from shared.domain.ports import Clock, Generations, Limits, UploadStore
from shared.domain.pricing.catalogue import Model
from shared.domain.reference_kit import ReferenceKit
from shared.domain.request import Owner, ProviderName, Substitute
from shared.domain.styling import Style
from shared.domain.submission import submission
from shared.domain.substituting import substitutes_for
from shared.domain.sweeping import next_due
from shared.domain.transitions import Move
from shared.domain.upload import Upload
from shared.domain.variant import Variant
from shared.domain.wish import Wish
from shared.services.answering import keeping
from shared.services.dispatching import Dispatcher
from shared.services.moderate import Moderate

_NO_INPUTS: Final = CheckedInputs()


@dataclass(frozen=True, slots=True)
class SubmitGeneration:
    """Recorded before queued: a crash in between leaves a row the sweeper sends, never a
    message that points at nothing. `offered` is in the deployment's order of preference."""

    moderate: Moderate
    generations: Generations
    upload_store: UploadStore
    dispatcher: Dispatcher
    limits: Limits
    offered: Sequence[ProviderName]
    clock: Clock
    new_id: IdFactory
    draw_seed: Callable[[], int]
    measures_faces: bool

    def __call__(
        self,
        *,
        owner: Owner,
        wish: Wish,
        model: Model,
        character: Character | None,
        idempotency: IdempotencyKey | None,
        style: Style | None = None,
        answer: Callable[[Snapshot], str],
        character_is_new: bool = False,
        inputs: CheckedInputs = _NO_INPUTS,
        people: Sequence[StoredImage] = (),
    ) -> Snapshot:
        """`people` are the pictures of a reference kit, `answer` tells what is kept for those who
        repeat the request. Raises ContentRefused, Unprocessable, AlreadyAnswered,
        IdempotencyKeyReused, RateLimited, InFlightLimit, QuotaExceeded, UploadExpired, in this
        order."""
        self.moderate(wish, character, style)
        snapshot, brief = self.draft(
            owner=owner,
            wish=wish,
            model=model,
            character=character,
            style=style,
            inputs=inputs,
            people=people,
        )
        variants: tuple[Variant, ...] = ()
        if wish.draws_variant is not None and character and character.source:
            version = character.source.version
            snapshot, variants = with_variants(snapshot, brief, version, self.new_id)
        self.record(
            owner,
            snapshot,
            brief,
            variants=variants,
            idempotency=keeping(idempotency, answer(snapshot)),
            new_character=character if character_is_new else None,
            inputs=inputs,
        )
        return snapshot

    def draft(
        self,
        *,
        owner: Owner,
        wish: Wish,
        model: Model,
        character: Character | None,
        style: Style | None,
        inputs: CheckedInputs = _NO_INPUTS,
        people: Sequence[StoredImage] = (),
    ) -> tuple[Snapshot, Brief]:
        """What would be submitted; nothing is written. Raises Unprocessable."""
        if wish.accept is not None and not self.measures_faces:
            raise Unprocessable(
                "This deployment looks at no faces, so no image can be scored.",
                code="accept_not_offered",
                pointer="/accept",
            )
        snapshot, brief = submission(
            complete_request(wish, model, character, self.draw_seed()),
            owner=owner,
            model=model,
            character=character,
            style=style,
            now=self.clock(),
            new_id=self.new_id,
            inputs=inputs.sources,
            people=tuple(people),
        )
        others = choose_substitutes(wish, model, self.offered)
        substitutes = substitutes_for(brief, model, others)
        return snapshot, brief.model_copy(update={"substitutes": substitutes})

    def record(
        self,
        owner: Owner,
        snapshot: Snapshot,
        brief: Brief,
        *,
        idempotency: IdempotencyKey | None,
        new_character: Character | None = None,
        moves: Sequence[Move] = (),
        inputs: CheckedInputs = _NO_INPUTS,
        variants: Sequence[Variant] = (),
        kit: ReferenceKit | None = None,
    ) -> None:
        """The one way in: whatever is submitted takes its slot and its quota here."""
        self.generations.submit(
            snapshot,
            brief,
            allowance=self.limits.of(owner.plan),
            idempotency=idempotency,
            due_at=next_due(snapshot, snapshot.generation.created_at),
            new_character=new_character,
            moves=moves,
            variants=variants,
            consumed=inputs.consumed,
            brought=[self._stored(upload, data) for upload, data in inputs.brought],
            kit=kit,
        )
        self._send(snapshot)

    def still_offered(self, substitutes: Sequence[Substitute]) -> tuple[Substitute, ...]:
        """Of those of an earlier time, the ones that can be asked now."""
        return tuple(one for one in substitutes if one.provider in self.offered)

    def _stored(self, upload: Upload, data: bytes) -> Upload:
        """What is stored for a request that the transaction refuses has no record, and dies
        with the other unused files."""
        return upload.model_copy(update={"consumed_etag": self.upload_store.put(upload, data)})

    def _send(self, snapshot: Snapshot) -> None:
        """What cannot be sent now is recorded and due: the sweeper sends it."""
        ready = [item.index for item in snapshot.items if item.dispatch is Dispatch.PENDING]
        with contextlib.suppress(Unavailable):
            self.dispatcher.send(snapshot.generation, ready)
