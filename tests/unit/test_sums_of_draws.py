"""What several draws of one image add up to: each is stored and measured once, whatever is kept."""

from collections import Counter

from shared.domain import events as e
from shared.domain.analytics.changes import ItemChange
from shared.domain.analytics.events import events_of
from shared.domain.analytics.tallies import counted
from shared.domain.generation import Item, Status
from tests.builders import NOW, a_generation
from tests.draw_builders import FREE_TO_SPEND, a_score, after_draws, awaiting, moved, scored
from tests.unit.test_transitions import a_failed_attempt


def changed(before: Item | None, after: Item) -> ItemChange:
    generation = a_generation()
    return ItemChange(
        key=f"GEN#{generation.id}/ITEM#00",
        version=after.version,
        at=NOW,
        sequence="1",
        generation_id=generation.id,
        generation=generation,
        before=before,
        after=after,
    )


def sums_of(before: Item, after: Item) -> Counter[str]:
    found = counted(changed(before, after))
    total: Counter[str] = Counter()
    for row, sums in (found.tallies if found else {}).items():
        total += Counter({f"{row.name.partition('#')[0]}.{name}": n for name, n in sums.items()})
    return total


def told(before: Item, after: Item) -> list[str]:
    return [str(event.name) for event in events_of(changed(before, after))]


def test_an_image_is_stored_when_it_goes_live_and_not_again_when_it_is_delivered() -> None:
    item, now = awaiting()
    assert item.image is not None
    pending = item.image.model_copy(update={"status": "pending"})
    uploading = item.model_copy(update={"image": pending})
    good = scored(item, a_score(90))
    done = moved(good, FREE_TO_SPEND, now)

    assert sums_of(uploading, item)["STORED.images"] == 1
    assert sums_of(good, done)["STORED.images"] == 0
    assert sums_of(item, good)["HOUR.measured"] == 1
    assert sums_of(good, done)["HOUR.measured"] == 0
    assert told(uploading, item) == []
    assert told(good, done) == ["generation_completed", "image_stored"]


def test_an_earlier_draw_that_is_delivered_at_last_is_neither_stored_nor_measured_twice() -> None:
    item, now = after_draws([72.0])
    drawing = moved(item, e.Claimed(), now)
    failed = a_failed_attempt(drawing, transient=False)
    done = moved(drawing, failed, now)

    sums = sums_of(drawing, done)

    assert done.status is Status.COMPLETED
    assert (sums["STORED.images"], sums["HOUR.measured"], sums["HOUR.images"]) == (0, 0, 1)
    assert sums["SPEND.micro_usd"] == done.cost_micro_usd


def test_all_draws_of_an_image_are_paid_for_at_its_end() -> None:
    item, now = awaiting([72.0, 61.0])
    good = scored(item, a_score(93))
    done = moved(good, FREE_TO_SPEND, now)

    assert sums_of(good, done)["SPEND.micro_usd"] == 3 * 39_000
