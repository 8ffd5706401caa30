"""A character: who the person is in words, the locked seed, the current source image."""

from datetime import datetime

from shared.domain.entity import Entity, Timestamp
from shared.domain.errors import SourceNotReady
from shared.domain.faces import FaceReference
from shared.domain.images import StoredImage
from shared.domain.quality import CheckStatus, Quality


class Attributes(Entity):
    """The person in words; each is optional and free text of at most 80 characters."""

    age_range: str | None = None
    presentation: str | None = None
    ethnicity: str | None = None
    hair_color: str | None = None
    hair_style: str | None = None
    eye_color: str | None = None
    body_type: str | None = None
    outfit_style: str | None = None


class Consistency(Entity):
    """`seed` is drawn once and locked; `style_strength` is 0 to 1."""

    seed: int
    style_strength: float | None = None
    negative_prompt: str | None = None


class Embedding(Entity):
    """The face of a source image as numbers. `vector` is None where the analyzer keeps none;
    `reason` is a stable word for why there is no face to compare with."""

    status: CheckStatus = CheckStatus.PENDING
    provider: str | None = None
    model_version: str | None = None
    vector: tuple[float, ...] | None = None
    reason: str | None = None


class FaceSource(Entity):
    """A picture that is the truth of somebody's face, and what was found in it. `phash` is None
    until then."""

    image: StoredImage
    qa: Quality = Quality()
    embedding: Embedding = Embedding()
    phash: str | None = None

    @property
    def awaits_analysis(self) -> bool:
        return CheckStatus.PENDING in (self.qa.status, self.embedding.status)

    @property
    def reference(self) -> FaceReference | None:
        """None when there is no face to compare with, or not yet."""
        embedding = self.embedding
        if embedding.provider is None or embedding.model_version is None or embedding.reason:
            return None
        return FaceReference(
            provider=embedding.provider,
            model_version=embedding.model_version,
            vector=embedding.vector,
            image_key=self.image.key,
        )


class SourceImage(FaceSource):
    """One version of a character's source."""

    character_id: str
    version: int
    created_at: Timestamp


class Character(Entity):
    """`version` counts changes; `source` is the current source image, None before the first."""

    id: str
    owner: str
    name: str
    attributes: Attributes
    consistency: Consistency
    version: int = 1
    source: SourceImage | None = None
    created_at: Timestamp
    updated_at: Timestamp


def seen_as(character: Character, image: StoredImage) -> Character:
    """The character as a generation takes it that shows this picture of the person in place of
    the source; it is never stored."""
    source = SourceImage(
        character_id=character.id, version=0, image=image, created_at=image.created_at
    )
    return character.model_copy(update={"source": source})


def new_source(
    *, character_id: str, version: int, image: StoredImage, now: datetime, measures_faces: bool
) -> SourceImage:
    """As `new_face`, as a version of a character's source."""
    face = new_face(image, measures_faces=measures_faces)
    return SourceImage(
        character_id=character_id,
        version=version,
        image=image,
        qa=face.qa,
        embedding=face.embedding,
        created_at=now,
    )


def new_face(image: StoredImage, *, measures_faces: bool) -> FaceSource:
    """Still to be looked at; where nobody looks at faces it may be used as it is."""
    if measures_faces:
        return FaceSource(image=image)
    return FaceSource(
        image=image,
        qa=Quality(status=CheckStatus.WARNED),
        embedding=Embedding(status=CheckStatus.FAILED, reason="no_analyzer"),
    )


def check_usable(source: FaceSource | None) -> None:
    """One that is still being looked at will do. Raises SourceNotReady."""
    if source is None:
        raise SourceNotReady("The character has no source image yet.")
    if source.qa.status is CheckStatus.FAILED:
        failed = [one for one in source.qa.checks if one.outcome is CheckStatus.FAILED]
        raise SourceNotReady(
            "The source image did not pass its checks; another one is needed.",
            failed_checks=[{"name": one.name, "message": one.message} for one in failed],
        )
