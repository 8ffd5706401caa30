"""Callbacks, polls, the sweeper, dead letters: services/apply_callback.py,
poll_predictions.py, sweep.py, bury_dead_letter.py, tell_provider.py."""

from datetime import timedelta

from shared.domain import events as e
from shared.domain.analysis import ImageToAnalyse
from shared.domain.errors import (
    AttemptStillLive,
    LikenessError,
    NotFound,
    ProviderError,
    Unavailable,
)
from shared.domain.generation import Attempt, Generation, Item, Snapshot, Status
from shared.domain.limits import TIMEOUT_GRACE
from shared.domain.provider import Pending
from shared.domain.sweeping import AskProvider, Resend
from shared.domain.transitions import Ignored, Move
from shared.domain.work import (
    AttemptReference,
    CancelPrediction,
    PollPredictions,
    RunItems,
    TakeCallback,
    Work,
)
from tests.simulation.calls import Call, Outcome, Steps, Together
from tests.simulation.handlers.drawing import Drawing


class Watching(Drawing):
    """Everything that looks after items no worker is at."""

    __slots__ = ()

    def apply_callback(self, work: TakeCallback) -> Steps[None]:
        reference = AttemptReference.parse(work.reference)
        assert reference is not None, "made by us"
        attempt = yield self.read_attempt(
            reference.generation_id, reference.index, reference.number
        )
        if attempt is not None and self.speaks_of(attempt, reference, work):
            yield from self._apply(work, attempt)

    def speaks_of(self, attempt: Attempt, reference: AttemptReference, work: TakeCallback) -> bool:
        if attempt.provider is not work.provider:
            return False
        if attempt.prediction_id is not None:
            return attempt.prediction_id == work.prediction_id
        return attempt.token == reference.token

    def _apply(self, work: TakeCallback, attempt: Attempt) -> Steps[None]:
        try:
            snapshot = yield self.get(attempt.generation_id)
        except NotFound:
            return
        bound = attempt.model_copy(update={"prediction_id": work.prediction_id})
        item = snapshot.items[attempt.index]
        try:
            if work.payload is None:
                report = yield self.poll_provider(bound)
            else:
                report = self.providers[work.provider].report(work.payload)
            yield from self.settle_report(snapshot.generation, item, bound, report)
        except (ProviderError, Unavailable):
            yield from self.move(snapshot.generation, item, e.Bound(bound))
            poll = PollPredictions(generation_id=item.generation_id, indexes=(item.index,))
            yield self.ingest(poll, delay=self.rules.poll_delay(0))
        yield from self.finish_work(attempt.generation_id)

    def poll(self, work: PollPredictions) -> Steps[None]:
        try:
            snapshot = yield self.get(work.generation_id)
        except NotFound:
            return
        asked = [
            item
            for item in snapshot.items
            if item.index in work.indexes and self._worth_asking(item)
        ]
        outcomes: list[Outcome] = []
        if asked:
            outcomes = yield Together([self._ask(snapshot.generation, item) for item in asked])
            yield from self.finish_work(work.generation_id)
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        if asked and not errors:
            yield from self._again(work)
        if errors:
            raise ExceptionGroup("items that could not be polled", errors)

    def _ask(self, generation: Generation, item: Item) -> Steps[None]:
        attempt = yield self.read_attempt(item.generation_id, item.index, item.attempt_to_ask)
        assert attempt is not None, "a bound item has an attempt"
        waited = TIMEOUT_GRACE
        try:
            report = yield self.poll_provider(attempt)
            if not isinstance(report, Pending):
                yield from self.settle_report(generation, item, attempt, report)
                return
            waited = timedelta(0)
        except (ProviderError, Unavailable):
            pass
        if item.deadline is not None and self.now() >= item.deadline + waited:
            yield from self.move(generation, item, e.DeadlinePassed())

    def _again(self, work: PollPredictions) -> Steps[None]:
        snapshot = yield self.get(work.generation_id)
        left = tuple(
            item.index
            for item in snapshot.items
            if item.index in work.indexes and self._worth_asking(item)
        )
        if left:
            again = PollPredictions(
                generation_id=work.generation_id, indexes=left, round=work.round + 1
            )
            yield self.ingest(again, delay=self.rules.poll_delay(again.round))

    def _worth_asking(self, item: Item) -> bool:
        if item.prediction_id is None:
            return False
        return item.status is Status.GENERATING or (item.ended and not item.is_final(self.now()))

    def tell_provider(self, work: CancelPrediction) -> Steps[None]:
        provider = self.providers[work.provider]
        try:
            yield Call(
                "provider.cancel",
                lambda: provider.cancel(work.prediction_id, self.now()),
                awaited=True,
            )
        except ProviderError:
            return

    def sweep(self) -> Steps[None]:
        due = yield Call("generations.due", self.world.due)
        for generation_id in due:
            try:
                yield from self._mend(generation_id)
            except LikenessError:
                continue

    def _mend(self, generation_id: str) -> Steps[None]:
        snapshot: Snapshot = yield self.get(generation_id)
        if snapshot.generation.closed:
            return
        now = self.now()
        remedies = [(item, self.rules.remedy(item, now)) for item in snapshot.items]
        moved = []
        for item, what in remedies:
            if isinstance(what, e.Event):
                decision = yield from self.advance(item, what)
                if isinstance(decision, Move) and not decision.after.ended:
                    moved.append(item.index)
        resend = [item.index for item, what in remedies if isinstance(what, Resend)]
        ask = [item.index for item, what in remedies if isinstance(what, AskProvider)]
        if resend or moved:
            yield from self.send(snapshot.generation, resend + moved)
        if ask:
            yield self.ingest(PollPredictions(generation_id=generation_id, indexes=tuple(ask)))
        yield from self._finish((yield from self.close_generation(generation_id)))

    def _finish(self, snapshot: Snapshot) -> Steps[None]:
        if not snapshot.generation.closed:
            yield from self.let_go(snapshot)
            due_at = self.rules.next_due(snapshot, self.now())
            yield self.mark_due(snapshot.generation.id, due_at)

    def bury(self, work: Work | ImageToAnalyse) -> Steps[None]:
        if isinstance(work, ImageToAnalyse):
            yield from self.give_up_analysis(work)
        if not isinstance(work, RunItems):
            return
        try:
            snapshot = yield self.get(work.generation_id)
            live = yield from self._fail_items(snapshot, work.indexes)
            yield from self.close_generation(work.generation_id)
        except NotFound:
            return
        if live:
            raise AttemptStillLive("an attempt is still live")

    def _fail_items(self, snapshot: Snapshot, indexes: tuple[int, ...]) -> Steps[bool]:
        live = False
        for item in snapshot.items:
            if item.index in indexes and not item.ended:
                decision = yield from self.advance(item, e.DeadLettered())
                live |= isinstance(decision, Ignored) and decision.reason == "attempt_is_live"
        return live
