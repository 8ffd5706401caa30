"""Owner lists: newest first, filtered, a page at a time, with cursors that fit one list."""

from collections import Counter
from datetime import timedelta

import pytest

from shared.adapters.dynamo import listing
from shared.adapters.dynamo.table import Table
from shared.domain.cursors import Cursor, binding_of
from shared.domain.errors import InvalidCursor
from shared.domain.generation import Generation, Status
from shared.domain.ids import Kind
from shared.domain.images import ImageStatus
from shared.domain.page import PageRequest
from shared.domain.request import Mode
from tests.builders import (
    ADA,
    GRACE,
    NOW,
    a_character,
    a_generation,
    a_snapshot,
    a_source,
    an_id,
    an_image,
)
from tests.contract.conftest import Stores, dynamo_stores


def test_the_newest_comes_first(stores: Stores) -> None:
    submit(stores, 1, 2, 3)

    assert numbers(stores) == [3, 2, 1]


def test_records_of_one_millisecond_are_ordered_by_id(stores: Stores) -> None:
    for number in (2, 1, 3):
        stores.submit(a_snapshot(number, items=1), cap=99)

    assert numbers(stores) == [3, 2, 1]


def test_nobody_sees_what_another_owns(stores: Stores) -> None:
    submit(stores, 1)
    stores.submit(a_snapshot(2, items=1, owner=GRACE))

    assert numbers(stores) == [1]
    assert numbers(stores, owner=GRACE) == [2]


def test_pages_follow_each_other_without_gap_or_repetition(stores: Stores) -> None:
    submit(stores, *range(1, 8))
    pages: list[list[int]] = []
    cursor = None
    while not pages or cursor is not None:
        page = stores.generations.list_owned(ADA, PageRequest(limit=3, cursor=cursor))
        pages.append([number_of(one) for one in page.data])
        cursor = page.next_cursor

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


def test_a_full_last_page_has_no_cursor(stores: Stores) -> None:
    submit(stores, 1, 2, 3)

    assert stores.generations.list_owned(ADA, PageRequest(limit=3)).next_cursor is None


def test_a_new_record_does_not_shift_the_next_page(stores: Stores) -> None:
    submit(stores, 1, 2, 3)
    first = stores.generations.list_owned(ADA, PageRequest(limit=2))
    submit(stores, 4)

    second = stores.generations.list_owned(ADA, PageRequest(cursor=first.next_cursor))

    assert [number_of(one) for one in second.data] == [1]


def test_a_deleted_record_does_not_break_the_cursor_that_names_it(stores: Stores) -> None:
    for number in (1, 2, 3):
        stores.characters.add(a_character(number, created_at=NOW + timedelta(seconds=number)), None)
    first = stores.characters.list_owned(ADA, PageRequest(limit=2))
    stores.characters.delete(first.data[-1])

    second = stores.characters.list_owned(ADA, PageRequest(cursor=first.next_cursor))

    assert [one.id for one in second.data] == [an_id(Kind.CHARACTER, 1)]


def test_filters_hold_together(stores: Stores) -> None:
    other = an_id(Kind.CHARACTER, 2)
    submit(stores, 1)
    submit(stores, 2, character_id=other)
    submit(stores, 3, mode=Mode.IMAGINE, character_id=None)
    submit(stores, 4, mode=Mode.IMAGINE, character_id=other)

    assert numbers(stores, mode="imagine") == [4, 3]
    assert numbers(stores, character_id=other) == [4, 2]
    assert numbers(stores, mode="imagine", character_id=other) == [4]


def test_an_open_generation_is_listed_under_every_stage_and_under_no_end(stores: Stores) -> None:
    submit(stores, 1, 2)
    done = a_generation(1, created_at=NOW + timedelta(seconds=1), units=1)
    stores.generations.save(
        done.model_copy(update={"version": 2, "status": Status.COMPLETED, "closed_at": NOW})
    )

    assert numbers(stores, statuses=["queued"]) == [2]
    assert numbers(stores, statuses=["generating"]) == [2]
    assert numbers(stores, statuses=["completed"]) == [1]
    assert numbers(stores, statuses=["failed"]) == []
    assert numbers(stores, statuses=["uploading", "completed"]) == [2, 1]


