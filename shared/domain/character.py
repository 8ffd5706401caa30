"""A character: who the person is in words, the locked seed, the current source image."""

from shared.domain.entity import Entity, Timestamp
from shared.domain.images import StoredImage
from shared.domain.quality import CheckStatus


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


class SourceImage(Entity):
    """One version of the picture that is the truth of a character's face."""

    character_id: str
    version: int
    image: StoredImage
    qa: CheckStatus = CheckStatus.PENDING
    embedding: CheckStatus = CheckStatus.PENDING
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
