"""Draw again what failed of a generation, as a new one."""

from dataclasses import dataclass

from shared.domain.choosing import check_offered
from shared.domain.errors import NotFound, StaleWrite
from shared.domain.generation import Brief, Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ports import Answers, Generations, WorkQueue
from shared.domain.pricing.catalogue import Model, find_model
from shared.domain.request import Owner
from shared.domain.retrying import failed_items, retrial, without_late_windows
from shared.services.answering import Answer, keeping, once
from shared.services.moving import tell_providers
from shared.services.owned_generation import refuse_of_kit
from shared.services.submit_generation import SubmitGeneration

_RACES = 4


@dataclass(frozen=True, slots=True)
class RetryGeneration:
    """Late windows end in the transaction that submits: there is no moment in which an image
    may come late and be drawn again as well, and a refusal leaves the windows open."""

    generations: Generations
    answers: Answers
    submit_generation: SubmitGeneration
    queue: WorkQueue

    def __call__(
        self, *, owner: Owner, generation_id: str, idempotency: IdempotencyKey | None = None
    ) -> Answer[Snapshot]:
        """Raises NotFound, OfReferenceKit, IdempotencyKeyReused, StillRunning, NothingFailed,
        Unprocessable, RateLimited, InFlightLimit, QuotaExceeded; then nothing has been written."""

        def retry() -> Snapshot:
            for _ in range(_RACES):
                try:
                    return self._submit(owner, generation_id, idempotency)
                except StaleWrite:
                    continue  # A late image came first: what has failed is another set now.
            raise StaleWrite("the generation changes faster than it can be retried")

        return once(self.answers, idempotency, self.submit_generation.clock, Snapshot, retry)

    def _submit(
        self, owner: Owner, generation_id: str, idempotency: IdempotencyKey | None
    ) -> Snapshot:
        old, old_brief = self.generations.load(generation_id)
        if old.generation.owner != owner.id:
            raise NotFound("There is no such generation.")
        refuse_of_kit(old.generation)
        now = self.submit_generation.clock()
        failed = failed_items(old)
        snapshot, brief = retrial(
            old,
            old_brief,
            owner=owner,
            model=self._model(old_brief),
            now=now,
            new_id=self.submit_generation.new_id,
        )
        substitutes = self.submit_generation.still_offered(brief.substitutes)
        brief = brief.model_copy(update={"substitutes": substitutes})
        moves = without_late_windows(failed, now)
        self.submit_generation.record(
            owner,
            snapshot,
            brief,
            idempotency=keeping(idempotency, snapshot.model_dump_json(exclude_defaults=True)),
            moves=moves,
        )
        tell_providers(self.queue, moves)
        return snapshot

    def _model(self, brief: Brief) -> Model:
        """Raises Unprocessable when it can no longer be asked."""
        request = brief.request
        check_offered(request.provider, self.submit_generation.offered)
        return find_model(request.provider, request.model)
