"""HTTP: how well a character's face was kept, over time and by model."""

from typing import Annotated, Self

from shared.domain.consistency import Consistency, ModelConsistency
from shared.domain.entity import Timestamp
from shared.domain.ids import Kind
from shared.domain.images import StoredImage
from shared.domain.request import Owner
from shared.runtime import bootstrap_characters as bootstrap
from shared.runtime.http import Api
from shared.runtime.image_view import SimilarityView
from shared.runtime.models import PageQuery, View

CharacterId = Annotated[str, Kind.CHARACTER]

api = Api()


class ScoredImageView(View):
    """An image of the character and how much it looks like the source."""

    image_id: str
    generation_id: str | None
    variant_id: str | None
    model: str | None
    similarity: SimilarityView
    created_at: Timestamp

    @classmethod
    def of(cls, image: StoredImage) -> Self:
        return cls(
            image_id=image.id,
            generation_id=image.generation_id,
            variant_id=image.variant_id,
            model=image.model,
            similarity=SimilarityView.of(image),
            created_at=image.created_at,
        )


class ModelConsistencyView(View):
    """What the images of one model come to. Scores of another `provider` or `model_version` are on
    another scale, and stand apart."""

    model: str | None
    provider: str
    model_version: str
    measured: int
    consistent: int
    mean: float | None
    worst: float | None

    @classmethod
    def of(cls, one: ModelConsistency) -> Self:
        return cls(
            model=one.model,
            provider=one.provider,
            model_version=one.model_version,
            measured=one.summary.measured,
            consistent=one.summary.consistent,
            mean=one.summary.mean,
            worst=one.summary.worst,
        )


class ScoresView(View):
    """One page of images, newest first; `models` sums up the measured ones of this page.
    `next_cursor` is null on the last page."""

    data: list[ScoredImageView]
    models: list[ModelConsistencyView]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Consistency) -> Self:
        return cls(
            data=[ScoredImageView.of(image) for image in found.images.data],
            models=[ModelConsistencyView.of(one) for one in found.models],
            next_cursor=found.images.next_cursor,
        )


@api.get(
    "/v1/characters/{character_id}/consistency",
    summary="Read how well the face was kept",
    refuses={400: ("invalid_cursor",)},
)
def read_consistency(owner: Owner, character_id: CharacterId, query: PageQuery) -> ScoresView:
    """Scores over time: of images that were drawn, brought as variants, or edited."""
    found = bootstrap.read_consistency()(
        owner=owner.id, character_id=character_id, page=query.page()
    )
    return ScoresView.of(found)
