"""What generations and reference kits share of what callers send and get."""

from typing import Annotated, Self

from pydantic import Field

from shared.domain.draws import Draw
from shared.domain.generation import Progress
from shared.domain.images import StoredImage
from shared.domain.likeness import LikenessSummary
from shared.domain.request import Acceptance
from shared.runtime.models import Body, View


class AcceptBody(Body):
    """An image of a person that scores below `min_score` (0 to 100) is drawn again from another
    seed, up to `max_attempts` draws in all and within the image's equal share of `max_cost_usd`.
    The best one is delivered; the others stay on record."""

    min_score: Annotated[float, Field(ge=1, le=100)] = 85
    max_attempts: Annotated[int, Field(ge=1, le=5)] = 3

    def to_domain(self) -> Acceptance:
        return Acceptance(min_score=self.min_score, max_attempts=self.max_attempts)


class ProgressView(View):
    total: int
    completed: int
    failed: int
    cancelled: int
    percent: int

    @classmethod
    def of(cls, progress: Progress) -> Self:
        return cls(
            total=progress.total,
            completed=progress.completed,
            failed=progress.failed,
            cancelled=progress.cancelled,
            percent=progress.percent,
        )


class AcceptView(View):
    """What an image must score to be delivered at once, and how often it is drawn at most."""

    min_score: float
    max_attempts: int

    @classmethod
    def of(cls, accept: Acceptance | None) -> Self | None:
        return None if accept is None else cls(**accept.model_dump())


class DrawView(View):
    """One stored image of an item for which a score was asked; `kept` is the one delivered."""

    image_id: str
    seed: int
    score: float | None
    attempts: int
    kept: bool

    @classmethod
    def of(cls, draw: Draw, image: StoredImage | None) -> Self:
        kept = image is not None and image.id == draw.image_id
        return cls(
            image_id=draw.image_id,
            seed=draw.seed,
            # It may have been delivered before it was measured.
            score=image.score if image is not None and kept else draw.score,
            attempts=draw.attempts,
            kept=kept,
        )


class LikenessView(View):
    """Of the images that were measured against the source: how many, the mean and the worst score,
    how many are consistent, and how many are still to be measured."""

    measured: int
    pending: int
    consistent: int
    mean: float | None
    worst: float | None

    @classmethod
    def of(cls, summary: LikenessSummary) -> Self:
        return cls(**summary.model_dump())


class CostView(View):
    """Estimated from the dated price table, actual from what the provider reports."""

    estimated_usd: float
    actual_usd: float
