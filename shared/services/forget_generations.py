"""Forget generations that are older than this deployment keeps them."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.collecting import Collected
from shared.domain.ports import Clock, Counter, Generations
from shared.services.delete_generation import DeleteGeneration
from shared.services.forgetting import forget_each


@dataclass(frozen=True, slots=True)
class ForgetGenerations:
    """As if their owners had deleted them: records, images, renditions, inputs. `kept` is None
    where everything is kept."""

    generations: Generations
    delete_generation: DeleteGeneration
    clock: Clock
    count: Counter
    kept: timedelta | None

    def __call__(self, report: Collected) -> Collected:
        """The report with how many were forgotten, or would have been."""
        if self.kept is None:
            return report
        now, limit = self.clock(), self.clock() - self.kept

        def forget(generation_id: str) -> bool:
            snapshot = self.generations.get(generation_id)
            closed_at = snapshot.generation.closed_at
            if closed_at is None or closed_at > limit or not snapshot.is_final(now):
                return False
            if not report.dry_run:
                owner = snapshot.generation.owner
                self.delete_generation(owner=owner, generation_id=generation_id)
            return True

        return forget_each(
            self.generations.closed_before(limit),
            forget,
            counted_as="forgotten",
            report=report,
            count=self.count,
        )
