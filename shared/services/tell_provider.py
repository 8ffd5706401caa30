"""Tell a provider that a prediction is no longer wanted."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.errors import ProviderError
from shared.domain.ports import Counter, ImageProvider
from shared.domain.request import ProviderName
from shared.domain.work import CancelPrediction


@dataclass(frozen=True, slots=True)
class TellProvider:
    """Best effort: the item is cancelled already, whatever the provider says."""

    providers: Callable[[ProviderName], ImageProvider]
    count: Counter

    async def __call__(self, *, work: CancelPrediction) -> None:
        try:
            await self.providers(work.provider).cancel(work.prediction_id)
        except ProviderError as refused:
            self.count("provider_cancel_failed", refused.code)
