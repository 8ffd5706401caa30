"""How the API shows generations."""

from datetime import datetime
from typing import Any, Literal, Self

from shared.domain.draws import Judgement
from shared.domain.entity import Timestamp
from shared.domain.generation import (
    CancelReceipt,
    Generation,
    Item,
    Snapshot,
    Status,
)
from shared.domain.pricing.catalogue import effective_at, recorded_model
from shared.domain.request import Effective, Mode, ProviderName, Reach
from shared.domain.style_capsule import AppliedStyle
from shared.runtime.drawing_views import (
    AcceptView,
    CostView,
    DrawView,
    LikenessView,
    ProgressView,
)
from shared.runtime.error_view import ErrorView
from shared.runtime.image_view import ImageView, SignedUrls
from shared.runtime.models import View, usd


class EffectiveView(View):
    """How each wish reaches the model: by a parameter (`native`), in words (`prompt`), or not
    at all (`ignored`); null where nothing was wished."""

    seed: Reach
    style_strength: Reach | None
    negative_prompt: Reach | None
    size: Reach


class ItemView(View):
    """One requested image."""

    id: str
    index: int
    status: Status
    attempts: int
    seed: int
    provider: ProviderName | None
    model: str | None
    effective: EffectiveView
    image: ImageView | None
    verdict: Judgement | None
    draws: list[DrawView]
    error: ErrorView | None
    late: bool

    @classmethod
    def of(cls, item: Item, generation: Generation, urls: SignedUrls) -> Self:
        shown = item.status is Status.COMPLETED and item.image is not None
        failed = item.status is Status.FAILED and item.failure is not None
        return cls(
            id=item.id,
            index=item.index,
            status=item.status,
            attempts=item.attempts,
            seed=item.seed,
            provider=item.provider,
            model=item.model,
            effective=EffectiveView(**_effective(item, generation).model_dump()),
            image=ImageView.of(item.image, urls) if shown and item.image else None,
            verdict=item.judgement,
            draws=[DrawView.of(draw, item.image if shown else None) for draw in item.draws],
            error=ErrorView.of(item.failure) if failed and item.failure else None,
            late=item.late,
        )


class QuotaView(View):
    """Images held while the generation runs, and charged once it has ended."""

    held: int
    charged: int


class AppliedStyleView(View):
    """The style capsule as it was when it was used; `images_shown` counts its pictures that the
    model was shown, after those of the person."""

    id: str
    name: str
    prompt: str
    negative_prompt: str | None
    images_shown: int

    @classmethod
    def of(cls, style: AppliedStyle | None) -> Self | None:
        if style is None:
            return None
        return cls(
            id=style.capsule_id,
            name=style.name,
            prompt=style.prompt,
            negative_prompt=style.negative_prompt,
            images_shown=style.images_shown,
        )


class _GenerationFields(View):
    id: str
    mode: Mode
    status: Status
    final: bool
    progress: ProgressView
    cost: CostView
    quota: QuotaView
    character_id: str | None
    style_capsule: AppliedStyleView | None
    accept: AcceptView | None
    retry_of: str | None
    created_at: Timestamp
    started_at: Timestamp | None
    completed_at: Timestamp | None


class GenerationView(_GenerationFields):
    """`final` says that nothing will change any more, scores included; `sequence` grows with
    every change."""

    sequence: int
    likeness: LikenessView
    items: list[ItemView]

    @classmethod
    def of(cls, snapshot: Snapshot, urls: SignedUrls, now: datetime) -> Self:
        items = [ItemView.of(item, snapshot.generation, urls) for item in snapshot.items]
        return cls(
            **_fields(snapshot, now),
            sequence=snapshot.sequence,
            likeness=LikenessView.of(snapshot.likeness),
            items=items,
        )


class GenerationSummaryView(_GenerationFields):
    """A generation as lists show it: without its items."""

    @classmethod
    def of(cls, snapshot: Snapshot, now: datetime) -> Self:
        return cls(**_fields(snapshot, now))


class CancelView(View):
    """What the cancellation stopped, what was being stored and will still arrive, and how many
    images are charged in the end."""

    cancelled: Literal[True]
    stopped: int
    will_arrive: int
    charged: int

    @classmethod
    def of(cls, receipt: CancelReceipt) -> Self:
        return cls(
            cancelled=True,
            stopped=receipt.stopped,
            will_arrive=receipt.will_arrive,
            charged=receipt.charged,
        )


class HealthView(View):
    status: Literal["ok"]
    version: str


def _effective(item: Item, generation: Generation) -> Effective:
    """Another provider's model may have drawn it than the one that was chosen."""
    if item.provider is None or item.model is None:
        return generation.effective
    return effective_at(generation.effective, recorded_model(item.provider, item.model))


def _fields(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """A closed generation may come without its items: then it carries its own summary."""
    generation, summarised = snapshot.generation, not snapshot.items
    progress = (summarised and generation.progress) or snapshot.progress
    actual = generation.actual_micro_usd if summarised else snapshot.actual_micro_usd
    return {
        "id": generation.id,
        "mode": generation.mode,
        "status": snapshot.status,
        "final": snapshot.is_final(now) and snapshot.is_scored(now),
        "progress": ProgressView.of(progress),
        "cost": CostView(
            estimated_usd=usd(generation.estimated_micro_usd), actual_usd=usd(actual or 0)
        ),
        "quota": QuotaView(
            held=0 if generation.closed else generation.units, charged=progress.completed
        ),
        "character_id": generation.character_id,
        "style_capsule": AppliedStyleView.of(generation.style_capsule),
        "accept": AcceptView.of(generation.accept),
        "retry_of": generation.retry_of,
        "created_at": generation.created_at,
        "started_at": generation.started_at if summarised else snapshot.started_at,
        "completed_at": generation.closed_at,
    }
