"""List the approved heroes of a character, one of each type."""

from dataclasses import dataclass

from shared.domain.cursors import Cursor, binding_of, read_cursor
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Variants
from shared.domain.variant import ShownVariant
from shared.services.show_variants import ShowVariants


@dataclass(frozen=True, slots=True)
class ListHeroes:
    """In the order of the types; a cursor names the last one shown."""

    variants: Variants
    show: ShowVariants

    def __call__(self, *, owner: str, character_id: str, page: PageRequest) -> Page[ShownVariant]:
        """Raises NotFound, InvalidCursor."""
        lineup = self.variants.lineup(owner, character_id)
        binding = binding_of(character_id, "heroes")
        after = "" if page.cursor is None else read_cursor(page.cursor, binding)
        types = sorted(one for one in lineup.heroes if one > after)
        shown = types[: page.limit]
        heroes = self.variants.get_many(character_id, [lineup.heroes[one] for one in shown])
        more = len(types) > len(shown)
        return Page(
            data=self.show(lineup, heroes),
            next_cursor=str(Cursor(after=shown[-1], binding=binding)) if more else None,
        )
