"""Let variants follow what becomes of their items: from the changes, so that none is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.analytics.changes import Change, ItemChange
from shared.domain.drawn_variants import drawn
from shared.domain.errors import NotFound, StaleWrite
from shared.domain.generation import Generation, Item, ItemRef, Snapshot
from shared.domain.ports import Clock, Variants
from shared.domain.variant import Review

_RACES = 4


@dataclass(frozen=True, slots=True)
class FollowVariants:
    """Told twice or out of order, a variant is the same: `drawn` looks at what it is by then."""

    variants: Variants
    clock: Clock

    def __call__(self, *, changes: Sequence[Change]) -> None:
        """Only the last word on an item counts. Raises Unavailable."""
        latest: dict[ItemRef, tuple[Generation, Item]] = {}
        for change in changes:
            match change:
                case ItemChange(after=Item(variant_id=str()) as item):
                    known = latest.get(item.ref)
                    newer = known is None or item.version > known[1].version
                    if newer and change.generation is not None:
                        latest[item.ref] = (change.generation, item)
        for generation, item in latest.values():
            self._follow(generation, item)

    def settle(self, snapshot: Snapshot) -> None:
        """Before a generation is deleted: afterwards no change of an item tells whose it was."""
        for item in snapshot.items:
            if item.variant_id is not None:
                self._follow(snapshot.generation, item)

    def _follow(self, generation: Generation, item: Item) -> None:
        assert generation.character_id is not None, "a variant shows a character"
        assert item.variant_id is not None, "it draws one"
        place = (generation.owner, generation.character_id, item.variant_id)
        for _ in range(_RACES):
            try:
                variant = self.variants.get(*place)
                after = drawn(variant, item, self.clock())
                if after is not None:
                    self.variants.apply(Review(variants=(after,)))
            except NotFound:
                return  # Deleted meanwhile, with its character.
            except StaleWrite:
                continue
            return
        raise StaleWrite("the variant changes faster than it can follow its item")
