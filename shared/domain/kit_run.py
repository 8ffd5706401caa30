"""What an execution of the kit workflow is told: which items it lets go, and how many at once."""

from shared.domain.entity import Entity
from shared.domain.generation import Snapshot


class KitRun(Entity):
    """The anchor is item 0, and is drawn before the `others`."""

    owner: str
    kit_id: str
    generation_id: str
    others: tuple[int, ...]
    max_concurrency: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> "KitRun":
        generation = snapshot.generation
        assert generation.kit_id is not None, "a workflow draws a kit"
        assert generation.max_concurrency is not None, "a workflow bounds its side by side"
        return cls(
            owner=generation.owner,
            kit_id=generation.kit_id,
            generation_id=generation.id,
            others=tuple(item.index for item in snapshot.items if item.index),
            max_concurrency=generation.max_concurrency,
        )
