"""Pictures of a character: looked at once, told in the character's terms, never guessed."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest

from shared.domain.analysis import ImageToAnalyse, KitToAnalyse, SourceToAnalyse
from shared.domain.analytics.analyses import analyses_of
from shared.domain.analytics.changes import ImageChange, KitChange, SourceChange
from shared.domain.analytics.events import events_of
from shared.domain.character import Character, SourceImage, check_usable
from shared.domain.errors import NotFound, StaleWrite
from shared.domain.faces import FaceReading
from shared.domain.generation import Progress, Snapshot, Status
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import Similarity, summary_of
from shared.domain.limits import SCORES_WITHIN
from shared.domain.page import PageRequest
from shared.domain.quality import CheckStatus
from shared.domain.reference_kit import ReferenceKit
from shared.services.analyse_image import AnalyseImage, RecordScore
from shared.services.analyse_kit import AnalyseKit
from shared.services.analyse_source import AnalyseSource
from shared.services.give_up_analysis import GiveUpAnalysis
from shared.services.list_generations import ListGenerations
from tests.builders import (
    ADA,
    GRACE,
    NOW,
    a_character,
    a_snapshot,
    a_source,
    a_variant,
    a_variant_image,
    an_image,
)
from tests.face_builders import a_face, a_reading, a_reading_without_a_face
from tests.fake_analyzer import FakeAnalyzer
from tests.fake_memory import Memory
from tests.fake_outside import FakeClock, FakeCounter, FakeImages, FakeImageStore, FakeWorkQueue
from tests.fake_reference_kits import FakeReferenceKits
from tests.fakes import FakeCharacters, FakeGenerations
from tests.kit_builders import a_kit, a_kit_snapshot, ended


@dataclass
class Studio:
    """Mira with a source image, and one generated picture of her that waits to be looked at."""

    memory: Memory = field(default_factory=Memory)
    store: FakeImageStore = field(default_factory=FakeImageStore)
    analyzer: FakeAnalyzer = field(default_factory=FakeAnalyzer)
    count: FakeCounter = field(default_factory=FakeCounter)
    queue: FakeWorkQueue = field(default_factory=FakeWorkQueue)
    character: Character = field(default_factory=a_character)

    @cached_property
    def characters(self) -> FakeCharacters:
        return FakeCharacters(self.memory)

    @cached_property
    def generations(self) -> FakeGenerations:
        return FakeGenerations(self.memory)

    @cached_property
    def images(self) -> FakeImages:
        return FakeImages(self.memory)

    @property
    def analyse_source(self) -> AnalyseSource:
        return AnalyseSource(self.characters, self.store, self.analyzer)

    @property
    def analyse_image(self) -> AnalyseImage:
        return AnalyseImage(
            record_score=self.record_score,
            characters=self.characters,
            store=self.store,
            analyzer=self.analyzer,
            analyse_source=self.analyse_source,
            analyse_kit=self.analyse_kit,
        )

    @property
    def kits(self) -> FakeReferenceKits:
        return FakeReferenceKits(self.memory)

    @property
    def analyse_kit(self) -> AnalyseKit:
        return AnalyseKit(self.kits, self.store, self.analyzer)

    @property
    def give_up(self) -> GiveUpAnalysis:
        return GiveUpAnalysis(self.characters, self.record_score, self.kits, self.count)

    @property
    def record_score(self) -> RecordScore:
        return RecordScore(self.images, self.generations, self.queue)

    def with_kit(self) -> tuple[ReferenceKit, StoredImage]:
        """And one picture that was drawn for its profile slot."""
        snapshot = ended(a_kit_snapshot(), *[Status.COMPLETED] * 3)
        kit = a_kit(snapshot)
        drawn = snapshot.items[1].image
        assert drawn is not None
        waiting = {"status": ImageStatus.LIVE, "similarity": Similarity.pending()}
        image = drawn.model_copy(update=waiting | {"kit_id": kit.id, "slot": "profile"})
        item = snapshot.items[1].model_copy(update={"image": image})
        self.memory.generations[snapshot.generation.id] = snapshot.generation
        self.memory.items[snapshot.generation.id] = {0: snapshot.items[0], 1: item}
        self.memory.images[image.id] = image
        self.memory.kits[kit.id] = kit
        self.store.put(kit.source.image.key, b"the photo", "image/png")
        self.store.put(image.key, b"a profile", "image/png")
        return kit, image

    def with_source(self, version: int = 1) -> "Studio":
        source = a_source(self.character, version)
        now = self.memory.characters.get(self.character.id, self.character)
        changes = {"source": source, "version": now.version + 1}
        self.memory.characters[self.character.id] = now.model_copy(update=changes)
        self.memory.sources.setdefault(self.character.id, {})[version] = source
        self.store.put(source.image.key, b"the source", "image/png")
        return self

    def with_picture(self) -> StoredImage:
        snapshot = a_snapshot(items=1, character_id=self.character.id)
        image = an_image(
            snapshot.generation, status=ImageStatus.LIVE, similarity=Similarity.pending()
        )
        item = snapshot.items[0].model_copy(update={"status": Status.COMPLETED, "image": image})
        self.memory.generations[snapshot.generation.id] = snapshot.generation
        self.memory.items[snapshot.generation.id] = {0: item}
        self.memory.images[image.id] = image
        self.store.put(image.key, b"a picture", "image/png")
        return image

    def source(self, version: int = 1) -> SourceImage:
        found = self.characters.source(self.character.id, version)
        assert found is not None
        return found

    def similarity(self, image: StoredImage) -> Similarity:
        """As its own record tells it, and the item that shows it."""
        own = self.images.get(ADA, image.id).similarity
        assert image.generation_id is not None
        shown = self.generations.get(image.generation_id).items[0].image
        assert shown is not None
        assert own is not None
        assert own == shown.similarity
        return own


def looked_at(studio: Studio, version: int = 1) -> SourceImage:
    return studio.analyse_source(owner=ADA, character_id=studio.character.id, version=version)


def test_a_source_that_was_looked_at_is_shown_by_its_character() -> None:
    studio = Studio().with_source()

    looked_at(studio)

    source = studio.source()
    assert (source.qa.status, source.embedding.status) == (CheckStatus.PASSED,) * 2
    assert source.reference is not None
    assert source.reference.vector == (0.125,) * 128
    assert studio.characters.get(ADA, studio.character.id).source == source


def test_a_source_is_looked_at_once() -> None:
    studio = Studio().with_source()

    looked_at(studio)
    looked_at(studio)

    assert studio.analyzer.read_bytes == [b"the source"]


def test_an_old_source_is_looked_at_without_touching_the_new_one() -> None:
    studio = Studio().with_source(1).with_source(2)
    character = studio.characters.get(ADA, studio.character.id)

    looked_at(studio, version=1)

    assert not studio.source(1).awaits_analysis
    assert studio.characters.get(ADA, studio.character.id) == character


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (a_reading_without_a_face(), "no_face"),
        (a_reading(a_face(confidence=1.6)), "multiple_faces"),
    ],
)
def test_a_source_without_one_face_has_failed_and_says_why(
    reading: FaceReading, reason: str
) -> None:
    studio = Studio(analyzer=FakeAnalyzer(readings=deque([reading]))).with_source()

    source = looked_at(studio)

    assert (source.qa.status, source.embedding.status) == (CheckStatus.FAILED,) * 2
    assert source.embedding.reason == reason
    assert source.reference is None


def test_a_change_of_the_character_meanwhile_is_not_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = Studio().with_source()
    record = studio.characters.record_analysis
    tries: list[SourceImage] = []

    def renamed_first(source: SourceImage, character: Character | None) -> None:
        if not tries:
            now = studio.characters.get(ADA, studio.character.id)
            renamed = now.model_copy(update={"name": "Mirabel", "version": now.version + 1})
            studio.characters.save(renamed)
        tries.append(source)
        record(source, character)

    monkeypatch.setattr(studio.characters, "record_analysis", renamed_first)
    looked_at(studio)

    now = studio.characters.get(ADA, studio.character.id)
    assert (now.name, now.source) == ("Mirabel", studio.source())
    assert len(tries) == 2


def test_who_is_always_too_late_gives_the_message_back() -> None:
    studio = Studio().with_source()

    def lost(source: SourceImage, character: Character | None) -> None:
        raise StaleWrite("too late")

    studio.characters.record_analysis = lost  # type: ignore[method-assign]  # for this test
    with pytest.raises(StaleWrite):
        looked_at(studio)


def test_anothers_source_is_not_found() -> None:
    studio = Studio().with_source()

    with pytest.raises(NotFound):
        studio.analyse_source(owner=GRACE, character_id=studio.character.id, version=1)


def test_a_picture_is_compared_with_the_source_it_has() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()

    studio.analyse_image(owner=ADA, image_id=image.id)

    found = studio.similarity(image)
    assert (found.score, found.verdict, found.source_version) == (91.2, "consistent", 1)
    assert (found.provider, found.model_version) == ("dlib", "resnet-v1")
    assert not studio.source().awaits_analysis, "it was looked at on the way"
    qa = studio.images.get(ADA, image.id).qa
    assert qa is not None
    assert qa.status is CheckStatus.PASSED


def test_a_variant_that_copies_its_source_warns_and_a_scene_may_show_it() -> None:
    studio = Studio().with_source()
    scene = studio.with_picture()
    variant = a_variant_image(a_variant(), similarity=Similarity.pending())
    studio.memory.images[variant.id] = variant
    studio.store.put(variant.key, b"a copy", "image/png")

    for one in (scene, variant):
        studio.analyse_image(owner=ADA, image_id=one.id)

    assert studio.source().phash == a_reading().phash
    shown, copied = (studio.images.get(ADA, one.id).qa for one in (scene, variant))
    assert shown is not None
    assert shown.status is CheckStatus.PASSED
    assert copied is not None
    (warned,) = (one for one in copied.checks if one.outcome is CheckStatus.WARNED)
    assert warned.name == "near_duplicate"


def test_a_picture_is_looked_at_once() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()
    studio.analyse_image(owner=ADA, image_id=image.id)
    before = studio.generations.get(image.generation_id or "").sequence

    studio.analyse_image(owner=ADA, image_id=image.id)

    assert studio.analyzer.read_bytes.count(b"a picture") == 1
    assert studio.generations.get(image.generation_id or "").sequence == before


def no_source(studio: Studio) -> None:
    studio.memory.characters[studio.character.id] = studio.character


def gone(studio: Studio) -> None:
    studio.memory.characters.clear()


def without_face(studio: Studio) -> None:
    studio.with_source()
    studio.analyzer.readings.extend([a_reading(), a_reading_without_a_face()])


def nobody_in_it(studio: Studio) -> None:
    studio.with_source()
    studio.analyzer.readings.append(a_reading_without_a_face())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (no_source, "no_source"),
        (gone, "character_deleted"),
        (without_face, "source_without_face"),
        (nobody_in_it, "no_face"),
    ],
)
def test_what_cannot_be_measured_is_not_guessed(
    given: Callable[[Studio], None], reason: str
) -> None:
    studio = Studio()
    image = studio.with_picture()
    given(studio)

    studio.analyse_image(owner=ADA, image_id=image.id)

    assert studio.similarity(image) == Similarity.not_measured(reason)


def test_a_deleted_picture_is_not_found() -> None:
    with pytest.raises(NotFound):
        Studio().analyse_image(owner=ADA, image_id="img_gone")


def test_what_nobody_could_look_at_is_not_waited_for() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()

    studio.give_up(analysis=ImageToAnalyse(owner=ADA, image_id=image.id))
    character_id = studio.character.id
    studio.give_up(analysis=SourceToAnalyse(owner=ADA, character_id=character_id, version=1))

    assert studio.similarity(image) == Similarity.not_measured("analysis_failed")
    assert studio.source().qa.status is CheckStatus.FAILED
    assert studio.source().embedding.reason == "analysis_failed"


def test_giving_up_changes_nothing_of_what_was_looked_at() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()
    studio.analyse_image(owner=ADA, image_id=image.id)
    measured, source = studio.similarity(image), studio.source()

    studio.give_up(analysis=ImageToAnalyse(owner=ADA, image_id=image.id))
    character_id = studio.character.id
    studio.give_up(analysis=SourceToAnalyse(owner=ADA, character_id=character_id, version=1))
    studio.give_up(analysis=ImageToAnalyse(owner=ADA, image_id="img_gone"))

    assert (studio.similarity(image), studio.source()) == (measured, source)


def told(**what: Any) -> dict[str, Any]:
    return {"key": "k", "version": 1, "at": NOW, "sequence": "1", **what}


def test_only_what_waits_is_asked_for_and_sources_come_first() -> None:
    character = a_character()
    source = a_source(character)
    studio = Studio().with_source()
    image = studio.with_picture()
    pending = image.model_copy(update={"status": ImageStatus.PENDING})
    measured = image.model_copy(update={"similarity": Similarity.not_measured("no_face")})

    asked = analyses_of(
        [
            ImageChange(**told(before=None, after=pending)),
            ImageChange(**told(before=pending, after=image)),
            ImageChange(**told(before=image, after=measured)),
            ImageChange(**told(before=None, after=source.image)),
            SourceChange(**told(before=None, after=source)),
            SourceChange(**told(before=source, after=source)),
        ]
    )

    assert asked == [
        SourceToAnalyse(owner=ADA, character_id=character.id, version=1),
        ImageToAnalyse(owner=ADA, image_id=image.id),
    ]


def test_a_picture_that_was_looked_at_is_told_once() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()
    studio.analyse_image(owner=ADA, image_id=image.id)
    after = studio.images.get(ADA, image.id)

    (event,) = events_of(ImageChange(**told(before=image, after=after)))

    assert event.name == "image_qa_completed"
    assert event.owner == ADA
    assert event.properties == {
        "character_id": studio.character.id,
        "image_id": image.id,
        "qa_status": "passed",
        "score": 91.2,
    }
    assert events_of(ImageChange(**told(before=after, after=after))) == []


def test_a_source_that_was_looked_at_is_told_once() -> None:
    studio = Studio().with_source()
    before = studio.source()
    after = looked_at(studio)

    (event,) = events_of(SourceChange(**told(before=before, after=after)))

    assert event.properties["image_id"] == before.image.id
    assert events_of(SourceChange(**told(before=None, after=before))) == []
    assert events_of(SourceChange(**told(before=after, after=after))) == []


def test_a_summary_is_of_what_was_measured() -> None:
    measured = [
        Similarity.measured(score, provider="dlib", model_version="m", source_version=1)
        for score in (97.0, 85.0, 40.1)
    ]
    summary = summary_of([*measured, Similarity.pending(), Similarity.not_measured("no_face")])

    assert (summary.measured, summary.pending, summary.consistent) == (3, 1, 2)
    assert (summary.mean, summary.worst) == (74.0, 40.1)
    assert summary_of([]).mean is None


def test_a_generation_is_final_when_its_scores_are_there_or_long_overdue() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()
    waiting = studio.generations.get(image.generation_id or "")
    closed = waiting.generation.model_copy(update={"closed_at": NOW})
    waiting = waiting.model_copy(update={"generation": closed})

    assert not waiting.is_scored(NOW + SCORES_WITHIN - timedelta(seconds=1))
    assert waiting.is_scored(NOW + SCORES_WITHIN)
    studio.analyse_image(owner=ADA, image_id=image.id)
    assert studio.generations.get(image.generation_id or "").is_scored(NOW)


def test_a_list_tells_of_scores_that_are_still_to_come_and_then_reads_no_more_items() -> None:
    studio = Studio().with_source()
    image = studio.with_picture()
    generation = studio.memory.generations[image.generation_id or ""]
    closed = {"closed_at": NOW, "status": Status.COMPLETED, "progress": Progress(total=1)}
    studio.memory.generations[generation.id] = generation.model_copy(update=closed)
    clock = FakeClock(NOW)

    def listed() -> Snapshot:
        service = ListGenerations(studio.generations, clock)
        (one,) = service(owner=ADA, page=PageRequest()).data
        return one

    assert not listed().is_scored(clock())
    clock.advance(SCORES_WITHIN)
    assert (listed().items, listed().is_scored(clock())) == ((), True)


def test_the_photo_of_a_kit_is_looked_at_once() -> None:
    studio = Studio()
    kit, _ = studio.with_kit()

    studio.analyse_kit(owner=ADA, kit_id=kit.id)
    studio.analyse_kit(owner=ADA, kit_id=kit.id)

    source = studio.kits.get(ADA, kit.id).source
    assert (source.qa.status, source.embedding.status) == (CheckStatus.PASSED,) * 2
    assert studio.analyzer.read_bytes == [b"the photo"]


def test_a_picture_of_a_kit_is_compared_with_the_photo_of_the_kit() -> None:
    studio = Studio()
    _, image = studio.with_kit()

    studio.analyse_image(owner=ADA, image_id=image.id)

    similarity = studio.images.get(ADA, image.id).similarity
    assert similarity is not None
    assert similarity.score is not None
    assert similarity.source_version is None
    assert studio.analyzer.read_bytes == [b"a profile", b"the photo"]


def test_a_profile_is_not_failed_for_being_one() -> None:
    studio = Studio()
    _, image = studio.with_kit()
    studio.analyzer.readings.append(a_reading(yaw=80.0))

    studio.analyse_image(owner=ADA, image_id=image.id)

    qa = studio.images.get(ADA, image.id).qa
    assert qa is not None
    assert qa.status is CheckStatus.PASSED


def test_a_picture_whose_kit_has_gone_is_not_measured() -> None:
    studio = Studio()
    kit, image = studio.with_kit()
    studio.kits.delete(kit)

    studio.analyse_image(owner=ADA, image_id=image.id)

    similarity = studio.images.get(ADA, image.id).similarity
    assert similarity == Similarity.not_measured("kit_deleted")


def test_a_photo_that_nobody_could_look_at_spoils_no_kit() -> None:
    studio = Studio()
    kit, _ = studio.with_kit()

    studio.give_up(analysis=KitToAnalyse(owner=ADA, kit_id=kit.id))

    source = studio.kits.get(ADA, kit.id).source
    assert (source.qa.status, source.embedding.reason) == (CheckStatus.WARNED, "analysis_failed")
    check_usable(source)


def test_a_new_kit_has_its_photo_looked_at_and_the_outcome_is_told() -> None:
    studio = Studio()
    kit, _ = studio.with_kit()
    studio.analyse_kit(owner=ADA, kit_id=kit.id)
    after = studio.kits.get(ADA, kit.id)
    told: dict[str, Any] = {"key": f"KIT#{kit.id}/META", "at": NOW, "sequence": "7"}
    born = KitChange(**told, version=1, before=None, after=kit)
    looked_at_now = KitChange(**told, version=2, before=kit, after=after)

    assert analyses_of([born, looked_at_now]) == [KitToAnalyse(owner=ADA, kit_id=kit.id)]
    assert events_of(born) == []
    (event,) = events_of(looked_at_now)
    assert (event.name, event.properties["qa_status"]) == ("image_qa_completed", "passed")
