"""The collector: what nobody owns goes, what anybody may still need stays."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.domain.collecting import ORPHAN_AGE, TOMBSTONE, UPLOAD_AGE, Collected
from shared.domain.errors import StaleWrite, Unavailable
from shared.domain.ids import Kind
from shared.domain.image_keys import image_of_key, input_keys
from shared.domain.images import ImageStatus, StoredImage
from shared.services.collect import Collect
from shared.services.collect_orphans import CollectOrphans
from shared.services.collect_strays import CollectStrays, CollectUploads
from shared.services.forget_generations import ForgetGenerations
from shared.services.forget_variants import ForgetVariants
from tests.builders import NOW, a_generation, an_id, an_image
from tests.fake_memory import Memory
from tests.fake_outside import FakeClock, FakeImages, FakeImageStore, FakeListings
from tests.unit.desk import Desk

HOUR = timedelta(hours=1)


class Cellar:
    """The collector's view: records, pictures, uploads, and a clock."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self.memory = Memory()
        self.clock = FakeClock()
        self.images = FakeImages(self.memory)
        self.pictures, self.uploads = FakeImageStore(), FakeImageStore()
        desk = Desk(memory=self.memory, clock=self.clock)
        self.collect = Collect(
            forget=ForgetGenerations(
                generations=desk.generations,
                show_kit=desk.show_kit,
                delete_generation=desk.delete_generation,
                forget_image=desk.forget_image,
                clock=desk.clock,
                count=desk.counted,
                kept=None,
            ),
            forget_variants=ForgetVariants(
                desk.variants, desk.delete_variant, self.clock, desk.counted, None
            ),
            orphans=CollectOrphans(self.images, self.pictures, self.clock),
            uploads=CollectUploads(self.uploads, self.uploads, self.clock),
            strays=CollectStrays(
                desk.generations,
                self.images,
                self.pictures,
                self.pictures,
                FakeListings(self.memory),
                self.clock,
            ),
            dry_run=dry_run,
        )

    def begin(self, number: int = 1) -> StoredImage:
        """An intent with objects, and nobody who finishes it."""
        image = an_image(a_generation(), number=number, created_at=self.clock())
        self.images.add(image)
        self.put(image)
        return image

    def put(self, image: StoredImage) -> None:
        for key in image.all_keys():
            self.pictures.put(key, b"pixels", "image/png")
            self.pictures.stored_at.setdefault(key, self.clock())

    def finish(self, image: StoredImage) -> None:
        self.memory.images[image.id] = image.model_copy(update={"status": ImageStatus.LIVE})

    def status(self, image: StoredImage) -> ImageStatus | None:
        stored = self.memory.images.get(image.id)
        return None if stored is None else stored.status


def test_an_intent_is_an_orphan_after_a_day_and_not_before() -> None:
    cellar = Cellar()
    orphan = cellar.begin()

    cellar.clock.advance(ORPHAN_AGE - timedelta(milliseconds=1))
    assert cellar.collect().objects == 0
    cellar.clock.advance(timedelta(milliseconds=1))
    report = cellar.collect()

    assert (report.orphans, report.objects) == (1, 4)
    assert report.bytes == orphan.content.size_bytes
    assert cellar.pictures.objects == {}
    assert cellar.status(orphan) is ImageStatus.DELETING


def test_a_tombstone_stays_an_hour_and_takes_what_came_after_it_along() -> None:
    cellar = Cellar()
    orphan = cellar.begin()
    cellar.clock.advance(ORPHAN_AGE)
    cellar.collect()
    cellar.put(orphan)  # a writer that outlived its intent

    cellar.clock.advance(TOMBSTONE - timedelta(milliseconds=1))
    assert cellar.collect().tombstones == 0
    assert cellar.status(orphan) is ImageStatus.DELETING
    cellar.clock.advance(timedelta(milliseconds=1))
    report = cellar.collect()

    assert (report.orphans, report.tombstones) == (0, 1)
    assert cellar.pictures.objects == {}
    assert cellar.memory.images == {}


