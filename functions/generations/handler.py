"""HTTP: generations and their images, and what this deployment says of itself."""

from typing import Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.generations import estimates, numbers, offering, pages, style_capsules
from functions.generations.bodies import GenerationBody
from functions.generations.queries import GenerationQuery, ImageQuery
from functions.generations.refusals import OF_A_WISH
from functions.generations.views import (
    CancelView,
    GenerationSummaryView,
    GenerationView,
    HealthView,
)
from shared.domain.generation import Snapshot
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.poll_hint import poll_hint
from shared.domain.request import Owner
from shared.runtime import bootstrap
from shared.runtime.clock import clock
from shared.runtime.http import Api, Page, Reply
from shared.runtime.image_view import ImageView
from shared.runtime.models import ListView
from shared.runtime.version import VERSION
from shared.services.answering import Answer

GenerationId = Annotated[str, Kind.GENERATION]
ImageId = Annotated[str, Kind.IMAGE]

api = Api()
api.include(style_capsules.api)
api.include(offering.api)
api.include(estimates.api)
api.include(numbers.api)


@api.post(
    "/v1/generations",
    status=202,
    form=True,
    summary="Ask for images",
    refuses={
        400: ("invalid_image",),
        402: ("quota_exceeded",),
        403: ("public_identity",),
        404: ("not_found",),
        409: (
            *("in_flight_limit", "kit_not_ready", "not_a_hero", "source_not_ready"),
            "upload_expired",
        ),
        422: ("content_blocked_input", "idempotency_key_reused", *OF_A_WISH),
        429: ("rate_limited",),
    },
)
def create_generation(
    owner: Owner, body: GenerationBody, idempotency: IdempotencyKey | None
) -> Reply[GenerationView]:
    """The images are drawn in the background: read the generation until it is `final`. A
    picture that turns out to be no use fails its images at the stage `validating`, uncharged.
    As a form: the body is the part `request`, and `{"file": "photo"}` names the part `photo`."""
    answer = bootstrap.request_generation()(
        owner=owner, wish=body.to_domain(), idempotency=idempotency
    )
    return _accepted(answer)


@api.get("/v1/generations", summary="List generations", refuses={400: ("invalid_cursor",)})
def list_generations(owner: Owner, query: GenerationQuery) -> ListView[GenerationSummaryView]:
    """Newest first."""
    page = bootstrap.list_generations()(
        owner=owner.id,
        page=query.page(),
        statuses=query.statuses(),
        mode=query.mode,
        character_id=query.character_id,
    )
    return ListView.of(page, [GenerationSummaryView.of(one, clock()) for one in page.data])


@api.get("/v1/generations/{generation_id}", summary="Read a generation")
def read_generation(owner: Owner, generation_id: GenerationId) -> Reply[GenerationView]:
    """While work is unfinished, `Retry-After` says when it is worth asking again."""
    snapshot = bootstrap.read_generation()(owner=owner.id, generation_id=generation_id)
    view = GenerationView.of(snapshot, bootstrap.signed_urls(), clock())
    hint = None if view.final else poll_hint(snapshot.generation.created_at, clock())
    return Reply(view, retry_after=hint)


@api.post(
    "/v1/generations/{generation_id}/cancel",
    summary="Cancel a generation",
    refuses={409: ("already_final",)},
)
def cancel_generation(owner: Owner, generation_id: GenerationId) -> CancelView:
    """What has not been drawn is stopped and not charged. Cancelling again gives the same
    receipt."""
    receipt = bootstrap.cancel_generation()(owner=owner.id, generation_id=generation_id)
    return CancelView.of(receipt)


@api.post(
    "/v1/generations/{generation_id}/retry",
    status=202,
    summary="Draw again what failed",
    refuses={
        402: ("quota_exceeded",),
        409: ("in_flight_limit", "nothing_failed", "of_reference_kit", "still_running"),
        422: (
            "idempotency_key_reused",
            "max_cost_exceeded",
            "model_retired",
            "provider_not_offered",
            "unknown_model",
        ),
        429: ("rate_limited",),
    },
)
def retry_generation(
    owner: Owner, generation_id: GenerationId, idempotency: IdempotencyKey | None
) -> Reply[GenerationView]:
    """A new generation of the failed images alone, with their seeds, prompts and references;
    `retry_of` names this one. An image that comes late after all is no longer taken."""
    answer = bootstrap.retry_generation()(
        owner=owner, generation_id=generation_id, idempotency=idempotency
    )
    return _accepted(answer)


@api.delete(
    "/v1/generations/{generation_id}",
    status=204,
    summary="Delete a generation",
    refuses={409: ("of_reference_kit",)},
)
def delete_generation(owner: Owner, generation_id: GenerationId) -> None:
    """Cancels what runs, and deletes the images with it. Those that became variants stay with
    their variants."""
    bootstrap.delete_generation()(owner=owner.id, generation_id=generation_id)


@api.get("/v1/images", summary="List images", refuses={400: ("invalid_cursor",)})
def list_images(owner: Owner, query: ImageQuery) -> ListView[ImageView]:
    """Newest first: what was generated and what was given as a source."""
    page = bootstrap.list_images()(
        owner=owner.id,
        page=query.page(),
        character_id=query.character_id,
        generation_id=query.generation_id,
    )
    urls = bootstrap.signed_urls()
    return ListView.of(page, [ImageView.of(image, urls) for image in page.data])


@api.get("/v1/images/{image_id}", summary="Read an image")
def read_image(owner: Owner, image_id: ImageId) -> ImageView:
    """With fresh addresses."""
    image = bootstrap.read_image()(owner=owner.id, image_id=image_id)
    return ImageView.of(image, bootstrap.signed_urls())


@api.delete(
    "/v1/images/{image_id}",
    status=204,
    summary="Delete an image",
    refuses={409: ("image_undecided", "source_in_use", "variant_in_use")},
)
def delete_image(owner: Owner, image_id: ImageId) -> None:
    """A character's current source image stays until the character has another one."""
    bootstrap.delete_image()(owner=owner.id, image_id=image_id)


@api.get("/v1/health", summary="Is the API there?")
def read_health() -> HealthView:
    """Answers without touching anything behind it."""
    return HealthView(status="ok", version=VERSION)


@api.get("/v1/openapi.json", summary="This document")
def read_openapi() -> Page:
    """One OpenAPI document for the whole API."""
    return pages.openapi()


@api.get("/v1/docs", summary="This document, for people")
def read_docs() -> Page:
    """A page that holds all it needs, and may load nothing but the document."""
    return pages.docs()


def _accepted(answer: Answer[Snapshot]) -> Reply[GenerationView]:
    """Where the new generation is, and when it is worth looking at it."""
    generation = answer.value.generation
    return Reply(
        GenerationView.of(answer.value, bootstrap.signed_urls(), clock()),
        location=f"/v1/generations/{generation.id}",
        retry_after=poll_hint(generation.created_at, clock()),
        replayed=answer.replayed,
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api(event, context)
