"""Forget generations that are older than this deployment keeps them."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from shared.domain.collecting import Collected
from shared.domain.errors import NotFound, StaleWrite, Unavailable
from shared.domain.generation import Snapshot
from shared.domain.ports import Clock, Generations
from shared.services.delete_generation import DeleteGeneration

_AT_ONCE = 100
"""Generations looked at in one run; the rest is still old an hour later."""


@dataclass(frozen=True, slots=True)
class ForgetGenerations:
    """As if their owners had deleted them: records, images, renditions, inputs. The index only
    nominates; `kept` is None where everything is kept."""

    generations: Generations
    delete_generation: DeleteGeneration
    clock: Clock
    kept: timedelta | None

    def __call__(self, report: Collected) -> Collected:
        """The report with how many were forgotten, or would have been."""
        if self.kept is None:
            return report
        limit = self.clock() - self.kept
        for generation_id in list(islice(self.generations.closed_before(limit), _AT_ONCE)):
            try:
                snapshot = self.generations.get(generation_id)
                if not self._is_old(snapshot):
                    continue
                if not report.dry_run:
                    owner = snapshot.generation.owner
                    self.delete_generation(owner=owner, generation_id=generation_id)
            except NotFound:
                continue
            except (StaleWrite, Unavailable):
                report = report.model_copy(update={"failed": report.failed + 1})
            else:
                report = report.model_copy(update={"forgotten": report.forgotten + 1})
        return report

    def _is_old(self, snapshot: Snapshot) -> bool:
        closed_at, now = snapshot.generation.closed_at, self.clock()
        assert self.kept is not None, "asked only where something is forgotten"
        return closed_at is not None and closed_at + self.kept <= now and snapshot.is_final(now)
