"""Apply a provider's verified callback to the attempt it speaks of."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.generation import Attempt
from shared.domain.ports import Counter, Generations, ImageProvider
from shared.domain.request import ProviderName
from shared.domain.work import AttemptReference, TakeCallback
from shared.services.finish_work import FinishWork
from shared.services.settle_report import SettleReport


@dataclass(frozen=True, slots=True)
class ApplyCallback:
    """The signature proves the sender, not the attempt: the URL is not signed. The prediction
    must be the one the attempt is bound to, or the attempt unbound and its token right."""

    generations: Generations
    providers: Callable[[ProviderName], ImageProvider]
    settle_report: SettleReport
    finish_work: FinishWork
    count: Counter

    async def __call__(self, *, work: TakeCallback) -> None:
        """Raises ProviderError or Unavailable when the output cannot be had now."""
        reference = AttemptReference.parse(work.reference)
        attempt = None if reference is None else await self._attempt(reference)
        if reference is None or attempt is None:
            self.count("callback_ignored", "unknown_attempt")
        elif not _speaks_of(attempt, reference, work):
            self.count("callback_ignored", "not_of_this_attempt")
        else:
            await self._apply(work, attempt)

    async def _attempt(self, reference: AttemptReference) -> Attempt | None:
        return await asyncio.to_thread(
            self.generations.attempt,
            reference.generation_id,
            reference.index,
            reference.number,
        )

    async def _apply(self, work: TakeCallback, attempt: Attempt) -> None:
        try:
            snapshot = await asyncio.to_thread(self.generations.get, attempt.generation_id)
        except NotFound:
            self.count("callback_ignored", "generation_deleted")
            return
        bound = attempt.model_copy(update={"prediction_id": work.prediction_id})
        provider = self.providers(work.provider)
        report = (
            await provider.poll(bound)
            if work.payload is None
            else provider.report(work.payload, bound)
        )
        await self.settle_report(
            generation=snapshot.generation,
            item=snapshot.items[attempt.index],
            attempt=bound,
            report=report,
        )
        await self.finish_work(generation_id=attempt.generation_id)


def _speaks_of(attempt: Attempt, reference: AttemptReference, work: TakeCallback) -> bool:
    if attempt.provider is not work.provider:
        return False
    if attempt.prediction_id is not None:
        return attempt.prediction_id == work.prediction_id
    return hmac.compare_digest(attempt.token, reference.token)
