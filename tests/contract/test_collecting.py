"""What the collector asks of the stores, held to both kinds of them."""

from datetime import timedelta

import pytest

from shared.adapters.dynamo.listings import DynamoListings
from shared.adapters.dynamo.table import Table
from shared.adapters.s3_images import S3Images
from shared.domain import events as e
from shared.domain.collecting import ORPHAN_AGE, Listing
from shared.domain.errors import StaleWrite
from shared.domain.images import ImageStatus
from shared.domain.ports import Listings
from tests.aws import IMAGES_BUCKET, Aws
from tests.builders import ADA, NOW, a_generation, a_snapshot, an_image
from tests.contract.conftest import Stores
from tests.contract.steps import decided, given_up, uploading
from tests.fake_memory import Memory
from tests.fakes import FakeListings

DAY = NOW + timedelta(seconds=1) + ORPHAN_AGE


@pytest.fixture(params=["fake", "dynamo"])
def listings(request: pytest.FixtureRequest) -> Listings:
    if request.param == "fake":
        return FakeListings(Memory())
    return DynamoListings(request.getfixturevalue("table"))


def test_an_intent_is_nominated_after_a_day(stores: Stores) -> None:
    image = an_image(a_generation(), created_at=NOW)
    stores.images.add(image)

    assert list(stores.images.due(NOW + ORPHAN_AGE - timedelta(milliseconds=1))) == []
    assert list(stores.images.due(NOW + ORPHAN_AGE)) == [image.id]


def test_the_intent_of_an_item_is_nominated_until_it_is_live(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = uploading(stores, snapshot.generation, snapshot.items[0])
    assert item.image is not None
    assert list(stores.images.due(DAY)) == [item.image.id]

    stores.generations.apply(decided(item, e.Stored(item.image)))

    assert list(stores.images.due(DAY)) == []
    assert list(stores.generations.due(DAY)) == [snapshot.generation.id], "two kinds of work"


def test_what_is_marked_is_nominated_when_it_is_due_again(stores: Stores) -> None:
    image = an_image(a_generation(), created_at=NOW)
    stores.images.add(image)

    stores.images.mark_deleting(image, again_at=DAY + timedelta(hours=1))

    assert list(stores.images.due(DAY)) == []
    assert list(stores.images.due(DAY + timedelta(hours=1))) == [image.id]
    stores.images.remove(image)
    assert list(stores.images.due(DAY + timedelta(hours=1))) == []


def test_a_live_image_whose_deletion_was_broken_off_is_nominated(stores: Stores) -> None:
    snapshot = stores.submit(a_snapshot(items=1))
    item = uploading(stores, snapshot.generation, snapshot.items[0])
    assert item.image is not None
    stores.generations.apply(decided(item, e.Stored(item.image)))
    live = stores.images.get(ADA, item.image.id)

    stores.images.mark_deleting(live)

    assert list(stores.images.due(DAY)) == [live.id]


def test_records_are_told_whatever_their_status(stores: Stores) -> None:
    pending, marked = (an_image(a_generation(), number=number) for number in (1, 2))
    for image in (pending, marked):
        stores.images.add(image)
    stores.images.mark_deleting(marked)

    found = {one.id: one.status for one in stores.images.stored([pending.id, marked.id, "img_x"])}

    assert found == {pending.id: ImageStatus.PENDING, marked.id: ImageStatus.DELETING}


def test_a_walk_is_remembered_and_two_do_not_mix(listings: Listings) -> None:
    assert listings.current() is None
    begun = Listing(started_at=NOW, after="0a1b/x")
    listings.save(begun)
    assert listings.current() == begun

    over = begun.model_copy(update={"after": None, "version": 2})
    listings.save(over)
    assert listings.current() == over
    with pytest.raises(StaleWrite) as lost:
        listings.save(over)
    assert lost.value.winner == over


def test_a_bucket_is_listed_in_the_order_of_its_keys(aws: Aws) -> None:
    store = S3Images(aws.s3, IMAGES_BUCKET)
    for name in ("b", "a", "c"):
        store.put(f"0a1b/{name}", b"12345", "image/png")

    page = store.page("0a1b/a")

    assert [one.key for one in page.objects] == ["0a1b/b", "0a1b/c"]
    assert page.objects[0].size_bytes == 5
    assert page.objects[0].stored_at.tzinfo is not None
    assert not page.more
    assert store.page("0a1b/c").objects == ()


def test_a_long_bucket_tells_that_there_is_more(aws: Aws, table: Table) -> None:
    for number in range(1001):
        aws.s3.put_object(Bucket=IMAGES_BUCKET, Key=f"{number:04}", Body=b"")

    page = S3Images(aws.s3, IMAGES_BUCKET).page("")

    assert (len(page.objects), page.more) == (1000, True)


def test_a_closed_generation_is_found_by_the_time_of_its_closing(stores: Stores) -> None:
    closed = given_up(stores, a_snapshot(items=1)).generation
    assert closed.closed_at is not None

    before = closed.closed_at - timedelta(milliseconds=1)
    assert list(stores.generations.closed_before(before)) == []
    assert list(stores.generations.closed_before(closed.closed_at)) == [closed.id]
    assert list(stores.generations.due(DAY)) == [], "nothing is due of it any more"


def test_the_marker_of_a_closed_generation_is_not_moved_by_a_sweeper_that_is_behind(
    stores: Stores,
) -> None:
    closed = given_up(stores, a_snapshot(items=1)).generation

    stores.generations.mark_due(closed.id, DAY + timedelta(days=1))

    assert list(stores.generations.due(DAY + timedelta(days=1))) == []
    assert list(stores.generations.closed_before(DAY)) == [closed.id]


def test_a_closed_generation_that_is_kept_on_counts_as_closed_then(stores: Stores) -> None:
    closed = given_up(stores, a_snapshot(items=1)).generation
    still_open = stores.submit(a_snapshot(2, items=1)).generation
    later = DAY + timedelta(days=1)

    for generation in (closed, still_open):
        stores.generations.keep_on(generation.id, later)

    assert list(stores.generations.closed_before(DAY)) == []
    assert list(stores.generations.closed_before(later)) == [closed.id]


def test_a_deleted_generation_is_nowhere_any_more(stores: Stores) -> None:
    closed = given_up(stores, a_snapshot(items=1))

    stores.generations.delete(closed)

    assert list(stores.generations.closed_before(DAY)) == []


def test_an_open_generation_is_not_among_the_closed_ones(stores: Stores) -> None:
    stores.submit(a_snapshot(items=1))

    assert list(stores.generations.closed_before(DAY)) == []


def test_of_some_ids_those_are_told_that_there_are(stores: Stores) -> None:
    name = stores.submit(a_snapshot(items=1)).generation.id

    assert stores.generations.existing([name, "gen_gone", name]) == {name}
    assert stores.generations.existing([]) == frozenset()
