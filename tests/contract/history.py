"""One owner's doings at the level of the services, and what must hold after each of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from shared.domain import events as e
from shared.domain.closing import late_completion
from shared.domain.generation import Brief, Item, Snapshot, Status
from shared.domain.ids import Kind
from shared.domain.images import StoredImage
from shared.domain.limits import DEADLINE
from shared.domain.pricing.catalogue import default_model
from shared.domain.request import Owner, Plan, ProviderName, Substitute
from shared.domain.transitions import Move, decide
from shared.services.cancel_generation import CancelGeneration, StopItems
from shared.services.close_generation import CloseGeneration
from shared.services.delete_generation import DeleteGeneration
from shared.services.erase_images import EraseImages
from shared.services.follow_variants import FollowVariants
from shared.services.moving import advance
from shared.services.retry_generation import RetryGeneration
from shared.services.submit_generation import SubmitGeneration
from tests.builders import ADA, a_brief, a_snapshot, an_allowance, an_attempt, an_id, an_image
from tests.contract.conftest import Stores
from tests.contract.steps import REFUSED
from tests.fakes import FakeClock, FakeImageStore, FakeWorkQueue

QUOTA, CAP = 7, 3
MODEL = default_model(ProviderName.GEMINI, references=1).id
ADA_PAYS = Owner(id=ADA, plan=Plan.PAID)


class History:
    """One owner's doings. `settled` remembers what a deleted generation was charged."""

    def __init__(self, stores: Stores) -> None:
        self.stores, self.clock = stores, FakeClock()
        self.number = 0
        self.alive: list[str] = []
        self.periods: dict[str, str] = {}
        self.settled: dict[str, int] = {}
        self.retried: set[tuple[str, int]] = set()
        self.late_images = 0
        generations = stores.generations
        self.close = CloseGeneration(generations, self.clock)
        stop = StopItems(generations, FakeWorkQueue(), self.clock)
        erase = EraseImages(stores.images, FakeImageStore())
        self.cancel = CancelGeneration(generations, stop, self.close)
        self.erase = DeleteGeneration(
            generations=generations,
            images=stores.images,
            follow_variants=FollowVariants(stores.variants, self.clock),
            stop_items=stop,
            close_generation=self.close,
            erase_images=erase,
            clock=self.clock,
        )
        # Of submitting, a retry uses five things, which this history stands in for.
        desk = cast("SubmitGeneration", self)
        self.offered = (ProviderName.GEMINI,)
        self.retry = RetryGeneration(generations, stores.answers, desk, stop.queue)

    def next(self) -> int:
        self.number += 1
        return self.number

    def still_offered(self, substitutes: Sequence[Substitute]) -> tuple[Substitute, ...]:
        return tuple(substitutes)

    def new_id(self, kind: Kind, _: Any) -> str:
        return an_id(kind, self.next())

    def record(
        self,
        owner: Owner,
        snapshot: Snapshot,
        brief: Brief,
        *,
        idempotency: Any = None,
        moves: Sequence[Move] = (),
    ) -> None:
        self.stores.generations.submit(
            snapshot,
            brief,
            allowance=an_allowance(in_flight=CAP, monthly_images=QUOTA),
            idempotency=idempotency,
            due_at=self.clock(),
            moves=moves,
        )
        self.alive.append(snapshot.generation.id)
        self.periods[snapshot.generation.id] = snapshot.generation.quota_period
        if origin := snapshot.generation.retry_of:
            items = self.stores.generations.get(origin).items
            self.retried |= {(origin, one.index) for one in items if one.failure is not None}

    def submit(self, units: int) -> None:
        snapshot = a_snapshot(self.next(), units=units, created_at=self.clock())
        brief = a_brief(snapshot)
        request = brief.request.model_copy(update={"model": MODEL})
        self.record(ADA_PAYS, snapshot, brief.model_copy(update={"request": request}))

    def image(self, snapshot: Snapshot, item: Item) -> StoredImage:
        return an_image(snapshot.generation, item.index, number=self.next())

    def happen(self, generation_id: str, index: int, what: str) -> None:
        """Something that a worker, a callback or the sweeper does to an item."""
        snapshot = self.stores.generations.get(generation_id)
        item = snapshot.items[index % len(snapshot.items)]
        attempt = an_attempt(item)
        events: dict[str, e.Event] = {
            "claim": e.Claimed(),
            "call": e.ProviderCalled(attempt),
            "refuse": e.AttemptFailed(
                item.calls, REFUSED, transient=False, retry_after=timedelta(0)
            ),
            "lose": e.AttemptFailed(item.calls, REFUSED, transient=True, retry_after=timedelta(0)),
            "draw": e.GoodResult(attempt, self.image(snapshot, item)),
            "time out": e.DeadlinePassed(),
            "bury": e.DeadLettered(),
        }
        if item.image is not None:
            events["store"] = e.Stored(item.image)
        if what in events:
            advance(self.stores.generations, item, events[what], self.clock)

    def come_late(self, generation_id: str, index: int) -> None:
        snapshot = self.stores.generations.get(generation_id)
        item = snapshot.items[index % len(snapshot.items)]
        image = self.image(snapshot, item)
        move = decide(item, e.LateResult(an_attempt(item), image), self.clock())
        if isinstance(move, Move):
            self.stores.images.add(image)
            self.stores.generations.complete_late(late_completion(snapshot, move))
            self.late_images += 1

    def delete(self, generation_id: str) -> None:
        self.close(generation_id=generation_id)
        self.erase(owner=ADA, generation_id=generation_id)
        self.alive.remove(generation_id)
        ledger = self.stores.ledger_of(ADA)
        self.settled[generation_id] = sum(
            units for (name, _), units in ledger.items() if name == generation_id
        )

    def run(self, generation_id: str, index: int) -> None:
        """An item's whole way, and the closing if it was the last."""
        for what in ("claim", "call", "draw", "store"):
            self.happen(generation_id, index, what)
            self.check()
        self.close(generation_id=generation_id)

    def give_up(self, generation_id: str, index: int) -> None:
        """As above, but nobody answered."""
        for what in ("claim", "call"):
            self.happen(generation_id, index, what)
        self.clock.advance(DEADLINE)
        self.happen(generation_id, index, "time out")
        self.check()
        self.close(generation_id=generation_id)

    def check(self) -> None:
        used: defaultdict[str, int] = defaultdict(int)
        ledger: defaultdict[str, int] = defaultdict(int)
        for (generation_id, _), units in self.stores.ledger_of(ADA).items():
            ledger[generation_id] += units
        for generation_id, period in self.periods.items():
            due = self._due(generation_id)
            assert ledger[generation_id] == due, "the ledger adds up to what is held or charged"
            used[period] += due
        for period, units in used.items():
            assert self.stores.owners.images_used(ADA, period) == units
            assert 0 <= units <= QUOTA + self.stores.overdraft_of(ADA, period)
        running = {name for name in self.alive if not self._closed(name)}
        assert set(self.stores.owners.running(ADA)) == running
        assert len(running) <= CAP

    def _check_retried(self, snapshot: Snapshot) -> None:
        """What is drawn again is not taken late as well: it would be paid for twice."""
        for item in snapshot.items:
            retried = (snapshot.generation.id, item.index) in self.retried
            assert not (retried and item.status is Status.COMPLETED)

    def _due(self, generation_id: str) -> int:
        if generation_id in self.settled:
            return self.settled[generation_id]
        snapshot = self.stores.generations.get(generation_id)
        if not snapshot.generation.closed:
            return snapshot.generation.units
        assert snapshot.generation.charged == snapshot.progress.completed
        self._check_retried(snapshot)
        return snapshot.generation.charged

    def _closed(self, generation_id: str) -> bool:
        return self.stores.generations.get(generation_id).generation.closed
