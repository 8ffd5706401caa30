"""What callers send and get of variants."""

from typing import Any, Self

from functions.characters.views import SourceImageView
from shared.domain.entity import Timestamp
from shared.domain.likeness import Similarity
from shared.domain.quality import CheckStatus, Quality
from shared.domain.variant import (
    GenerationParams,
    ShownVariant,
    VariantProvenance,
    VariantStatus,
)
from shared.runtime.error_view import ErrorView
from shared.runtime.face_views import QaView
from shared.runtime.form_files import InputPictureBody
from shared.runtime.image_view import ImageView, SignedUrls, SimilarityView
from shared.runtime.models import PageQuery, Query, Slug, View, YesOrNo
from shared.services.list_variants import VariantPage


class VariantQuery(PageQuery):
    """Of one type, of one status, or all."""

    variant_type: Slug | None = None
    status: VariantStatus | None = None


class DeletionQuery(Query):
    force: YesOrNo = False


class VariantUploadBody(InputPictureBody):
    """A picture that was made elsewhere, and what it shows: one of `upload_id`, `image_id`,
    `url`, or the name of the part of this form that holds the file."""

    variant_type: Slug


class GenerationParamsView(View):
    """What it was drawn with."""

    prompt: str | None
    workflow_id: str | None
    provider: str | None
    model: str | None
    seed: int | None

    @classmethod
    def of(cls, params: GenerationParams) -> Self:
        return cls(**params.model_dump())


class VariantView(View):
    """An image of a character under review. `version` counts the images of a chain: each edited
    version points to the one it was made from, `parent_id`, and to the first one, `root_id`."""

    id: str
    character_id: str
    variant_type: str
    status: VariantStatus
    provenance: VariantProvenance
    hero: bool
    version: int
    parent_id: str | None
    root_id: str
    stale_identity: bool
    image: ImageView | None
    qa: QaView
    similarity: SimilarityView
    generation_params: GenerationParamsView | None
    error: ErrorView | None
    created_at: Timestamp

    @classmethod
    def of(cls, shown: ShownVariant, urls: SignedUrls) -> Self:
        return cls(**_fields(shown, urls))


class ExportedVariantView(VariantView):
    """The variant, and where its original is downloaded, byte for byte, until
    `download_expires_at`."""

    download_url: str | None
    download_expires_at: Timestamp

    @classmethod
    def of(cls, shown: ShownVariant, urls: SignedUrls) -> Self:
        return cls(
            **_fields(shown, urls),
            download_url=urls.sign(shown.image.key) if shown.image else None,
            download_expires_at=urls.expires_at,
        )


class CharacterVariantsView(View):
    """One page, newest first, beside the current source image. `next_cursor` is null on the last
    page."""

    source: SourceImageView | None
    data: list[VariantView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: VariantPage, urls: SignedUrls) -> Self:
        return cls(
            source=SourceImageView.of(page.source, urls) if page.source else None,
            data=[VariantView.of(one, urls) for one in page.variants.data],
            next_cursor=page.variants.next_cursor,
        )


def _fields(shown: ShownVariant, urls: SignedUrls) -> dict[str, Any]:
    variant, image = shown.variant, shown.image
    params, error = variant.generation_params, variant.error
    qa, similarity = _findings(shown)
    return {
        "id": variant.id,
        "character_id": variant.character_id,
        "variant_type": variant.variant_type,
        "status": variant.status,
        "provenance": variant.provenance,
        "hero": shown.hero,
        "version": variant.version,
        "parent_id": variant.parent_id,
        "root_id": variant.root_id,
        "stale_identity": shown.stale_identity,
        "image": ImageView.of(image, urls) if image else None,
        "qa": QaView.of(qa),
        "similarity": similarity,
        "generation_params": GenerationParamsView.of(params) if params else None,
        "error": ErrorView.of(error) if error else None,
        "created_at": variant.created_at,
    }


def _findings(shown: ShownVariant) -> tuple[Quality, SimilarityView]:
    """What was found in its picture; where nobody looks at faces it may be used as it is."""
    image = shown.image
    if image is not None:
        unseen = Quality() if image.awaits_analysis else Quality(status=CheckStatus.WARNED)
        return image.qa or unseen, SimilarityView.of(image)
    if shown.variant.status.awaits_image:
        return Quality(), SimilarityView(**Similarity.pending().model_dump())
    missing = Similarity.not_measured("no_image")
    return Quality(status=CheckStatus.FAILED), SimilarityView(**missing.model_dump())
