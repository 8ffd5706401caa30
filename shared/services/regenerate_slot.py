"""Draw a slot of a reference kit again, alone or with what depends on it."""

from dataclasses import dataclass

from shared.domain.character import check_usable
from shared.domain.choosing import check_offered
from shared.domain.errors import KitBusy, KitNotReady, NotFound, StaleWrite
from shared.domain.generation import Brief
from shared.domain.holding import held_for_workflow
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import Answers, Generations, WorkQueue
from shared.domain.pricing.catalogue import Model, find_model
from shared.domain.redrawing import depending_on, redrawing, superseded_failures
from shared.domain.reference_kit import ShownKit, ShownSlot, redrawn, shown
from shared.domain.request import Owner
from shared.domain.retrying import without_late_windows
from shared.domain.slots import ANCHOR
from shared.services.answering import Answer, keeping, once
from shared.services.moving import tell_providers
from shared.services.show_kit import ShowKit, kept_answer
from shared.services.start_workflow import StartWorkflow
from shared.services.submit_generation import SubmitGeneration

_RACES = 4


@dataclass(frozen=True, slots=True)
class RegenerateSlot:
    """A new generation: of one item that runs at once, or of the whole kit with an execution of
    its own. Late windows of what it supersedes end in the transaction that submits it, so that
    no picture is paid for that no slot points to."""

    show_kit: ShowKit
    generations: Generations
    answers: Answers
    submit_generation: SubmitGeneration
    start_workflow: StartWorkflow
    queue: WorkQueue

    def __call__(
        self,
        *,
        owner: Owner,
        kit_id: str,
        name: str,
        cascade: bool = False,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[ShownKit]:
        """Raises NotFound, KitBusy, KitNotReady, SourceNotReady, Unprocessable,
        IdempotencyKeyReused, RateLimited, InFlightLimit, QuotaExceeded; then nothing has been
        written."""

        def draw() -> ShownKit:
            for _ in range(_RACES):
                kit = self.show_kit(owner=owner.id, kit_id=kit_id)
                slots = self._slots(kit, name, cascade=cascade)
                try:
                    return self._submit(owner, kit, slots, idempotency)
                except StaleWrite:
                    continue  # Renamed, looked at, or drawn by somebody else: it shows which.
            raise StaleWrite("the reference kit changes faster than it can be drawn")

        return once(self.answers, idempotency, self.submit_generation.clock, ShownKit, draw)

    def _slots(self, kit: ShownKit, name: str, *, cascade: bool) -> tuple[ShownSlot, ...]:
        """What is to be drawn, if it may be drawn now."""
        slot = next((one for one in kit.slots if one.slot.name == name), None)
        if slot is None:
            raise NotFound("The reference kit has no such slot.")
        latest = self.generations.generation(kit.kit.generation_id)
        if kit.runs or (latest is not None and not latest.closed):
            raise KitBusy(
                "Something is being drawn for this reference kit already.",
                generation_id=kit.kit.generation_id,
            )
        check_usable(kit.kit.source)
        if name != ANCHOR and kit.anchor.image is None:
            raise KitNotReady(
                "The anchor face is missing; draw it first: all other slots are drawn after it.",
                status=kit.status,
            )
        return depending_on(kit, slot, cascade=cascade)

    def _submit(
        self,
        owner: Owner,
        kit: ShownKit,
        slots: tuple[ShownSlot, ...],
        idempotency: IdempotencyKey | None,
    ) -> ShownKit:
        submit = self.submit_generation
        _, first = self.generations.load(kit.kit.generations[0])
        now = submit.clock()
        snapshot, brief = redrawing(
            kit,
            slots,
            first.model_copy(update={"substitutes": submit.still_offered(first.substitutes)}),
            owner=owner,
            model=self._model(first),
            seed=submit.draw_seed(),
            now=now,
            new_id=submit.new_id,
        )
        cascades = len(slots) > 1
        if cascades:
            snapshot = held_for_workflow(snapshot, kit.kit.max_concurrency)
        again_kit = redrawn(kit, snapshot, now)
        items = {item.ref: item for item in snapshot.items}
        kept = {one.ref: one for slot in kit.slots for one in (slot.item, slot.earlier) if one}
        drawing = shown(again_kit, kept | items)
        moves = without_late_windows(superseded_failures(slots), now)
        submit.record(
            owner,
            snapshot,
            brief,
            idempotency=keeping(idempotency, kept_answer(drawing)),
            moves=moves,
            kit=again_kit,
        )
        tell_providers(self.queue, moves)
        if cascades:
            self.start_workflow(snapshot)
        return drawing

    def _model(self, first: Brief) -> Model:
        """Raises Unprocessable when it can no longer be asked."""
        check_offered(first.request.provider, self.submit_generation.offered)
        return find_model(first.request.provider, first.request.model)
