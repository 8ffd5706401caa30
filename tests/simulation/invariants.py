"""What must hold after every committed write."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.generation import STAGES, Item, Status
from shared.domain.images import ImageStatus
from shared.domain.limits import LATE_WINDOW, MAX_ATTEMPTS, TIMEOUT_GRACE
from tests.simulation.provider import Prediction, Provider
from tests.simulation.world import Record, World

_FINAL = (Status.CANCELLED, Status.COMPLETED)


class Broken(AssertionError):
    """An invariant does not hold."""


def must(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


@dataclass(slots=True)
class Invariants:
    """Called by the world after each write; remembers when each item ended first."""

    providers: list[Provider] = field(default_factory=list)
    ended_at: dict[tuple[str, int], datetime] = field(default_factory=dict)
    trace: list[str] | None = None

    def moved(self, world: World, before: Item, after: Item) -> None:
        """One item was written."""
        if self.trace is not None:
            self.trace.append(f"{'':30}{_told(before)} -> {_told(after)}")
        must(after.version == before.version + 1, "the version grows by one per move")
        must(after.calls >= before.calls, "claims are never forgotten")
        must(after.attempts <= MAX_ATTEMPTS, "attempts stay within the allowance")
        must(after.cost_micro_usd >= before.cost_micro_usd, "money spent stays spent")
        must(
            STAGES.index(after.furthest) >= STAGES.index(before.furthest),
            "the furthest stage never moves back",
        )
        self._stays_ended(before, after)
        self._draws(world, before, after)
        self._image(world, after)
        self._one_winner(world, after)
        if after.ended:
            self.ended_at.setdefault((after.generation_id, after.index), world.now)
        if not before.ended and after.failure is not None:
            self._nothing_thrown_away(world, before, after.failure.code)

    def counted(self, world: World, record: Record) -> None:
        """A generation, its slot or money was written."""
        owner = record.generation.owner
        mine = [each for each in world.records.values() if each.generation.owner == owner]
        for period in {row.period for row in world.ledger.values() if row.owner == owner}:
            self._conserved(world, owner, period, mine)
        unclosed = {each.generation.id for each in mine if not each.generation.closed}
        must(world.running[owner] == unclosed, "the slot set is the unclosed generations")
        must(len(unclosed) <= world.cap, "no more generations at once than the cap")
        if record.generation.closed:
            self._closed(record)

    def called(self, world: World, provider: Provider, new: Prediction) -> None:
        """A paid call was made: no other may be known to run for its item. One whose answer
        was lost is waited for until its claim ends, when its provider works on by itself."""
        attempt = new.attempt
        record = world.records[attempt.generation_id]
        for other in provider.of(attempt.generation_id, attempt.index):
            if other is new or not other.runs(world.now):
                continue
            known = record.attempts[other.attempt.index, other.attempt.number]
            waiting = provider.calls_back and world.now < other.protected_until
            live = other.waited_for or known.prediction_id is not None or waiting
            must(known.outcome is not None or not live, "never two paid calls side by side")

    def _conserved(self, world: World, owner: str, period: str, mine: list[Record]) -> None:
        used = world.used[owner, period]
        rows = [
            (kind, row.units)
            for (_, kind), row in world.ledger.items()
            if row.owner == owner and row.period == period
        ]
        posted = sum(units for _, units in rows)
        overdraft = sum(units for kind, units in rows if kind.startswith("late"))
        held = sum(
            each.generation.charged if each.generation.closed else each.generation.units
            for each in mine
            if each.generation.quota_period == period
        )
        must(used == posted == held, f"used {used} = ledger {posted} = held {held}")
        must(0 <= used <= world.monthly + overdraft, "quota stays within its bounds")

    def _closed(self, record: Record) -> None:
        generation = record.generation
        completed = sum(item.status is Status.COMPLETED for item in record.items)
        cancelled = any(item.status is Status.CANCELLED for item in record.items)
        must(all(item.ended for item in record.items), "closed only when all have ended")
        must(generation.charged == completed, "a closed generation is charged its images")
        must((generation.status is Status.COMPLETED) == (completed > 0), "completed by images")
        receipt = generation.cancel_receipt
        kept = receipt is None or generation.charged <= receipt.charged
        must(kept, "no more is charged than the receipt says")
        if cancelled and not completed:
            must(generation.status is Status.CANCELLED, "stopped work reads as cancelled")

    def _stays_ended(self, before: Item, after: Item) -> None:
        must(before.status not in _FINAL, f"{before.status} is final")
        if before.status is Status.FAILED and after.status is not Status.FAILED:
            timed_out = before.failure is not None and before.failure.code == "timeout"
            must(timed_out and before.late_until is not None, "only a timeout may end well")
            must(after.status is Status.COMPLETED and after.late, "and then as late")
            assert before.late_until is not None
            assert before.called_at is not None
            must(before.late_until <= before.called_at + LATE_WINDOW, "in a window of 55 minutes")

    def _image(self, world: World, item: Item) -> None:
        if item.status is not Status.COMPLETED:
            return
        image = item.image
        must(image is not None, "what is completed has an image")
        assert image is not None
        must(world.images[image.id].status is ImageStatus.LIVE, "its image is live")
        stored = world.objects.get(image.key)
        must(stored == image.content.sha256.encode(), "a live image has its object")
        made_for = image.content.sha256.rpartition("/")[0]
        must(made_for == f"{item.generation_id}/{item.index}", "an image of this very item")

    def _one_winner(self, world: World, item: Item) -> None:
        live = {
            image.id
            for image in world.images.values()
            if image.status is ImageStatus.LIVE
            and image.generation_id == item.generation_id
            and image.item_index == item.index
        }
        if item.accept is None:
            done = item.status is Status.COMPLETED
            must(len(live) == done, "one live image per completed item")
        known = {draw.image_id for draw in item.draws}
        shown = item.image
        if shown is not None and shown.status is ImageStatus.LIVE:
            known.add(shown.id)
        must(live == known, "every live image of an item is on its record")

    def _draws(self, world: World, before: Item, after: Item) -> None:
        """What a score is asked for is drawn again within its limits, and never thrown away."""
        if after.status is Status.UPLOADING and before.status is not Status.UPLOADING:
            assert after.won_by is not None
            must(after.won_by > before.calls - before.attempts, "an image of this very draw")
        if after.accept is None:
            return
        must(len(after.draws) <= after.accept.max_attempts, "no more draws than were asked for")
        scored = [draw.score for draw in after.draws if draw.score is not None]
        if after.ended and (before.best is not None or before.awaits_judgement):
            must(after.status is Status.COMPLETED, "a stored image is never thrown away")
            assert after.image is not None
            must(after.image.score == max(scored, default=None), "the best one is delivered")
        if before.awaits_judgement and after.status is Status.QUEUED:
            assert before.image is not None
            score = before.image.score
            below = score is not None and score < after.accept.min_score
            must(below, "only what was measured is drawn again")
            limit = world.records[after.generation_id].brief.request.max_cost_micro_usd
            count = len(world.records[after.generation_id].items)
            affordable = limit is None or before.cost_micro_usd <= limit // count
            must(affordable, "nothing is drawn again above the item's share of the money")

    def _nothing_thrown_away(self, world: World, before: Item, why: str) -> None:
        """A prediction that has its image is not given up unasked, within the grace; nor is
        an upload whose image is to be had."""
        deadline = before.deadline
        if deadline is None or world.now >= deadline + TIMEOUT_GRACE or why == "dead_letter":
            return
        prediction = self._found(before.prediction_id)
        to_be_had = prediction is not None and prediction.holds_image(world.now)
        if why == "timeout" and to_be_had and before.status is not Status.UPLOADING:
            assert prediction is not None
            asked = prediction.asked_at is not None and prediction.asked_at >= deadline
            must(asked, "a timeout asks the provider before it gives up")
        if why in ("timeout", "result_lost") and before.status is Status.UPLOADING:
            image = before.image
            assert image is not None
            stored = why == "timeout" and image.key in world.objects
            maker = self._found_by(image.content.sha256)
            must(not stored, "a stored image is not thrown away")
            must(not maker.calls_back or not maker.holds_image(world.now), "it was to be had")

    def _found(self, prediction_id: str | None) -> Prediction | None:
        if prediction_id is None:
            return None
        for provider in self.providers:
            if prediction_id in provider.predictions:
                return provider.predictions[prediction_id]
        raise Broken("a prediction that nobody made")

    def _found_by(self, digest: str) -> Prediction:
        """The call that drew these bytes."""
        generation_id, index, number = digest.split("/")
        for provider in self.providers:
            for each in provider.of(generation_id, int(index)):
                if each.attempt.number == int(number):
                    return each
        raise Broken("an image that nobody drew")


def _told(item: Item) -> str:
    """A state in a trace."""
    why = "" if item.failure is None else f"({item.failure.code})"
    where = f"{item.generation_id}/{item.index}" if item.version == 1 else item.index
    return (
        f"{where} {item.status}{why} v{item.version} call {item.calls} {item.prediction_id or ''}"
    )
