"""HTTP: variants drawn here, of one character or of several."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.request import Owner
from shared.runtime import bootstrap_variants as bootstrap
from shared.runtime.http import Api, Reply
from shared.runtime.models import Body, Slug, View, Words
from shared.services.answering import Answer
from shared.services.generate_variants import (
    Batch,
    BatchResult,
    Refusal,
    StartedVariants,
    VariantWish,
)

CharacterId = Annotated[str, Kind.CHARACTER]
VariantId = Annotated[str, Kind.VARIANT]

_MOST_CHARACTERS = 20
_OF_A_SUBMISSION = {
    402: ("quota_exceeded",),
    409: ("in_flight_limit", "source_not_ready"),
    422: (
        *("content_blocked_input", "idempotency_key_reused", "model_retired"),
        *("provider_not_offered", "too_many_references", "unknown_model"),
    ),
    429: ("rate_limited",),
}

api = Api()


class VariantsBody(Body):
    """What to draw from the source image."""

    variant_type: Slug
    workflow_id: Annotated[str, Words(80)] | None = None
    count: Annotated[int, Field(ge=1, le=10)] = 1
    prompt: Annotated[str, Words(4000, lines=True)] | None = None

    def to_domain(self) -> VariantWish:
        return VariantWish(
            variant_type=self.variant_type,
            count=self.count,
            prompt=self.prompt,
            workflow_id=self.workflow_id,
        )


def _each_once(character_ids: list[str]) -> list[str]:
    if len(set(character_ids)) < len(character_ids):
        raise PydanticCustomError("duplicate", "Each character can be named once.")
    return character_ids


class ManyVariantsBody(VariantsBody):
    """The same for each of these characters."""

    character_ids: Annotated[
        list[CharacterId],
        Field(min_length=1, max_length=_MOST_CHARACTERS, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ]


class StartedVariantsView(View):
    """The variants are there already, `pending`; they follow the generation's images."""

    generation_id: str
    variant_ids: list[str]

    @classmethod
    def of(cls, started: StartedVariants) -> Self:
        return cls(generation_id=started.generation_id, variant_ids=list(started.variant_ids))


class BatchErrorView(View):
    """Why nothing was started for this character."""

    code: str
    detail: str

    @classmethod
    def of(cls, refused: Refusal) -> Self:
        return cls(code=refused.code, detail=refused.message)


class BatchResultView(View):
    """Of one character: what was started, or the reason why nothing was."""

    character_id: str
    generation_id: str | None
    variant_ids: list[str]
    error: BatchErrorView | None

    @classmethod
    def of(cls, result: BatchResult) -> Self:
        started = result.started
        return cls(
            character_id=result.character_id,
            generation_id=started and started.generation_id,
            variant_ids=list(started.variant_ids) if started else [],
            error=result.refused and BatchErrorView.of(result.refused),
        )


class BatchView(View):
    """One result for each character, in their order."""

    results: list[BatchResultView]

    @classmethod
    def of(cls, batch: Batch) -> Self:
        return cls(results=[BatchResultView.of(one) for one in batch.results])


@api.post(
    "/v1/characters/{character_id}/variants/generate",
    status=202,
    summary="Draw variants",
    refuses=_OF_A_SUBMISSION,
)
def generate_variants(
    owner: Owner,
    character_id: CharacterId,
    body: VariantsBody,
    idempotency: IdempotencyKey | None,
) -> Reply[StartedVariantsView]:
    """From the source image, which must have been checked and not have failed. The variants are
    there at once, `pending`; one that fails is `rejected`, with the error."""
    answer = bootstrap.generate_variants()(
        owner=owner, character_id=character_id, wanted=body.to_domain(), idempotency=idempotency
    )
    return _started(answer)


@api.post(
    "/v1/characters/{character_id}/variants/{variant_id}/regenerate",
    status=202,
    summary="Draw a variant again",
    refuses=_OF_A_SUBMISSION
    | {409: ("in_flight_limit", "invalid_review_state", "source_not_ready")},
)
def regenerate_variant(
    owner: Owner,
    character_id: CharacterId,
    variant_id: VariantId,
    idempotency: IdempotencyKey | None,
) -> Reply[StartedVariantsView]:
    """A new variant of the same type, prompt and workflow, from another seed. The one that was
    there stays as it is."""
    answer = bootstrap.regenerate_variant()(
        owner=owner, character_id=character_id, variant_id=variant_id, idempotency=idempotency
    )
    return _started(answer)


@api.post(
    "/v1/variants/generate",
    status=202,
    summary="Draw variants of several characters",
    refuses={422: ("idempotency_key_reused",)},
)
def generate_variants_of_many(
    owner: Owner, body: ManyVariantsBody, idempotency: IdempotencyKey | None
) -> Reply[BatchView]:
    """Each character for itself: one that is refused, because its source image is not ready or
    too many generations are open, stops no other."""
    answer = bootstrap.generate_variants_of_many()(
        owner=owner,
        character_ids=body.character_ids,
        wanted=body.to_domain(),
        idempotency=idempotency,
    )
    return Reply(BatchView.of(answer.value), replayed=answer.replayed)


def _started(answer: Answer[StartedVariants]) -> Reply[StartedVariantsView]:
    return Reply(
        StartedVariantsView.of(answer.value),
        location=f"/v1/generations/{answer.value.generation_id}",
        replayed=answer.replayed,
    )
