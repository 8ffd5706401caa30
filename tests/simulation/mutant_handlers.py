"""Planted bugs in the order of calls, and in what the stores check."""

from datetime import datetime

from shared.domain import events as e
from shared.domain.closing import Closing, LateCompletion
from shared.domain.errors import NotFound
from shared.domain.generation import Attempt, Brief, Generation, Item, Snapshot, Status
from shared.domain.images import StoredImage
from shared.domain.sweeping import AskProvider, Resend
from shared.domain.transitions import Move
from shared.domain.work import AttemptReference, RunItems, TakeCallback
from tests.simulation.calls import Call, Steps, in_thread
from tests.simulation.handlers.clients import Handlers
from tests.simulation.world import LedgerRow, Record, World


class DedupesBeforeTheEffect(Handlers):
    """Work is marked as done before it is."""

    def run_message(self, work: RunItems, ends_at: datetime) -> Steps[None]:
        seen = yield Call("answers.mark", lambda: self._mark(work))
        if not seen:
            yield from super().run_message(work, ends_at)

    def _mark(self, work: RunItems) -> bool:
        key = f"run {work.generation_id} {work.indexes}"
        return self.world.answers.setdefault(key, str(self.now())) != str(self.now())


class RecordsBeforeItStores(Handlers):
    """The image goes live, then its objects are put."""

    def finish_upload(self, item: Item, image: StoredImage, data: bytes) -> Steps[None]:
        yield from in_thread(self.advance(item, e.Stored(image=image)))
        yield from self.put_all(image, data)


class RetriesALostReplyAtOnce(Handlers):
    """A provider that calls back is taken for one that does not."""

    def wait_for_callback(self, generation: Generation, item: Item) -> Steps[None]:
        lost = e.GivenBack(attempt_number=item.calls)
        decision = yield from self.advance(item, lost)
        if isinstance(decision, Move):
            yield from self.send(generation, [item.index])


class BelievesEveryCallback(Handlers):
    """The token of an unbound attempt is not compared."""

    def speaks_of(self, attempt: Attempt, reference: AttemptReference, work: TakeCallback) -> bool:
        return attempt.prediction_id in (None, work.prediction_id)


class NeverPolls(Handlers):
    """Callbacks are trusted to come."""

    def _poll_later(self, generation: Generation, indexes: list[int]) -> Steps[None]:
        return
        yield


class PollsOnlyWhatItBound(Handlers):
    """A message that comes again after the binding sends no poll."""

    def run_item(
        self, generation: Generation, brief: Brief, item: Item, *, found: bool
    ) -> Steps[bool]:
        bound_before = item.prediction_id is not None
        polled = yield from super().run_item(generation, brief, item, found=found)
        return polled and not bound_before


class ForgetsToLetGoWhenSweeping(Handlers):
    """A crash between the first image and the release of the others is never made good."""

    def _finish(self, snapshot: Snapshot) -> Steps[None]:
        if not snapshot.generation.closed:
            due_at = self.rules.next_due(snapshot, self.now())
            yield self.mark_due(snapshot.generation.id, due_at)


class ForgetsToCloseWhenSweeping(Handlers):
    """A crash between the last item and the closing is never made good."""

    def _mend(self, generation_id: str) -> Steps[None]:
        snapshot: Snapshot = yield self.get(generation_id)
        if snapshot.generation.closed:
            return
        remedies = [(item, self.rules.remedy(item, self.now())) for item in snapshot.items]
        for item, what in remedies:
            if isinstance(what, e.Event):
                yield from self.advance(item, what)
        resend = [item.index for item, what in remedies if isinstance(what, Resend)]
        if resend:
            yield from self.send(snapshot.generation, resend)
        if any(isinstance(what, AskProvider) for _, what in remedies):
            raise NotFound("nobody asks")
        yield from self._finish(snapshot)


class GivesBackWhatMayRun(Handlers):
    """A call that was cut short is taken for one that was never made."""

    def give_back(self, generation: Generation, brief: Brief, claimed: Item) -> Steps[None]:
        yield from self.move(generation, claimed, e.GivenBack(attempt_number=claimed.calls))


class TakesANewImageForALostOne(Handlers):
    """An upload left unfinished is not resumed but drawn again."""

    def resume_upload(self, generation: Generation, item: Item) -> Steps[None]:
        decision = yield from in_thread(self.advance(item, e.UploadResumed()))
        if isinstance(decision, Move):
            yield from self.move(generation, decision.after, e.ResultLost())


class ClaimWithoutVersion(World):
    """A claim is written on whatever is there."""

    __slots__ = ()

    def _check_item(self, record: Record, move: Move) -> None:
        if move.after.status is not Status.PROCESSING:
            World._check_item(self, record, move)


class NoMarkerAtSubmission(World):
    """The message is trusted to be sent."""

    __slots__ = ()

    def submit(self, snapshot: Snapshot, brief: Brief, key: str, due_at: datetime) -> None:
        World.submit(self, snapshot, brief, key, due_at)
        self.records[snapshot.generation.id].due_at = None


class CloseWithoutVersion(World):
    """Two closings get through."""

    __slots__ = ()

    def close(self, closing: Closing) -> None:
        self.ledger.pop((closing.before.id, "release"), None)
        World.close(self, closing)

    def _check_generation(self, record: Record, before: Generation) -> None:
        """Believes what it is told."""


class LateFreesTheSlot(World):
    """A late image frees the slot that its owner's next generation holds."""

    __slots__ = ()

    def complete_late(self, late: LateCompletion) -> None:
        self.running[late.after.owner].clear()
        World.complete_late(self, late)


class CloseKeepsTheSlot(World):
    """The slot is forgotten."""

    __slots__ = ()

    def close(self, closing: Closing) -> None:
        World.close(self, closing)
        self.running[closing.after.owner].add(closing.after.id)


class LedgerForgotten(World):
    """The counter moves without its row."""

    __slots__ = ()

    def _post(self, generation: Generation, kind: str, units: int) -> None:
        World._post(self, generation, kind, units)
        row = self.ledger[generation.id, kind]
        self.ledger[generation.id, kind] = LedgerRow(row.owner, row.period, 0)


BROKEN_HANDLERS: list[type[Handlers]] = [
    DedupesBeforeTheEffect,
    RecordsBeforeItStores,
    RetriesALostReplyAtOnce,
    BelievesEveryCallback,
    NeverPolls,
    ForgetsToLetGoWhenSweeping,
    ForgetsToCloseWhenSweeping,
    GivesBackWhatMayRun,
    TakesANewImageForALostOne,
]
BROKEN_WORLDS: list[type[World]] = [
    ClaimWithoutVersion,
    NoMarkerAtSubmission,
    CloseWithoutVersion,
    LateFreesTheSlot,
    CloseKeepsTheSlot,
    LedgerForgotten,
]
