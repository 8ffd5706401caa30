"""Drawing an image again until it is the person: what is kept of each draw, and what it came to."""

from enum import StrEnum

from shared.domain.entity import Entity
from shared.domain.request import ProviderName


class Judgement(StrEnum):
    """Of the image that was delivered, where a score was asked for."""

    PASSED = "passed"
    BEST_EFFORT = "best_effort"
    NOT_MEASURED = "not_measured"


class Draw(Entity):
    """One stored image of an item, whether it was delivered or not. `attempts` are the provider
    calls that this draw took: they count as retries, not as draws. `score` is None where nothing
    was measured."""

    image_id: str
    seed: int
    score: float | None = None
    attempts: int
    provider: ProviderName | None = None
