"""HTTP: reference kits."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.reference_kits.views import (
    KitBody,
    KitChangeBody,
    KitQuery,
    KitSummaryView,
    KitView,
    RedrawQuery,
)
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.poll_hint import poll_hint
from shared.domain.reference_kit import ShownKit
from shared.domain.request import Owner
from shared.domain.slots import SLOT_PATTERN
from shared.runtime import bootstrap_reference_kits as bootstrap
from shared.runtime.binding import PathName
from shared.runtime.clock import clock
from shared.runtime.http import Api, Reply
from shared.runtime.models import ListView, PageQuery
from shared.services.answering import Answer

KitId = Annotated[str, Kind.KIT]
SlotName = Annotated[str, PathName(SLOT_PATTERN, "slot of the kit")]

_OF_A_MODEL: Final = (
    *("accept_not_offered", "max_cost_exceeded", "model_needs_reference", "model_retired"),
    *("model_without_references", "provider_not_offered", "too_many_references", "unknown_model"),
)

api = Api()


@api.post(
    "/v1/reference-kits",
    status=202,
    form=True,
    summary="Create a reference kit",
    refuses={
        400: ("invalid_image",),
        402: ("quota_exceeded",),
        404: ("not_found",),
        409: ("in_flight_limit", "source_not_ready", "upload_expired"),
        422: (
            *("content_blocked_input", "duplicate_expression", "duplicate_slot"),
            *("idempotency_key_reused", "prompt_not_taken", "too_many_slots", "unknown_slot"),
            *("unsafe_url", "url_unreachable"),
            *_OF_A_MODEL,
        ),
        429: ("rate_limited",),
    },
)
def create_kit(owner: Owner, body: KitBody, idempotency: IdempotencyKey | None) -> Reply[KitView]:
    """The photo is looked at first: where it shows no face, or several, the kit fails before
    anything is drawn, and says which checks failed. Then the anchor face is drawn, then the other
    slots after it, side by side. As a form: the body is the part `request`, and
    `{"file": "photo"}` names the part `photo`."""
    answer = bootstrap.create_kit()(owner=owner, wanted=body.to_domain(), idempotency=idempotency)
    return _begun(answer)


@api.get("/v1/reference-kits", summary="List reference kits", refuses={400: ("invalid_cursor",)})
def list_kits(owner: Owner, query: PageQuery) -> ListView[KitSummaryView]:
    """Newest first, without their slots."""
    page = bootstrap.list_kits()(owner=owner.id, page=query.page())
    urls = bootstrap.signed_urls()
    return ListView.of(page, [KitSummaryView.of(one, urls) for one in page.data])


@api.get("/v1/reference-kits/{kit_id}", summary="Read a reference kit")
def read_kit(owner: Owner, kit_id: KitId, query: KitQuery) -> Reply[KitView]:
    """While something is drawn for it, `Retry-After` says when it is worth asking again."""
    kit = bootstrap.read_kit()(owner=owner.id, kit_id=kit_id)
    prompts = bootstrap.read_kit_prompts()(kit.kit) if query.expand else None
    hint = poll_hint(kit.kit.drawn_at, clock()) if kit.runs else None
    return Reply(KitView.whole(kit, bootstrap.signed_urls(), prompts), retry_after=hint)


@api.patch("/v1/reference-kits/{kit_id}", summary="Rename a reference kit")
def rename_kit(owner: Owner, kit_id: KitId, body: KitChangeBody) -> KitView:
    """Also while it is drawn."""
    kit = bootstrap.rename_kit()(owner=owner.id, kit_id=kit_id, name=body.name)
    return KitView.whole(kit, bootstrap.signed_urls())


@api.delete("/v1/reference-kits/{kit_id}", status=204, summary="Delete a reference kit")
def delete_kit(owner: Owner, kit_id: KitId) -> None:
    """With its photo and all pictures that were ever drawn for it, also while it is drawn."""
    bootstrap.delete_kit()(owner=owner.id, kit_id=kit_id)


@api.post(
    "/v1/reference-kits/{kit_id}/regenerate/{slot}",
    status=202,
    summary="Draw a slot again",
    refuses={
        402: ("quota_exceeded",),
        409: ("in_flight_limit", "kit_busy", "kit_not_ready", "source_not_ready"),
        422: ("idempotency_key_reused", *_OF_A_MODEL),
        429: ("rate_limited",),
    },
)
def regenerate_slot(
    owner: Owner,
    kit_id: KitId,
    slot: SlotName,
    query: RedrawQuery,
    idempotency: IdempotencyKey | None,
) -> Reply[KitView]:
    """From another seed. What the slot shows it shows until the new picture is there, and goes on
    showing where that fails."""
    answer = bootstrap.regenerate_slot()(
        owner=owner, kit_id=kit_id, name=slot, cascade=query.cascade, idempotency=idempotency
    )
    return _begun(answer)


def _begun(answer: Answer[ShownKit]) -> Reply[KitView]:
    kit = answer.value
    return Reply(
        KitView.whole(kit, bootstrap.signed_urls()),
        location=f"/v1/reference-kits/{kit.kit.id}",
        retry_after=poll_hint(kit.kit.drawn_at, clock()),
        replayed=answer.replayed,
    )


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api(event, context)
