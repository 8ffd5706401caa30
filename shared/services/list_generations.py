"""List an owner's generations, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import NotFound
from shared.domain.generation import Generation, Snapshot, Status
from shared.domain.limits import LATE_WINDOW, SCORES_WITHIN
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Clock, Generations


@dataclass(frozen=True, slots=True)
class ListGenerations:
    """A closed generation carries its summary; the few that may still change are read with
    their items."""

    generations: Generations
    clock: Clock

    def __call__(
        self,
        *,
        owner: str,
        page: PageRequest,
        statuses: Sequence[Status] = (),
        mode: str | None = None,
        character_id: str | None = None,
    ) -> Page[Snapshot]:
        """What is final for good comes without its items. Raises InvalidCursor."""
        listed = self.generations.list_owned(
            owner, page, statuses=statuses, mode=mode, character_id=character_id
        )
        found = [self._current(generation) for generation in listed.data]
        shown = tuple(
            snapshot
            for snapshot in found
            if snapshot is not None and (not statuses or snapshot.status in statuses)
        )
        return Page(data=shown, next_cursor=listed.next_cursor)

    def _current(self, generation: Generation) -> Snapshot | None:
        """None when it was deleted while we looked."""
        if _is_settled(generation, self.clock()):
            return Snapshot(generation=generation, items=())
        try:
            return self.generations.get(generation.id)
        except NotFound:
            return None


def _is_settled(generation: Generation, now: datetime) -> bool:
    """Closed, and neither a late image of a failed item nor a score can arrive any more."""
    if generation.closed_at is None or generation.progress is None:
        return False
    scored = not generation.shows_somebody or generation.closed_at + SCORES_WITHIN <= now
    late = generation.progress.failed and generation.closed_at + LATE_WINDOW > now
    return scored and not late
