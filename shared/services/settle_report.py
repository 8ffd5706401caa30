"""What follows from a provider's report on a prediction, asked for or sent."""

from dataclasses import dataclass

from shared.domain import events as e
from shared.domain.generation import Attempt, Generation, Item, Status
from shared.domain.provider import Failed, Finished, PredictionReport
from shared.services.settle_attempt import SettleAttempt


@dataclass(frozen=True, slots=True)
class SettleReport:
    """The same for polls and callbacks."""

    settle: SettleAttempt

    async def __call__(
        self, *, generation: Generation, item: Item, attempt: Attempt, report: PredictionReport
    ) -> None:
        """`attempt` carries the prediction id. Raises Unavailable when the output cannot be
        fetched now."""
        if item.ended and item.late_until is None:
            # A repeated callback: nothing of it is wanted, so nothing of it is fetched.
            self.settle.count("report_ignored", item.status)
            return
        match report:
            case Finished():
                await self.settle.take(
                    generation=generation, item=item, attempt=attempt, finished=report
                )
            case Failed():
                await self.settle.fail(
                    generation=generation, item=item, attempt=attempt, error=report.error
                )
            case _:
                if item.status is Status.GENERATING:
                    await self.settle.move(generation, item, e.Bound(attempt))
