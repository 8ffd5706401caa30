"""HTTP: what a generation would cost, without asking for it."""

from typing import Literal, Self

from functions.generations.bodies import GenerationBody
from functions.generations.refusals import OF_A_WISH
from functions.generations.views import AppliedStyleView, EffectiveView
from shared.domain.draw_budget import at_most_micro_usd
from shared.domain.images import ImageFormat
from shared.domain.request import Mode, Owner, ProviderName, Quality
from shared.runtime import bootstrap
from shared.runtime.http import Api
from shared.runtime.models import View, usd
from shared.services.estimate_generation import Estimate

api = Api()


class EstimatedCostView(View):
    """By the dated price table, for prompts of usual length. `at_most_usd` is what it comes to
    if every image is drawn as often as `accept` allows."""

    estimated_usd: float
    at_most_usd: float
    price_table: str


class EstimatedImageView(View):
    """What the model would be told for this image, and what the image would cost."""

    prompt: str
    estimated_usd: float


class ModerationView(View):
    """`refused` is what the request itself would be, with this code."""

    verdict: Literal["accepted", "refused"]
    code: Literal["content_blocked_input"] | None


class EstimateView(View):
    """`negative_prompt` holds what every image avoids, the caller's words first; `quota_left`
    is what is left of the month before this generation."""

    mode: Mode
    provider: ProviderName
    model: str
    aspect_ratio: str
    quality: Quality
    output_format: ImageFormat | None
    cost: EstimatedCostView
    images: list[EstimatedImageView]
    negative_prompt: str | None
    effective: EffectiveView
    style_capsule: AppliedStyleView | None
    moderation: ModerationView
    quota_left: int

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        generation, brief, request = estimate.generation, estimate.brief, estimate.brief.request
        allowed = estimate.allowed
        return cls(
            mode=generation.mode,
            provider=request.provider,
            model=request.model,
            aspect_ratio=request.aspect_ratio,
            quality=request.quality,
            output_format=request.output_format,
            cost=EstimatedCostView(
                estimated_usd=usd(generation.estimated_micro_usd),
                at_most_usd=usd(at_most_micro_usd(request, estimate.costs)),
                price_table=generation.price_table,
            ),
            images=[
                EstimatedImageView(prompt=prompt, estimated_usd=usd(cost))
                for prompt, cost in zip(brief.prompts, estimate.costs, strict=True)
            ],
            negative_prompt=brief.negative_prompt,
            effective=EffectiveView(**generation.effective.model_dump()),
            style_capsule=AppliedStyleView.of(generation.style_capsule),
            moderation=ModerationView(
                verdict="accepted" if allowed else "refused",
                code=None if allowed else "content_blocked_input",
            ),
            quota_left=estimate.quota_left,
        )


@api.post(
    "/v1/estimates",
    form=True,
    summary="Estimate a generation",
    refuses={
        403: ("public_identity",),
        404: ("not_found",),
        409: ("kit_not_ready", "source_not_ready"),
        422: OF_A_WISH,
    },
)
def estimate_generation(owner: Owner, body: GenerationBody) -> EstimateView:
    """Takes the body of a generation and refuses what cannot be drawn at all. Nothing is
    stored, held or charged, and no input picture is looked at."""
    return EstimateView.of(bootstrap.estimate_generation()(owner=owner, wish=body.to_domain()))
