"""How much a picture looks like its character, and what a generation's pictures come to."""

from collections.abc import Iterable
from enum import StrEnum
from statistics import fmean
from typing import Self

from shared.domain.entity import Entity
from shared.domain.faces import Verdict, verdict_of


class SimilarityStatus(StrEnum):
    PENDING = "pending"
    MEASURED = "measured"
    NOT_MEASURED = "not_measured"


class Similarity(Entity):
    """`score` is 0 to 100, on the scale of `provider` and `model_version`: never compared with
    that of another. `source_version` is the character's source image that was compared with, None
    where it was the photo of a kit; `reason` a stable word for why nothing was measured."""

    status: SimilarityStatus
    score: float | None = None
    verdict: Verdict | None = None
    provider: str | None = None
    model_version: str | None = None
    source_version: int | None = None
    reason: str | None = None

    @classmethod
    def pending(cls) -> Self:
        return cls(status=SimilarityStatus.PENDING)

    @classmethod
    def not_measured(cls, reason: str) -> Self:
        return cls(status=SimilarityStatus.NOT_MEASURED, reason=reason)

    @classmethod
    def measured(
        cls, score: float, *, provider: str, model_version: str, source_version: int | None
    ) -> Self:
        return cls(
            status=SimilarityStatus.MEASURED,
            score=score,
            verdict=verdict_of(score),
            provider=provider,
            model_version=model_version,
            source_version=source_version,
        )


def awaited(*known_by: str | None, measures_faces: bool) -> Similarity | None:
    """What a new picture begins with: only that of a character or of a kit has anything to be
    compared with."""
    return Similarity.pending() if measures_faces and any(known_by) else None


class LikenessSummary(Entity):
    """Of the images that were measured: how many, the mean and the worst score, and how many are
    consistent; `pending` counts those that are still to be measured."""

    measured: int = 0
    pending: int = 0
    consistent: int = 0
    mean: float | None = None
    worst: float | None = None


def summary_of(similarities: Iterable[Similarity]) -> LikenessSummary:
    found = list(similarities)
    scores = [one.score for one in found if one.score is not None]
    return LikenessSummary(
        measured=len(scores),
        pending=sum(one.status is SimilarityStatus.PENDING for one in found),
        consistent=sum(one.verdict is Verdict.CONSISTENT for one in found),
        mean=round(fmean(scores), 1) if scores else None,
        worst=min(scores, default=None),
    )