def test_a_filtered_page_is_filled_though_matches_are_rare(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FILTERED_PAGE", 3)
    submit(stores, 1, 2, mode=Mode.IMAGINE)
    submit(stores, *range(3, 12))

    page = stores.generations.list_owned(ADA, PageRequest(limit=1), mode="imagine")
    rest = stores.generations.list_owned(
        ADA, PageRequest(limit=1, cursor=page.next_cursor), mode="imagine"
    )

    assert [number_of(one) for one in (*page.data, *rest.data)] == [2, 1]
    assert rest.next_cursor is None


def test_a_search_that_takes_too_long_goes_on_with_its_cursor(
    table: Table, monkeypatch: pytest.MonkeyPatch, count_calls: Counter[str]
) -> None:
    monkeypatch.setattr(listing, "FILTERED_PAGE", 2)
    monkeypatch.setattr(listing, "MAX_PAGES", 3)
    stores = dynamo_stores(table)
    submit(stores, 1, mode=Mode.IMAGINE)
    submit(stores, *range(2, 9))

    short = stores.generations.list_owned(ADA, PageRequest(), mode="imagine")
    assert count_calls["dynamodb.Query"] == 3
    rest = stores.generations.list_owned(ADA, PageRequest(cursor=short.next_cursor), mode="imagine")

    assert short.data == ()
    assert [number_of(one) for one in rest.data] == [1]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "none",
        "e30",
        "é",
        "x" * 5000,
        "eyJhZnRlciI6IjIwMjYifQ",
        "eyJhZnRlciI6ICJnZW5lcmF0aW9ucyIsICJiaW5kaW5nIjogIjAwMDAwMDAwMDAwMDAwMDAifQ",
    ],
    ids=["empty", "a word", "no fields", "not ascii", "huge", "half", "unbound"],
)
def test_a_forged_cursor_is_refused(stores: Stores, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        stores.generations.list_owned(ADA, PageRequest(cursor=cursor))


def test_a_cursor_fits_its_owner_its_list_and_its_filters_only(stores: Stores) -> None:
    submit(stores, 1, 2)
    cursor = stores.generations.list_owned(ADA, PageRequest(limit=1)).next_cursor
    assert cursor is not None
    page = PageRequest(cursor=cursor)

    with pytest.raises(InvalidCursor):
        stores.generations.list_owned(GRACE, page)
    with pytest.raises(InvalidCursor):
        stores.generations.list_owned(ADA, page, mode="imagine")
    with pytest.raises(InvalidCursor):
        stores.characters.list_owned(ADA, page)
    with pytest.raises(InvalidCursor):
        stores.generations.list_owned(ADA, PageRequest(cursor=cursor[:-4]))


@pytest.mark.parametrize("after", ["", "2026#img_1", "x" * 24 + "#" + an_id(Kind.GENERATION, 1)])
def test_a_well_bound_cursor_still_has_to_name_a_place_of_its_list(
    table: Table, after: str
) -> None:
    binding = binding_of(ADA, "generations", (), {})

    with pytest.raises(InvalidCursor):
        dynamo_stores(table).generations.list_owned(
            ADA, PageRequest(cursor=str(Cursor(after=after, binding=binding)))
        )


def test_live_images_are_listed_by_character_and_generation(stores: Stores) -> None:
    theirs, words = a_generation(1), a_generation(2, character_id=None)
    for number, generation in enumerate((theirs, theirs, words), start=1):
        intent = an_image(generation, number=number)
        stores.images.add(intent)
    live = go_live(stores)

    def ids(**filters: str | None) -> list[str]:
        return [one.id for one in stores.images.list_owned(ADA, PageRequest(), **filters).data]

    assert ids() == [live]
    assert ids(character_id=theirs.character_id) == [live]
    assert ids(generation_id=theirs.id) == [live]
    assert ids(generation_id=words.id) == []


def go_live(stores: Stores) -> str:
    """Makes image 4 the live source of a character; the intents stay what they are."""
    character = a_character(1)
    stores.characters.add(character, None)
    image = an_image(a_generation(1), number=4)
    stores.images.add(image)
    live = image.model_copy(update={"status": ImageStatus.LIVE})
    source = a_source(character, image=live)
    changed = character.model_copy(update={"version": 2, "source": source})
    stores.characters.replace_source(changed, source, consumed=None, idempotency=None)
    return live.id


def submit(stores: Stores, *numbers: int, **changes: object) -> None:
    for number in numbers:
        created_at = NOW + timedelta(seconds=number)
        snapshot = a_snapshot(number, items=1, created_at=created_at, **changes)
        stores.submit(snapshot, cap=999, quota=999)


def numbers(stores: Stores, *, owner: str = ADA, **filters: object) -> list[int]:
    page = stores.generations.list_owned(owner, PageRequest(limit=100), **filters)  # type: ignore[arg-type]
    return [number_of(one) for one in page.data]


def number_of(generation: Generation) -> int:
    return int(generation.id.removeprefix("gen_"))
