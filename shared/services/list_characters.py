"""List an owner's characters, newest first."""

from dataclasses import dataclass

from shared.domain.character import Character
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Characters


@dataclass(frozen=True, slots=True)
class ListCharacters:
    characters: Characters

    def __call__(self, *, owner: str, page: PageRequest) -> Page[Character]:
        """Raises InvalidCursor."""
        return self.characters.list_owned(owner, page)
