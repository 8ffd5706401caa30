"""List an owner's reference kits, newest first."""

from dataclasses import dataclass

from shared.domain.page import Page, PageRequest
from shared.domain.ports import ReferenceKits
from shared.domain.reference_kit import ShownKit
from shared.services.show_kit import ShowKit


@dataclass(frozen=True, slots=True)
class ListKits:
    kits: ReferenceKits
    show_kit: ShowKit

    def __call__(self, *, owner: str, page: PageRequest) -> Page[ShownKit]:
        """Raises InvalidCursor."""
        found = self.kits.list_owned(owner, page)
        return Page(data=self.show_kit.all_of(found.data), next_cursor=found.next_cursor)
