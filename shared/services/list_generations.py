"""List an owner's generations, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.generation import Generation, Snapshot, Status
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Generations


@dataclass(frozen=True, slots=True)
class ListGenerations:
    """A closed generation carries its summary; the few open ones are read with their items."""

    generations: Generations

    def __call__(
        self,
        *,
        owner: str,
        page: PageRequest,
        statuses: Sequence[Status] = (),
        mode: str | None = None,
        character_id: str | None = None,
    ) -> Page[Snapshot]:
        """The snapshot of a closed generation has no items. Raises InvalidCursor."""
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
        if generation.closed:
            return Snapshot(generation=generation, items=())
        try:
            return self.generations.get(generation.id)
        except NotFound:
            return None
