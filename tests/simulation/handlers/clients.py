"""What owners and providers do: submit, cancel, retry, call back."""

from functools import partial

from shared.domain import events as e
from shared.domain.errors import AlreadyFinal, StaleWrite
from shared.domain.generation import Brief, Dispatch, Snapshot, Status
from shared.domain.transitions import Move
from shared.domain.work import AttemptReference, CancelPrediction, TakeCallback
from tests.simulation.calls import Call, Steps
from tests.simulation.handlers.watching import Watching
from tests.simulation.provider import Delivery


class Handlers(Watching):
    """All handlers."""

    __slots__ = ()

    def submit(self, snapshot: Snapshot, brief: Brief, key: str) -> Steps[None]:
        """One transaction, then the message: a crash in between leaves a due marker."""
        due_at = self.rules.next_due(snapshot, self.now())
        yield Call(
            "generations.submit", lambda: self.world.submit(snapshot, brief, key, due_at)
        )
        ready = [i.index for i in snapshot.items if i.dispatch is not Dispatch.HELD]
        yield from self.send(snapshot.generation, ready)

    def cancel(self, generation_id: str) -> Steps[None]:
        """Items first, then the receipt, which counts what is stopped by then: a second try
        after a crash tells the same. The provider is told last."""
        snapshot: Snapshot = yield self.get(generation_id)
        if snapshot.generation.closed or snapshot.generation.cancel_receipt is not None:
            raise AlreadyFinal("cancelled or closed")
        for item in snapshot.items:
            decision = yield from self.advance(item, e.CancelRequested())
            if isinstance(decision, Move) and decision.cancel_prediction is not None:
                provider = decision.before.provider
                assert provider is not None, "a prediction has a provider"
                yield self.ingest(
                    CancelPrediction(
                        provider=provider, prediction_id=decision.cancel_prediction
                    )
                )
        yield from self._receipt(generation_id)
        yield from self.close_generation(generation_id)

    def _receipt(self, generation_id: str) -> Steps[None]:
        for _ in range(4):
            snapshot: Snapshot = yield self.get(generation_id)
            if snapshot.generation.closed:
                return
            after = self.rules.cancel(snapshot, snapshot.progress.cancelled)
            try:
                yield Call("generations.save", partial(self.world.save, after))
            except StaleWrite:
                continue
            return

    def end_late_windows(self, generation_id: str) -> Steps[None]:
        """What a retry of the failed items begins with."""
        snapshot: Snapshot = yield self.get(generation_id)
        if not snapshot.generation.closed:
            raise AlreadyFinal("still running")
        for item in snapshot.items:
            if item.status is Status.FAILED:
                yield from self.advance(item, e.LateWindowEnded())

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
        payload = provider.payload(prediction, self.now())
        large = self.rng.random() < 0.1
        work = TakeCallback.model_construct(
            provider=attempt.provider,
            reference=str(reference),
            prediction_id="forged" if delivery.forged else prediction.id,
            payload=None if large and not delivery.forged else payload,
        )
        yield self.ingest(work)
