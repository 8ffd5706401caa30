"""`python -m tests.transitions_doc` writes docs/transitions.md from the table of moves.

Where a move leads is not written down here but tried: every rule decides on items and events
of all kinds, and what it made of them is told.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

from shared.domain import events as e
from shared.domain.errors import FailureClass
from shared.domain.generation import Dispatch, Failure, FailureStage, Item, Status
from shared.domain.limits import DEADLINE, LATE_WINDOW, MAX_ATTEMPTS, QUEUE_TIMEOUT
from shared.domain.transitions import TABLE, Move, decide
from tests.builders import NOW, a_generation, an_attempt, an_image, an_item
from tests.draw_builders import ACCEPT, a_score, awaiting, awaiting_image, scored

type Row = tuple[Status, type[e.Event], tuple[Status, ...]]

PATH = Path(__file__).parents[1] / "docs" / "transitions.md"
MEANING: dict[type[e.Event], str] = {
    e.LetGo: "What a held item waited for is there: it may be claimed.",
    e.GivenUp: "What a held item waits for will never be there: it has failed without a call.",
    e.Answered: "The workflow that awaited its end has been told: its generation may be closed.",
    e.Claimed: "A worker takes it: a lease, one attempt spent, the deadline starts with the first.",
    e.Unclaimed: f"Nobody claimed it for {QUEUE_TIMEOUT.seconds // 3600} hours: `queue_timeout`.",
    e.ProviderCalled: "Recorded before the call, so that a crash during it counts as spent.",
    e.Bound: "The provider works on it under an id of its own: the deadline watches, no lease.",
    e.AttemptFailed: "Transient with attempts and time left: a delayed copy. Else it has failed.",
    e.LeaseExpired: "Its worker is gone: the attempt is spent. Not while a prediction is live.",
    e.GivenBack: "Its worker must stop: requeued at once, counted as spent; an upload stays.",
    e.GoodResult: "An image, of whichever attempt. The first one wins; its cost is counted once.",
    e.UploadResumed: "The lease has run out: another worker goes on, under the same object keys.",
    e.ResultLost: "The bytes are nowhere to be had: the attempt is spent.",
    e.StoreFailed: "Transient: left for another worker. Permanent: it has failed.",
    e.Stored: "All objects are in place: the image goes live with its item. Where a score was"
    " asked for, it goes live first, and the item waits for the score.",
    e.Judged: "Its score is there: enough, or nothing left to draw with: delivered. Below what was"
    " asked: on record, and drawn again from another seed. Not yet: waited for.",
    e.LateResult: f"Within {LATE_WINDOW.seconds // 60} minutes of the call: `late`, charged again.",
    e.LateWindowEnded: "Retried or deleted: a late image is no longer wanted.",
    e.CancelRequested: "Stopped; the provider of a live prediction is told afterwards. What has "
    "timed out stays failed, and no late image is taken.",
    e.DeadlinePassed: f"{DEADLINE.seconds // 60} minutes from the first claim, and its provider"
    " was asked: `timeout`, with a late window if it was called.",
    e.DeadLettered: "Its message failed too often and no attempt is live: `dead_letter`.",
}
_HEAD = """# Moves of an item

<!-- written by `python -m tests.transitions_doc`; a test compares -->

One requested image is one item. Nothing changes its status but the rules in
`shared/domain/transitions.py`; each move is one write on the condition that the item is still
the one it was decided on. A pair of state and event that is not in this table changes nothing
and is counted. `uploading` cannot be cancelled: the receipt says that it will arrive.

Where a score is asked for (`accept`), an image is stored and live before it is delivered. Whatever
ends the drawing of a better one completes the item with the best that is stored: that is what
`completed` means in the rows of failures, of time running out and of cancellation.
"""
_DIAGRAM_HEAD = """
## As a diagram

```mermaid
stateDiagram-v2
    [*] --> queued: Accepted
"""


def text() -> str:
    """The whole page."""
    rows = [(status, event, tuple(sorted(_leads_to(status, event)))) for status, event in TABLE]
    head = ["", "| from | event | to | with it |", "|---|---|---|---|"]
    table, drawn = _table(rows), _arrows(rows)
    final = [f"    {end} --> [*]" for end in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)]
    diagram = _DIAGRAM_HEAD.rstrip("\n")
    return _HEAD + "\n".join([*head, *table, diagram, *drawn, *final, "```"]) + "\n"


def _table(rows: list[Row]) -> list[str]:
    """States that an event leads to the same ends share a line."""
    shared: dict[tuple[type[e.Event], tuple[Status, ...]], list[Status]] = {}
    for status, event, ends in rows:
        shared.setdefault((event, ends), []).append(status)
    return [
        f"| {', '.join(states)} | {event.__name__} | {' or '.join(ends)} | {MEANING[event]} |"
        for (event, ends), states in shared.items()
    ]


def _arrows(rows: list[Row]) -> list[str]:
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for status, event, ends in rows:
        for end in ends:
            arrows.setdefault((status, end), []).append(event.__name__)
    return [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]


def _leads_to(status: Status, event: type[e.Event]) -> set[Status]:
    """All that the rule makes of items in this state."""
    late = NOW + DEADLINE
    return {
        decision.after.status
        for item in _items(status)
        for happened in _events(event, item)
        for now in (NOW, late, NOW + QUEUE_TIMEOUT)
        if isinstance(decision := decide(item, happened, now), Move)
    }


def _items(status: Status) -> Iterator[Item]:
    generation = a_generation()
    predictions, attempts = (None, "p1"), (1, MAX_ATTEMPTS)
    for dispatch, prediction, spent in product((None, *Dispatch), predictions, attempts):
        item = an_item(
            generation,
            status=status,
            furthest=status if status in (Status.PROCESSING, Status.GENERATING) else Status.QUEUED,
            dispatch=dispatch,
            prediction_id=prediction,
            calls=1,
            attempts=spent,
            started_at=NOW,
            called_at=NOW,
            image=an_image(generation) if status is Status.UPLOADING else None,
            late_until=NOW + LATE_WINDOW if status is Status.FAILED else None,
            awaited=True,
        )
        yield item
        if not item.ended:
            changes = {"best": awaiting([60])[0].best, "accept": ACCEPT}
            yield item.model_copy(update=changes)
    if status is Status.UPLOADING:
        item, _ = awaiting()
        yield item
        yield scored(item, a_score(60))


def _events(event: type[e.Event], item: Item) -> Iterator[e.Event]:
    attempt, image = an_attempt(item, prediction_id="p1"), an_image(a_generation())
    failure = Failure(
        code="provider_unavailable",
        failure_class=FailureClass.TEMPORARY,
        stage=FailureStage.GENERATING,
        message="The provider is down.",
    )
    made: dict[type[e.Event], list[e.Event]] = {
        e.GivenUp: [e.GivenUp(failure)],
        e.ProviderCalled: [e.ProviderCalled(attempt)],
        e.Bound: [e.Bound(attempt)],
        e.GivenBack: [e.GivenBack(attempt_number=1)],
        e.AttemptFailed: [
            e.AttemptFailed(1, failure, transient=again, retry_after=timedelta(0))
            for again in (True, False)
        ],
        e.GoodResult: [e.GoodResult(attempt, image)],
        e.StoreFailed: [e.StoreFailed(failure, transient=again) for again in (True, False)],
        e.Stored: [e.Stored(image), e.Stored(awaiting_image(1))],
        e.Judged: [e.Judged(price_micro_usd=1, share_micro_usd=None)],
        e.LateResult: [e.LateResult(attempt, image)],
    }
    yield from made[event] if event in made else [event()]


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
