"""What callers send and get of reference kits."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.character import FaceSource
from shared.domain.draws import Judgement
from shared.domain.entity import Timestamp
from shared.domain.generation import Status
from shared.domain.ids import Kind
from shared.domain.reference_kit import KitStatus, ShownKit, ShownSlot
from shared.domain.request import ProviderName, Quality
from shared.domain.slots import MAX_SLOTS, SlotWish
from shared.domain.wished_slots import wished_slots
from shared.runtime.drawing_views import (
    AcceptBody,
    CostView,
    DrawView,
    LikenessView,
    ProgressView,
)
from shared.runtime.error_view import ErrorView
from shared.runtime.face_views import EmbeddingView, QaView
from shared.runtime.form_files import InputPictureBody
from shared.runtime.image_view import ImageView, SignedUrls, SimilarityView
from shared.runtime.models import Body, IdOf, Query, Seed, Slug, View, Words, YesOrNo, usd
from shared.services.create_kit import DEFAULT_CONCURRENCY, KitWish

Name = Annotated[str, Words(100)]


class SlotBody(Body):
    """A slot or an expression of your own, and what it is to show."""

    name: Slug
    prompt: Annotated[str, Words(500, lines=True)]


Slots = Annotated[tuple[Slug | SlotBody, ...], Field(max_length=100)]


class KitBody(Body):
    """Exactly one of `source_image` and `character_id`, whose current source image is copied. The
    anchor face is drawn first, named or not, and the others after it. `slots` and `expressions` are
    names of ours, or yours with a prompt; an expression without one is told by its name."""

    name: Name
    source_image: InputPictureBody | None = None
    character_id: Annotated[str, IdOf(Kind.CHARACTER)] | None = None
    slots: Slots | None = None
    expressions: Slots | None = None
    provider: Literal["auto", "gemini", "replicate", "comfyui"] = "auto"
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/:-]{1,100}$")] | None = None
    quality: Quality = Quality.STANDARD
    seed: Seed | None = None
    accept: AcceptBody | None = None
    max_cost_usd: Annotated[float, Field(ge=0, le=1000)] | None = None
    max_concurrency: Annotated[int, Field(ge=1, le=MAX_SLOTS)] = DEFAULT_CONCURRENCY

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.source_image is None) == (self.character_id is None):
            raise PydanticCustomError(
                "one_source", "Give exactly one of source_image and character_id."
            )
        return self

    def to_domain(self) -> KitWish:
        """Raises Unprocessable for slots that are unknown, named twice or too many."""
        limit = self.max_cost_usd
        return KitWish(
            name=self.name,
            photo=self.source_image and self.source_image.to_domain(),
            character_id=self.character_id,
            slots=wished_slots(_wishes(self.slots), _wishes(self.expressions)),
            provider=None if self.provider == "auto" else ProviderName(self.provider),
            model=self.model,
            quality=self.quality,
            seed=self.seed,
            accept=self.accept and self.accept.to_domain(),
            max_cost_micro_usd=None if limit is None else round(limit * 1_000_000),
            max_concurrency=self.max_concurrency,
        )


class KitChangeBody(Body):
    name: Name


class KitQuery(Query):
    """`expand=prompts` shows what the model is told for each slot."""

    expand: Literal["prompts"] | None = None


class RedrawQuery(Query):
    """`cascade=true` draws again what depends on the slot: on the anchor, all others."""

    cascade: YesOrNo = False


class KitPhotoView(View):
    """The picture that everything is drawn after."""

    image: ImageView
    qa: QaView
    embedding: EmbeddingView

    @classmethod
    def of(cls, source: FaceSource, urls: SignedUrls) -> Self:
        return cls(
            image=ImageView.of(source.image, urls),
            qa=QaView.of(source.qa),
            embedding=EmbeddingView.of(source.embedding),
        )


class SlotView(View):
    """`image` is the picture to use now: while a slot is drawn again, and where that fails, the
    one before. `status` and `error` are of the latest drawing, all the rest is of the one that
    brought `image`; `prompt` is shown on request."""

    status: Status
    image: ImageView | None
    similarity: SimilarityView | None
    verdict: Judgement | None
    draws: list[DrawView]
    attempts: int
    seed: int | None
    error: ErrorView | None
    prompt: str | None

    @classmethod
    def of(cls, slot: ShownSlot, urls: SignedUrls, prompt: str | None) -> Self:
        item, made_by, image = slot.item, slot.made_by, slot.image
        failed = item is not None and item.status is Status.FAILED
        return cls(
            status=Status.FAILED if item is None else item.status,
            image=image and ImageView.of(image, urls),
            similarity=image and SimilarityView.of(image),
            verdict=made_by and made_by.judgement,
            draws=[DrawView.of(draw, image) for draw in made_by.draws] if made_by else [],
            attempts=made_by.attempts if made_by else 0,
            seed=made_by and made_by.seed,
            error=ErrorView.of(item.failure) if failed and item and item.failure else None,
            prompt=prompt,
        )


class KitSummaryView(View):
    """A kit in a list, without its slots. `duration_ms` is how long the latest drawing took,
    `cost` is of all of them. `partial`: the anchor face is there, and another slot has no
    picture."""

    id: str
    name: str
    status: KitStatus
    character_id: str | None
    source_image: KitPhotoView
    anchor_image: ImageView | None
    likeness: LikenessView
    progress: ProgressView
    cost: CostView
    max_concurrency: int
    generation_id: str
    created_at: Timestamp
    completed_at: Timestamp | None
    duration_ms: int | None

    @classmethod
    def of(cls, shown: ShownKit, urls: SignedUrls, **more: Any) -> Self:
        kit, end, face = shown.kit, shown.completed_at, shown.anchor.image
        return cls(
            **more,
            id=kit.id,
            name=kit.name,
            status=shown.status,
            character_id=kit.character_id,
            source_image=KitPhotoView.of(kit.source, urls),
            anchor_image=face and ImageView.of(face, urls),
            likeness=LikenessView.of(shown.likeness),
            progress=ProgressView.of(shown.progress),
            cost=CostView(
                estimated_usd=usd(kit.estimated_micro_usd),
                actual_usd=usd(shown.actual_micro_usd),
            ),
            max_concurrency=kit.max_concurrency,
            generation_id=kit.generation_id,
            created_at=kit.created_at,
            completed_at=end,
            duration_ms=end and round((end - kit.drawn_at) / timedelta(milliseconds=1)),
        )


class KitView(KitSummaryView):
    """A kit as a whole."""

    slots: dict[str, SlotView]

    @classmethod
    def whole(
        cls, shown: ShownKit, urls: SignedUrls, prompts: Mapping[str, str] | None = None
    ) -> Self:
        told = prompts or {}
        slots = {
            one.slot.name: SlotView.of(one, urls, told.get(one.slot.name)) for one in shown.slots
        }
        return cls.of(shown, urls, slots=slots)


def _wishes(named: tuple[str | SlotBody, ...] | None) -> tuple[SlotWish, ...] | None:
    if named is None:
        return None
    return tuple(
        SlotWish(name=one) if isinstance(one, str) else SlotWish(name=one.name, prompt=one.prompt)
        for one in named
    )
