"""What owners and providers do: submit, cancel, retry, call back."""

from collections.abc import Iterable
from functools import partial

from shared.domain import events as e
from shared.domain.errors import AlreadyFinal, StaleWrite, Unavailable
from shared.domain.generation import Brief, Dispatch, Item, Snapshot, Status
from shared.domain.transitions import Move
from shared.domain.work import AttemptReference, CancelPrediction, TakeCallback, Work
from tests.simulation.calls import Call, Steps
from tests.simulation.handlers.watching import Watching
from tests.simulation.provider import Delivery

_RACES = 4


class Handlers(Watching):
    """All handlers."""

    __slots__ = ()

    def submit(self, snapshot: Snapshot, brief: Brief, key: str) -> Steps[None]:
        """services/submit_generation.py"""
        due_at = self.rules.next_due(snapshot, self.now())
        yield Call("generations.submit", lambda: self.world.submit(snapshot, brief, key, due_at))
        ready = [i.index for i in snapshot.items if i.dispatch is not Dispatch.HELD]
        try:
            yield from self.send(snapshot.generation, ready)
        except Unavailable:
            return  # recorded and due: the sweeper sends it

    def cancel(self, generation_id: str) -> Steps[None]:
        """services/cancel_generation.py"""
        snapshot: Snapshot = yield self.get(generation_id)
        stopped = False
        stoppable = [i for i in snapshot.items if not i.ended or i.status is Status.CANCELLED]
        if snapshot.generation.cancel_receipt is None and stoppable:
            stopped = yield from self._stop(snapshot.items, e.CancelRequested())
            snapshot = yield self.get(generation_id)
        yield from self._receipt(snapshot, stopped_any=stopped)
        yield from self.close_generation(generation_id)

    def _stop(self, items: Iterable[Item], event: e.Event) -> Steps[bool]:
        works: list[Work] = []
        stopped = False
        for item in items:
            move = yield from self.advance(item, event)
            stopped |= isinstance(move, Move)
            if isinstance(move, Move) and move.cancel_prediction and move.before.provider:
                works.append(
                    CancelPrediction(
                        provider=move.before.provider, prediction_id=move.cancel_prediction
                    )
                )
        if works:
            yield self.ingest(*works)
        return stopped

    def _receipt(self, snapshot: Snapshot, *, stopped_any: bool) -> Steps[None]:
        for _ in range(_RACES):
            if snapshot.generation.cancel_receipt is not None:
                return
            stopped = snapshot.progress.cancelled
            if not stopped and not stopped_any and all(item.ended for item in snapshot.items):
                raise AlreadyFinal("everything had ended")
            after = self.rules.cancel(snapshot, stopped)
            try:
                yield Call("generations.save", partial(self.world.save, after))
            except StaleWrite:
                snapshot = yield self.get(after.id)
                continue
            return
        raise StaleWrite("the generation changes faster than it can be cancelled")

    def end_late_windows(self, generation_id: str) -> Steps[None]:
        """What a retry of the failed items begins with."""
        snapshot: Snapshot = yield self.get(generation_id)
        if not snapshot.generation.closed:
            raise AlreadyFinal("still running")
        failed = [item for item in snapshot.items if item.status is Status.FAILED]
        yield from self._stop(failed, e.LateWindowEnded())

    def call_back(self, delivery: Delivery) -> Steps[None]:
        """functions/webhook: verified, queued, then answered. A forged one is well signed but
        speaks of another prediction, and does not know the attempt's token."""
        prediction, attempt = delivery.prediction, delivery.prediction.attempt
        provider = self.providers[attempt.provider]
        reference = AttemptReference(
            generation_id=attempt.generation_id,
            index=attempt.index,
            number=attempt.number,
            token="guessed" if delivery.forged else attempt.token,
        )
        payload = provider.payload(prediction, self.now(), forged=delivery.forged)
        large = not delivery.forged and self.rng.random() < 0.1
        work = TakeCallback.model_construct(
            provider=attempt.provider,
            reference=str(reference),
            prediction_id="forged" if delivery.forged else prediction.id,
            payload=None if large else payload,
        )
        yield self.ingest(work)
