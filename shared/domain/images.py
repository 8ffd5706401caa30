"""Stored pictures: an immutable original and the renditions made from it."""

from enum import StrEnum

from shared.domain.entity import Entity, Timestamp
from shared.domain.likeness import Similarity, SimilarityStatus
from shared.domain.quality import Quality

MAX_OUTPUT_BYTES = 64_000_000
"""Of what a provider makes: a PNG of noise at 4K has 50 MB."""


class ImageFormat(StrEnum):
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self}"

    @property
    def extension(self) -> str:
        return "jpg" if self is ImageFormat.JPEG else str(self)


class Decoded(Entity):
    """What a decoder found in bytes that proved to be an image; sizes in pixels and bytes."""

    format: ImageFormat
    width: int
    height: int
    size_bytes: int
    sha256: str


class ImageStatus(StrEnum):
    """The record is the write intent: it exists before the object does."""

    PENDING = "pending"
    LIVE = "live"
    DELETING = "deleting"


class Provenance(StrEnum):
    UPLOADED = "uploaded"
    GENERATED = "generated"


class Rendition(StrEnum):
    """WebP copies for screens: longest side 256 and 512 pixels, and full size for the web."""

    THUMB_256 = "thumb_256"
    THUMB_512 = "thumb_512"
    WEB = "web"


class StoredImage(Entity):
    """One picture. `key` is its place in the images bucket; renditions lie beside it. `model`
    drew it; `variant_id` and `variant_type` are of the variant that it is the picture of. `kit_id`
    is the reference kit that it was drawn for or after, `slot` the one of the kit that it fills.
    `similarity` and `qa` are those of a character's picture, where the deployment looks at faces;
    the source image itself has its own."""

    id: str
    owner: str
    status: ImageStatus = ImageStatus.PENDING
    key: str
    provenance: Provenance
    created_at: Timestamp
    content: Decoded
    renditions: frozenset[Rendition] = frozenset()
    character_id: str | None = None
    generation_id: str | None = None
    item_index: int | None = None
    model: str | None = None
    variant_type: str | None = None
    variant_id: str | None = None
    kit_id: str | None = None
    slot: str | None = None
    similarity: Similarity | None = None
    qa: Quality | None = None

    @property
    def awaits_analysis(self) -> bool:
        return self.similarity is not None and self.similarity.status is SimilarityStatus.PENDING

    @property
    def score(self) -> float | None:
        """How much it looks like its person, 0 to 100, where that has been measured."""
        return None if self.similarity is None else self.similarity.score

    def rendition_key(self, rendition: Rendition) -> str:
        return f"{self.key.rpartition('.')[0]}.{rendition}.webp"

    def all_keys(self) -> list[str]:
        """Every object this image may own: deleting one that is not there is no error."""
        return [self.key, *(self.rendition_key(rendition) for rendition in Rendition)]
