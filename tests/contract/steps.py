"""A generation brought to where a test begins, by the decisions that bring it there."""

from datetime import datetime, timedelta

from shared.domain import events as e
from shared.domain.closing import Closing, LateCompletion, close, late_completion
from shared.domain.errors import FailureClass
from shared.domain.generation import Failure, FailureStage, Generation, Item, Snapshot
from shared.domain.limits import DEADLINE
from shared.domain.transitions import Move, decide
from tests.builders import NOW, a_snapshot, an_attempt, an_image
from tests.contract.conftest import Stores

AFTER_DEADLINE = NOW + DEADLINE
REFUSED = Failure(
    code="content_blocked_output",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.GENERATING,
    message="The provider refused the picture.",
)


def decided(item: Item, event: e.Event, now: datetime = NOW) -> Move:
    move = decide(item, event, now)
    assert isinstance(move, Move), move
    return move


def claim(item: Item, now: datetime = NOW) -> Move:
    return decided(item, e.Claimed(), now)


def called(stores: Stores, item: Item) -> Item:
    """Claimed, and its provider called."""
    claimed = claim(item)
    stores.generations.apply(claimed)
    move = decided(claimed.after, e.ProviderCalled(an_attempt(claimed.after)))
    stores.generations.apply(move)
    return move.after


def uploading(stores: Stores, generation: Generation, item: Item) -> Item:
    item = called(stores, item)
    image = an_image(generation, item.index, number=item.index + 1)
    move = decided(item, e.GoodResult(an_attempt(item), image))
    stores.generations.apply(move)
    return move.after


def completed(stores: Stores, item: Item) -> Item:
    assert item.image is not None
    move = decided(item, e.Stored(item.image))
    stores.generations.apply(move)
    return move.after


def time_out(stores: Stores, item: Item) -> None:
    move = decided(called(stores, item), e.DeadlinePassed(), AFTER_DEADLINE)
    stores.generations.apply(move)


def given_up(stores: Stores, snapshot: Snapshot) -> Snapshot:
    """Submitted, called, timed out, closed."""
    stores.submit(snapshot)
    for item in snapshot.items:
        time_out(stores, item)
    read = stores.generations.get(snapshot.generation.id)
    stores.generations.close(closing_of(read, AFTER_DEADLINE))
    return stores.generations.get(snapshot.generation.id)


def late_of(stores: Stores, snapshot: Snapshot) -> LateCompletion:
    image = an_image(snapshot.generation, number=77)
    stores.images.add(image)
    item = snapshot.items[0]
    late = e.LateResult(an_attempt(item), image)
    move = decided(item, late, AFTER_DEADLINE + timedelta(minutes=1))
    return late_completion(snapshot, move)


def two_done_one_refused(stores: Stores) -> Snapshot:
    snapshot = stores.submit(a_snapshot(items=3))
    for item in snapshot.items[:2]:
        completed(stores, uploading(stores, snapshot.generation, item))
    item = called(stores, snapshot.items[2])
    event = e.AttemptFailed(1, REFUSED, transient=False, retry_after=timedelta(0))
    stores.generations.apply(decided(item, event))
    return stores.generations.get(snapshot.generation.id)


def closing_of(snapshot: Snapshot, now: datetime = NOW) -> Closing:
    closing = close(snapshot, now)
    assert closing is not None
    return closing