def test_what_went_live_is_never_collected() -> None:
    cellar = Cellar()
    kept = cellar.begin()
    cellar.finish(kept)

    cellar.clock.advance(timedelta(days=400))
    report = cellar.collect()

    assert report.objects == 0
    assert len(cellar.pictures.objects) == 4


def test_an_image_that_goes_live_at_that_very_moment_wins() -> None:
    cellar = Cellar()
    image = cellar.begin()
    cellar.clock.advance(ORPHAN_AGE)
    truly_stored = cellar.images.stored

    def then_completed(image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        found = truly_stored(image_ids)
        cellar.finish(image)
        return found

    cellar.images.stored = then_completed  # type: ignore[method-assign]  # a race, made certain

    assert cellar.collect().orphans == 0
    assert len(cellar.pictures.objects) == 4
    assert cellar.status(image) is ImageStatus.LIVE


def test_what_is_marked_can_no_longer_go_live() -> None:
    cellar = Cellar()
    orphan = cellar.begin()
    cellar.clock.advance(ORPHAN_AGE)
    cellar.collect()

    with pytest.raises(StaleWrite):
        cellar.memory.check_image(orphan.model_copy(update={"status": ImageStatus.LIVE}))


def test_a_deletion_that_a_crash_left_half_done_is_finished() -> None:
    cellar = Cellar()
    image = cellar.begin()
    cellar.finish(image)
    cellar.images.mark_deleting(image.model_copy(update={"status": ImageStatus.LIVE}))

    cellar.clock.advance(ORPHAN_AGE)
    report = cellar.collect()

    assert (report.orphans, report.tombstones) == (0, 1)
    assert (cellar.pictures.objects, cellar.memory.images) == ({}, {})


def test_objects_that_cannot_be_deleted_now_are_deleted_later() -> None:
    cellar = Cellar()
    cellar.begin()
    cellar.clock.advance(ORPHAN_AGE)
    truly_delete = cellar.pictures.delete

    def busy(keys: Sequence[str]) -> None:
        raise Unavailable("Some objects could not be deleted.")

    cellar.pictures.delete = busy  # type: ignore[method-assign]
    report = cellar.collect()
    assert (report.failed, report.objects) == (1, 0)

    cellar.pictures.delete = truly_delete  # type: ignore[method-assign]
    cellar.clock.advance(TOMBSTONE)
    assert cellar.collect().tombstones == 1
    assert cellar.pictures.objects == {}


@pytest.mark.parametrize("of_deployment", [True, False])
def test_a_dry_run_tells_and_touches_nothing(of_deployment: bool) -> None:
    cellar = Cellar(dry_run=of_deployment)
    orphan = cellar.begin()
    stray = an_image(a_generation(), number=2)
    cellar.put(stray)
    cellar.uploads.put("0a1b/uploads/upl_1", b"photo", "image/png")
    cellar.clock.advance(ORPHAN_AGE)
    before = (dict(cellar.memory.images), dict(cellar.pictures.objects))

    report = cellar.collect(dry_run=not of_deployment)

    assert report.dry_run
    assert (report.orphans, report.strays, report.uploads) == (1, 4, 1)
    assert (cellar.memory.images, cellar.pictures.objects) == before
    assert cellar.uploads.objects
    assert cellar.memory.listing is None
    assert cellar.status(orphan) is ImageStatus.PENDING


def test_the_report_names_no_owner_and_no_key() -> None:
    cellar = Cellar()
    for number in range(1, 9):
        cellar.begin(number)
    cellar.clock.advance(ORPHAN_AGE)

    text = cellar.collect().model_dump_json()

    assert "/" not in text
    assert len(Collected.model_validate_json(text).key_hashes) == 20


def test_an_object_without_a_record_is_a_stray_once_it_is_a_day_old() -> None:
    cellar = Cellar()
    known, stray = cellar.begin(1), an_image(a_generation(), number=2)
    cellar.finish(known)
    cellar.put(stray)

    assert cellar.collect().strays == 0
    cellar.clock.advance(timedelta(days=8))
    assert cellar.collect().strays == 4

    assert sorted(cellar.pictures.objects) == sorted(known.all_keys())


def test_strays_that_cannot_be_deleted_now_do_not_cost_the_report() -> None:
    cellar = Cellar()
    cellar.put(an_image(a_generation(), number=2))
    cellar.clock.advance(ORPHAN_AGE)

    def busy(keys: Sequence[str]) -> None:
        raise Unavailable("Some objects could not be deleted.")

    cellar.pictures.delete = busy  # type: ignore[method-assign]  # as S3 may be

    report = cellar.collect()

    assert (report.strays, report.failed) == (0, 4)


def test_what_does_not_look_like_a_picture_of_ours_is_left_alone() -> None:
    cellar = Cellar()
    for key in ("0a1b/renders/gen_1/00.png", "dead-letters/malformed/2026-03-14/q/1.json"):
        cellar.pictures.put(key, b"?", "text/plain")

    assert cellar.collect().strays == 0
    assert len(cellar.pictures.objects) == 2


def test_an_input_picture_lives_as_long_as_its_generation() -> None:
    cellar = Cellar()
    alive, gone = (a_generation(number) for number in (1, 2))
    cellar.memory.generations[alive.id] = alive
    for generation in (alive, gone):
        for key in input_keys(generation.model_copy(update={"inputs": 1})):
            cellar.pictures.put(key, b"pixels", "image/png")

    assert cellar.collect().strays == 2

    assert all(alive.id in key for key in cellar.pictures.objects)
    assert len(cellar.pictures.objects) == 2


def test_a_long_walk_goes_on_where_it_stopped_and_begins_anew_after_a_week() -> None:
    cellar = Cellar()
    cellar.pictures.page_size = 1
    strays = [an_image(a_generation(), number=number) for number in range(1, 5)]
    for image in strays:
        cellar.pictures.put(image.key, b"pixels", "image/png")
        for rendition in image.all_keys()[1:]:
            cellar.pictures.put(rendition, b"pixels", "image/webp")

    assert cellar.collect().strays == 10
    assert cellar.collect().strays == 6
    assert cellar.memory.listing is not None
    assert cellar.memory.listing.after is None
    cellar.put(strays[0])
    cellar.pictures.stored_at.clear()
    assert cellar.collect().strays == 0, "this week's walk is over"
    cellar.clock.advance(timedelta(days=7))
    assert cellar.collect().strays == 4


def test_a_walk_that_another_run_has_done_is_not_counted_twice() -> None:
    cellar = Cellar()
    cellar.collect()
    walked = cellar.memory.listing
    assert walked is not None

    with pytest.raises(StaleWrite):
        FakeListings(cellar.memory).save(walked)


def test_an_upload_dies_when_no_work_can_need_it_any_more() -> None:
    cellar = Cellar()
    cellar.uploads.put("0a1b/uploads/upl_1", b"photo", "image/png")
    cellar.uploads.stored_at["0a1b/uploads/upl_1"] = NOW

    cellar.clock.advance(UPLOAD_AGE - HOUR)
    assert cellar.collect().uploads == 0
    cellar.clock.advance(HOUR)
    assert cellar.collect().uploads == 1

    assert cellar.uploads.objects == {}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"{an_id(Kind.IMAGE, 7)}.png", True),
        (f"{an_id(Kind.IMAGE, 7)}.thumb_256.webp", True),
        ("00.png", False),
        ("start_frame_20260314_x1.png", False),
        (f"{an_id(Kind.UPLOAD, 7)}", False),
    ],
)
def test_the_picture_of_an_object_is_told_by_its_name(name: str, found: bool) -> None:
    assert image_of_key(f"0a1b/renders/gen_1/{name}") == (an_id(Kind.IMAGE, 7) if found else None)
