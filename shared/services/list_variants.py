"""List the variants of a character, newest first, beside the source they are to resemble."""

from dataclasses import dataclass

from shared.domain.character import SourceImage
from shared.domain.entity import Entity
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Variants
from shared.domain.variant import ShownVariant, VariantStatus
from shared.services.show_variants import ShowVariants


class VariantPage(Entity):
    """`source` is the current one, None before the first."""

    source: SourceImage | None
    variants: Page[ShownVariant]


@dataclass(frozen=True, slots=True)
class ListVariants:
    variants: Variants
    show: ShowVariants

    def __call__(
        self,
        *,
        owner: str,
        character_id: str,
        page: PageRequest,
        variant_type: str | None = None,
        status: VariantStatus | None = None,
    ) -> VariantPage:
        """Raises NotFound, InvalidCursor."""
        lineup = self.variants.lineup(owner, character_id)
        found = self.variants.list_of(character_id, page, variant_type=variant_type, status=status)
        shown = Page[ShownVariant](
            data=self.show(lineup, found.data), next_cursor=found.next_cursor
        )
        return VariantPage(source=lineup.character.source, variants=shown)


@dataclass(frozen=True, slots=True)
class ListVersions:
    """The chain that a variant is part of, newest version first."""

    variants: Variants
    show: ShowVariants

    def __call__(
        self, *, owner: str, character_id: str, variant_id: str, page: PageRequest
    ) -> Page[ShownVariant]:
        """Raises NotFound, InvalidCursor."""
        variant = self.variants.get(owner, character_id, variant_id)
        lineup = self.variants.lineup(owner, character_id)
        found = self.variants.list_of(character_id, page, root_id=variant.root_id)
        return Page(data=self.show(lineup, found.data), next_cursor=found.next_cursor)
