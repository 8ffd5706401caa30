"""Drawing: services/run_message.py and run_item.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from shared.domain import events as e
from shared.domain.errors import (
    FailureClass,
    NotFound,
    ProviderError,
    ProviderTimedOut,
    ProviderUnavailable,
    Unavailable,
)
from shared.domain.generation import (
    Attempt,
    Brief,
    Failure,
    FailureStage,
    Generation,
    Item,
    Snapshot,
    Status,
)
from shared.domain.limits import LEASE, REQUEUE_MARGIN
from shared.domain.provider import Finished, Pending
from shared.domain.transitions import Move
from shared.domain.work import CancelPrediction, PollPredictions, RunItems
from tests.simulation.calls import Call, Cancelled, Outcome, Steps, Together, in_thread
from tests.simulation.handlers.judging import Judging

_REFERENCE_MISSING = Failure(
    code="reference_missing",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.VALIDATING,
    message="gone",
)


class Drawing(Judging):
    """One message: one read, one marker, its items side by side, one look at the end."""

    __slots__ = ()

    def run_message(self, work: RunItems, ends_at: datetime) -> Steps[None]:
        try:
            snapshot, brief = yield Call(
                "generations.load", lambda: self.world.load(work.generation_id)
            )
        except NotFound:
            return
        items = [item for item in snapshot.items if item.index in work.indexes and not item.ended]
        if items:
            yield self.mark_due(work.generation_id, self.now() + LEASE)
            yield from self._draw(snapshot, brief, items, ends_at)
        yield from self.finish_work(work.generation_id)

    def _draw(
        self, snapshot: Snapshot, brief: Brief, items: Sequence[Item], ends_at: datetime
    ) -> Steps[None]:
        generation = snapshot.generation
        references = yield from in_thread(self.gather_references(snapshot, brief))
        outcomes: list[Outcome] = yield Together(
            [self.run_item(generation, brief, item, found=references) for item in items],
            until=max(self.now(), ends_at - REQUEUE_MARGIN),
        )
        pairs = list(zip(items, outcomes, strict=True))
        yield from self._poll_later(
            generation, [item.index for item, outcome in pairs if outcome.value]
        )
        errors = [outcome.error for _, outcome in pairs if outcome.error is not None]
        if errors:
            raise ExceptionGroup("items that could not be run", errors)

    def gather_references(self, snapshot: Snapshot, brief: Brief) -> Steps[bool]:
        """services/gather_references.py; False when one of them is gone."""
        drawn = [item.image for item in snapshot.items if item.ended and item.image is not None]
        images = brief.references or tuple(drawn[:1])
        for image in images:
            try:
                yield Call("store.get", partial(self.world.read, image.key))
            except NotFound:
                return False
        return True

    def _poll_later(self, generation: Generation, indexes: list[int]) -> Steps[None]:
        if indexes:
            work = PollPredictions(generation_id=generation.id, indexes=tuple(sorted(indexes)))
            yield self.ingest(work, delay=self.rules.poll_delay(0))

    def run_item(
        self, generation: Generation, brief: Brief, item: Item, *, found: bool
    ) -> Steps[bool]:
        if item.status is Status.UPLOADING:
            yield from self._go_on(generation, brief, item)
            return False
        if item.prediction_id is not None:
            return True
        if generation.cancel_receipt is not None and item.status is Status.QUEUED:
            yield from self.move(generation, item, e.CancelRequested())
            return False
        claimed = yield from in_thread(self.claim(item))
        if claimed is None:
            return False
        try:
            if not found:
                yield from self._fail_before_call(generation, claimed, _REFERENCE_MISSING)
                return False
            return (yield from self._call(generation, brief, claimed))
        except Cancelled:
            yield from self.give_back(generation, brief, claimed)
            raise

    def _go_on(self, generation: Generation, brief: Brief, item: Item) -> Steps[None]:
        if item.awaits_judgement:
            yield from self.judge_item(generation, brief, item)
        else:
            yield from self.resume_upload(generation, item)

    def give_back(self, generation: Generation, brief: Brief, claimed: Item) -> Steps[None]:
        if self.providers[brief.request.provider].calls_back:
            yield from in_thread(self.wait_for_callback(generation, claimed))
        else:
            given_back = e.GivenBack(attempt_number=claimed.calls)
            yield from self.move(generation, claimed, given_back)

    def claim(self, item: Item) -> Steps[Item | None]:
        if item.status in (Status.PROCESSING, Status.GENERATING):
            expired = yield from self.advance(item, e.LeaseExpired())
            if not isinstance(expired, Move):
                return None
            item = expired.after
        decision = yield from self.advance(item, e.Claimed())
        return decision.after if isinstance(decision, Move) else None

    def _call(self, generation: Generation, brief: Brief, item: Item) -> Steps[bool]:
        provider = self.providers[brief.request.provider]
        attempt = self._attempt(brief, item)
        begun = yield from in_thread(self.advance(item, e.ProviderCalled(attempt)))
        if not isinstance(begun, Move):
            return False
        item = begun.after
        called = item
        try:
            answer = yield Call(
                "provider.start",
                lambda: provider.start(called, attempt, self.now()),
                awaited=True,
            )
            if isinstance(answer, Pending):
                return (yield from self._bind(generation, item, attempt, answer))
            yield from self._take(generation, item, attempt, answer)
        except ProviderTimedOut as lost_reply:
            if provider.calls_back:
                yield from in_thread(self.wait_for_callback(generation, item))
            else:
                yield from self.fail(generation, item, attempt, lost_reply)
        except ProviderError as error:
            yield from self.fail(generation, item, attempt, error)
        return False

    def wait_for_callback(self, generation: Generation, item: Item) -> Steps[None]:
        yield from self.send(generation, [item.index], LEASE)

    def _attempt(self, brief: Brief, item: Item) -> Attempt:
        return Attempt.model_construct(
            id=self.new_id("att_"),
            generation_id=item.generation_id,
            index=item.index,
            number=item.calls,
            token=self.new_id("token"),
            provider=brief.request.provider,
            model=brief.request.model,
            called_at=self.now(),
        )

    def _bind(
        self, generation: Generation, item: Item, attempt: Attempt, pending: Pending
    ) -> Steps[bool]:
        bound = attempt.model_copy(update={"prediction_id": pending.prediction_id})
        decision = yield from self.move(generation, item, e.Bound(bound))
        now = decision.after if isinstance(decision, Move) else decision.item
        if now.status is Status.CANCELLED:
            yield self.ingest(
                CancelPrediction(provider=attempt.provider, prediction_id=pending.prediction_id)
            )
        return now.status is Status.GENERATING and now.prediction_id is not None

    def _take(
        self, generation: Generation, item: Item, attempt: Attempt, answer: Finished
    ) -> Steps[None]:
        try:
            yield from self.take(generation, item, attempt, answer)
        except Unavailable as exc:
            if answer.output.url is None:
                raise
            raise ProviderUnavailable("The provider's image could not be fetched.") from exc

    def _fail_before_call(
        self, generation: Generation, item: Item, failure: Failure
    ) -> Steps[None]:
        event = e.AttemptFailed(
            attempt_number=item.calls,
            failure=failure,
            transient=False,
            retry_after=timedelta(0),
        )
        yield from self.move(generation, item, event)
