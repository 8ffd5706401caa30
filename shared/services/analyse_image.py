"""Look at a picture of a character or a kit: is it sound, and is it them?"""

from dataclasses import dataclass
from functools import partial

from shared.domain.character import FaceSource, SourceImage
from shared.domain.errors import NotFound
from shared.domain.faces import FaceReading
from shared.domain.images import StoredImage
from shared.domain.likeness import Similarity
from shared.domain.ports import (
    Characters,
    FaceAnalyzer,
    Generations,
    Images,
    ImageStore,
    WorkQueue,
)
from shared.domain.quality import PictureKind, check_quality
from shared.domain.slots import slot_shot
from shared.domain.variant_types import variant_type
from shared.domain.work import JudgeDraws
from shared.services.analyse_kit import AnalyseKit
from shared.services.analyse_source import AnalyseSource


@dataclass(frozen=True, slots=True)
class RecordScore:
    """Its item first, the image last: whoever crashes in between leaves an image that waits
    still, and the message that comes back records both again. Whoever awaits the score is told
    in between; should that be lost for good, the sweeper makes up for it."""

    images: Images
    generations: Generations
    queue: WorkQueue

    def __call__(self, analysed: StoredImage) -> None:
        """Raises Unavailable."""
        if analysed.generation_id is not None:
            item = self.generations.record_similarity(analysed)
            if item is not None and item.awaits_judgement:
                judge = JudgeDraws(generation_id=item.generation_id, indexes=(item.index,))
                self.queue.ingest([judge])
        self.images.record_analysis(analysed)


@dataclass(frozen=True, slots=True)
class AnalyseImage:
    record_score: RecordScore
    characters: Characters
    store: ImageStore
    analyzer: FaceAnalyzer
    analyse_source: AnalyseSource
    analyse_kit: AnalyseKit

    def __call__(self, *, owner: str, image_id: str) -> None:
        """Raises NotFound when it was deleted, Unavailable, InvalidImage."""
        image = self.record_score.images.get(owner, image_id)
        if not image.awaits_analysis:
            return
        data = self.store.get(image.key)
        reading = self.analyzer.read(data)
        source = None
        try:
            source = self._source(image)
            similarity = self._similarity(source, reading, data)
        except NotFound:
            whose = "kit" if image.kit_id is not None else "character"
            similarity = Similarity.not_measured(f"{whose}_deleted")
        # Only a variant is to be another picture than the source: a scene may show it again.
        copied = source.phash if source is not None and image.variant_id is not None else None
        checks = check_quality(reading, _kind(image), copied)
        self.record_score(image.model_copy(update={"qa": checks, "similarity": similarity}))

    def _similarity(
        self, source: FaceSource | None, reading: FaceReading, data: bytes
    ) -> Similarity:
        """Raises NotFound when the source is deleted meanwhile."""
        if source is None:
            return Similarity.not_measured("no_source")
        reference = source.reference
        if reference is None:
            return Similarity.not_measured("source_without_face")
        score = self.analyzer.similarity(
            reference, reading, data, partial(self.store.get, reference.image_key)
        )
        if score is None:
            return Similarity.not_measured("no_face")
        return Similarity.measured(
            score,
            provider=self.analyzer.provider,
            model_version=self.analyzer.model_version,
            source_version=source.version if isinstance(source, SourceImage) else None,
        )

    def _source(self, image: StoredImage) -> FaceSource | None:
        """The photo of the kit that it was drawn for or after, else the character's source as it
        is now."""
        if image.kit_id is not None:
            return self.analyse_kit(owner=image.owner, kit_id=image.kit_id)
        assert image.character_id is not None, "only pictures of somebody are looked at"
        character = self.characters.get(image.owner, image.character_id)
        if character.source is None:
            return None
        return self.analyse_source(
            owner=image.owner, character_id=character.id, version=character.source.version
        )


def _kind(image: StoredImage) -> PictureKind:
    """Of a slot and of a variant it is known what it is to show."""
    if image.slot is not None:
        return slot_shot(image.slot).kind
    return variant_type(image.variant_type).kind if image.variant_type else PictureKind.FREE
