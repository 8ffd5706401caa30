"""Scores of a character's images by the model that drew them: only like is compared with like."""

from shared.domain.entity import Entity
from shared.domain.images import StoredImage
from shared.domain.likeness import LikenessSummary, summary_of
from shared.domain.page import Page


class ModelConsistency(Entity):
    """`model` drew, None of what was brought; `provider` and `model_version` measured."""

    model: str | None
    provider: str
    model_version: str
    summary: LikenessSummary


class Consistency(Entity):
    """One page of images, newest first, and what the measured ones of it come to by model."""

    images: Page[StoredImage]
    models: tuple[ModelConsistency, ...]


def consistency_of(images: Page[StoredImage]) -> Consistency:
    """Models in the order of their newest image; those on another scale stand apart."""
    groups: dict[tuple[str | None, str, str], list[StoredImage]] = {}
    for image in images.data:
        found = image.similarity
        if found is not None and found.provider and found.model_version:
            scale = (image.model, found.provider, found.model_version)
            groups.setdefault(scale, []).append(image)
    models = (
        ModelConsistency(
            model=model,
            provider=provider,
            model_version=version,
            summary=summary_of(one.similarity for one in group if one.similarity),
        )
        for (model, provider, version), group in groups.items()
    )
    return Consistency(images=images, models=tuple(models))
