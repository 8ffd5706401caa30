"""HTTP: characters, their source images and variants, and uploads."""

from typing import Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.characters.consistency import api as consistency
from functions.characters.variant_drawing import api as variant_drawing
from functions.characters.variants import api as variants
from functions.characters.views import (
    CharacterBody,
    CharacterChangeBody,
    CharacterView,
    SourceImageView,
    UploadBody,
    UploadView,
)
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.image_input import ImageInput
from shared.domain.request import Owner
from shared.runtime import bootstrap_characters as bootstrap
from shared.runtime.http import Api, Reply
from shared.runtime.models import ListView, PageQuery

CharacterId = Annotated[str, Kind.CHARACTER]

api = Api()
api.include(variants)
api.include(consistency)
api.include(variant_drawing)


@api.post(
    "/v1/uploads",
    status=201,
    summary="Announce a file",
    refuses={422: ("idempotency_key_reused",)},
)
def create_upload(
    owner: Owner, body: UploadBody, idempotency: IdempotencyKey | None
) -> Reply[UploadView]:
    """Gives the form that the file is posted with, straight to the store. An upload is used
    once; an unused one dies after 24 hours."""
    answer = bootstrap.create_upload()(
        owner=owner.id,
        format_=body.format(),
        size_bytes=body.size_bytes,
        idempotency=idempotency,
    )
    upload, form = answer.value
    return Reply(UploadView.of(upload, form), replayed=answer.replayed)


@api.post(
    "/v1/characters",
    status=201,
    summary="Create a character",
    refuses={
        402: ("quota_exceeded",),
        409: ("in_flight_limit",),
        422: ("content_blocked_input", "idempotency_key_reused"),
        429: ("rate_limited",),
    },
)
def create_character(
    owner: Owner, body: CharacterBody, idempotency: IdempotencyKey | None
) -> Reply[CharacterView]:
    """The seed is locked for good. With `generate` a first pack is started, drawn from the
    words alone; when it is refused, no character is created either."""
    answer = bootstrap.create_character()(
        owner=owner, new=body.to_domain(), idempotency=idempotency
    )
    created = answer.value
    view = CharacterView.of(
        created.character, bootstrap.signed_urls(), generation_id=created.generation_id
    )
    location = f"/v1/characters/{created.character.id}"
    return Reply(view, location=location, replayed=answer.replayed)


@api.get("/v1/characters", summary="List characters", refuses={400: ("invalid_cursor",)})
def list_characters(owner: Owner, query: PageQuery) -> ListView[CharacterView]:
    """Newest first."""
    page = bootstrap.list_characters()(owner=owner.id, page=query.page())
    urls = bootstrap.signed_urls()
    return ListView.of(page, [CharacterView.of(one, urls) for one in page.data])


@api.get("/v1/characters/{character_id}", summary="Read a character")
def read_character(owner: Owner, character_id: CharacterId) -> CharacterView:
    """With its current source image."""
    character = bootstrap.read_character()(owner=owner.id, character_id=character_id)
    return CharacterView.of(character, bootstrap.signed_urls())


@api.patch(
    "/v1/characters/{character_id}",
    summary="Change a character",
    refuses={422: ("content_blocked_input",)},
)
def change_character(
    owner: Owner, character_id: CharacterId, body: CharacterChangeBody
) -> CharacterView:
    """Generations that run already are not touched by it."""
    character = bootstrap.change_character()(
        owner=owner.id, character_id=character_id, change=body.to_domain()
    )
    return CharacterView.of(character, bootstrap.signed_urls())


@api.delete("/v1/characters/{character_id}", status=204, summary="Delete a character")
def delete_character(owner: Owner, character_id: CharacterId) -> None:
    """With every source image it was given and all of its variants. Images that were generated
    of it besides belong to their generations and are deleted with these."""
    bootstrap.delete_character()(owner=owner.id, character_id=character_id)


@api.post(
    "/v1/characters/{character_id}/source-image",
    status=201,
    summary="Give a character its source image",
    refuses={
        400: ("invalid_image",),
        409: ("upload_expired",),
        422: ("idempotency_key_reused", "unsafe_url", "url_unreachable"),
    },
)
def set_source_image(
    owner: Owner,
    character_id: CharacterId,
    given: ImageInput,
    idempotency: IdempotencyKey | None,
) -> Reply[SourceImageView]:
    """The picture is decoded, turned upright, freed of all metadata and kept without loss. A
    new picture replaces the current one; the old version is kept."""
    answer = bootstrap.set_source_image()(
        owner=owner.id, character_id=character_id, given=given, idempotency=idempotency
    )
    return Reply(
        SourceImageView.of(answer.value, bootstrap.signed_urls()),
        location=f"/v1/characters/{character_id}/source-image",
        replayed=answer.replayed,
    )


@api.get("/v1/characters/{character_id}/source-image", summary="Read the source image")
def read_source_image(owner: Owner, character_id: CharacterId) -> SourceImageView:
    """The current one."""
    source = bootstrap.read_source_image()(owner=owner.id, character_id=character_id)
    return SourceImageView.of(source, bootstrap.signed_urls())


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api(event, context)
