"""How the API shows a stored image."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from shared.domain.entity import Timestamp
from shared.domain.faces import Verdict
from shared.domain.images import ImageFormat, Provenance, Rendition, StoredImage
from shared.domain.likeness import Similarity, SimilarityStatus
from shared.runtime.models import View


@dataclass(frozen=True, slots=True)
class SignedUrls:
    """Makes addresses of keys, which were read from their owner's record. All made for one
    answer expire together."""

    sign: Callable[[str], str]
    expires_at: datetime


class SimilarityView(View):
    """How much the image looks like the source, 0 to 100; never an invented number. Scores of
    different providers and models are on different scales."""

    status: SimilarityStatus
    score: float | None
    verdict: Verdict | None
    provider: str | None
    model_version: str | None
    source_version: int | None
    reason: str | None

    @classmethod
    def of(cls, image: StoredImage) -> Self:
        similarity = image.similarity or Similarity.not_measured(_why_not(image))
        return cls(**similarity.model_dump())


class ImageView(View):
    """`url` is the original, unchanged; the others are WebP copies, null when there is none.
    Every address works until `url_expires_at`."""

    id: str
    url: str
    url_expires_at: Timestamp
    thumb_256: str | None
    thumb_512: str | None
    web: str | None
    width: int
    height: int
    format: ImageFormat
    size_bytes: int
    sha256: str
    provenance: Provenance
    character_id: str | None
    generation_id: str | None
    model: str | None
    similarity: SimilarityView
    created_at: Timestamp

    @classmethod
    def of(cls, image: StoredImage, urls: SignedUrls) -> Self:
        copies = {
            str(rendition): urls.sign(image.rendition_key(rendition))
            if rendition in image.renditions
            else None
            for rendition in Rendition
        }
        return cls(
            id=image.id,
            url=urls.sign(image.key),
            url_expires_at=urls.expires_at,
            thumb_256=copies["thumb_256"],
            thumb_512=copies["thumb_512"],
            web=copies["web"],
            width=image.content.width,
            height=image.content.height,
            format=image.content.format,
            size_bytes=image.content.size_bytes,
            sha256=image.content.sha256,
            provenance=image.provenance,
            character_id=image.character_id,
            generation_id=image.generation_id,
            model=image.model,
            similarity=SimilarityView.of(image),
            created_at=image.created_at,
        )


def _why_not(image: StoredImage) -> str:
    if image.character_id is None and image.kit_id is None:
        return "no_identity"
    is_source = image.provenance is Provenance.UPLOADED and image.variant_id is None
    return "is_the_source" if is_source else "no_analyzer"
