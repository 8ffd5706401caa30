"""HTTP: variants of characters, their review, and the way of an image out and back in."""

from typing import Annotated

from functions.characters.variant_views import (
    CharacterVariantsView,
    DeletionQuery,
    ExportedVariantView,
    VariantQuery,
    VariantUploadBody,
    VariantView,
)
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.image_input import ImageInput
from shared.domain.request import Owner
from shared.runtime import bootstrap_variants as bootstrap
from shared.runtime.bootstrap import signed_urls
from shared.runtime.http import Api, Reply
from shared.runtime.models import ListView, PageQuery

CharacterId = Annotated[str, Kind.CHARACTER]
VariantId = Annotated[str, Kind.VARIANT]

_VARIANTS = "/v1/characters/{character_id}/variants"
_VARIANT = f"{_VARIANTS}/{{variant_id}}"
_OF_A_PICTURE = {400: ("invalid_image",), 409: ("upload_expired",)}
_OF_AN_ADDRESS = ("idempotency_key_reused", "unsafe_url", "url_unreachable")
_OF_A_REVIEW = {409: ("invalid_review_state",)}

api = Api()


@api.get(_VARIANTS, summary="List variants", refuses={400: ("invalid_cursor",)})
def list_variants(
    owner: Owner, character_id: CharacterId, query: VariantQuery
) -> CharacterVariantsView:
    """Newest first, beside the source image they are to resemble."""
    page = bootstrap.list_variants()(
        owner=owner.id,
        character_id=character_id,
        page=query.page(),
        variant_type=query.variant_type,
        status=query.status,
    )
    return CharacterVariantsView.of(page, signed_urls())


@api.post(
    _VARIANTS,
    status=201,
    summary="Upload a variant",
    refuses=_OF_A_PICTURE | {422: _OF_AN_ADDRESS},
    form=True,
)
def upload_variant(
    owner: Owner,
    character_id: CharacterId,
    body: VariantUploadBody,
    idempotency: IdempotencyKey | None,
) -> Reply[VariantView]:
    """A picture that was made elsewhere, to be reviewed like one that was drawn here. It is
    cleaned as a source image is."""
    answer = bootstrap.upload_variant()(
        owner=owner.id,
        character_id=character_id,
        variant_type=body.variant_type,
        given=body.to_domain(),
        idempotency=idempotency,
    )
    return Reply(
        VariantView.of(answer.value, signed_urls()),
        location=f"/v1/characters/{character_id}/variants/{answer.value.variant.id}",
        replayed=answer.replayed,
    )


@api.get(_VARIANT, summary="Read a variant")
def read_variant(owner: Owner, character_id: CharacterId, variant_id: VariantId) -> VariantView:
    """With what was found in its picture, once that has been looked at."""
    shown = bootstrap.read_variant()(
        owner=owner.id, character_id=character_id, variant_id=variant_id
    )
    return VariantView.of(shown, signed_urls())


@api.delete(
    _VARIANT,
    status=204,
    summary="Delete a variant",
    refuses={409: ("hero_in_use", "invalid_review_state")},
)
def delete_variant(
    owner: Owner, character_id: CharacterId, variant_id: VariantId, query: DeletionQuery
) -> None:
    """With its image. Versions that were made from it stay. A hero is deleted only with
    `force`; its type has none after that."""
    bootstrap.delete_variant()(
        owner=owner.id, character_id=character_id, variant_id=variant_id, force=query.force
    )


@api.post(f"{_VARIANT}/approve", summary="Approve a variant", refuses=_OF_A_REVIEW)
def approve_variant(owner: Owner, character_id: CharacterId, variant_id: VariantId) -> VariantView:
    """From `generated` or `editing`. It becomes the hero of its type; the one before it returns
    to `generated`."""
    shown = bootstrap.approve_variant()(
        owner=owner.id, character_id=character_id, variant_id=variant_id
    )
    return VariantView.of(shown, signed_urls())


@api.post(f"{_VARIANT}/reject", summary="Reject a variant", refuses=_OF_A_REVIEW)
def reject_variant(owner: Owner, character_id: CharacterId, variant_id: VariantId) -> VariantView:
    """From `generated`, `approved` or `editing`. A hero is none after that."""
    shown = bootstrap.reject_variant()(
        owner=owner.id, character_id=character_id, variant_id=variant_id
    )
    return VariantView.of(shown, signed_urls())


@api.post(f"{_VARIANT}/export", summary="Export a variant", refuses=_OF_A_REVIEW)
def export_variant(
    owner: Owner, character_id: CharacterId, variant_id: VariantId
) -> ExportedVariantView:
    """From `generated` or `approved`, to be edited elsewhere: `editing` until it comes back, the
    export is given up, or a review decides. An exported hero stays the hero."""
    shown = bootstrap.export_variant()(
        owner=owner.id, character_id=character_id, variant_id=variant_id
    )
    return ExportedVariantView.of(shown, signed_urls())


@api.delete(f"{_VARIANT}/export", summary="Give up an export", refuses=_OF_A_REVIEW)
def abandon_export(owner: Owner, character_id: CharacterId, variant_id: VariantId) -> VariantView:
    """The variant has the status again that it had before."""
    shown = bootstrap.abandon_export()(
        owner=owner.id, character_id=character_id, variant_id=variant_id
    )
    return VariantView.of(shown, signed_urls())


@api.post(
    f"{_VARIANT}/reimport",
    status=201,
    summary="Take an edited version back",
    refuses=_OF_A_PICTURE | {409: ("invalid_review_state", "upload_expired"), 422: _OF_AN_ADDRESS},
)
def reimport_variant(
    owner: Owner,
    character_id: CharacterId,
    variant_id: VariantId,
    given: ImageInput,
    idempotency: IdempotencyKey | None,
) -> Reply[VariantView]:
    """A new variant: the next version of its chain, to be reviewed. The exported one has the
    status again that it had before. An `image_id` must be of the same character."""
    answer = bootstrap.reimport_variant()(
        owner=owner.id,
        character_id=character_id,
        variant_id=variant_id,
        given=given,
        idempotency=idempotency,
    )
    return Reply(
        VariantView.of(answer.value, signed_urls()),
        location=f"/v1/characters/{character_id}/variants/{answer.value.variant.id}",
        replayed=answer.replayed,
    )


@api.get(
    f"{_VARIANT}/history",
    summary="List the versions of a variant",
    refuses={400: ("invalid_cursor",)},
)
def list_versions(
    owner: Owner, character_id: CharacterId, variant_id: VariantId, query: PageQuery
) -> ListView[VariantView]:
    """All of its chain that are still there, newest first."""
    page = bootstrap.list_versions()(
        owner=owner.id, character_id=character_id, variant_id=variant_id, page=query.page()
    )
    urls = signed_urls()
    return ListView.of(page, [VariantView.of(one, urls) for one in page.data])


@api.get(
    "/v1/characters/{character_id}/heroes",
    summary="List the heroes of a character",
    refuses={400: ("invalid_cursor",)},
)
def list_heroes(owner: Owner, character_id: CharacterId, query: PageQuery) -> ListView[VariantView]:
    """The approved variant of each type, by type."""
    page = bootstrap.list_heroes()(owner=owner.id, character_id=character_id, page=query.page())
    urls = signed_urls()
    return ListView.of(page, [VariantView.of(one, urls) for one in page.data])
