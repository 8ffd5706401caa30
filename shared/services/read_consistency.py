"""How well each model has kept a character's face, image by image."""

from dataclasses import dataclass

from shared.domain.consistency import Consistency, consistency_of
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Characters, Images


@dataclass(frozen=True, slots=True)
class ReadConsistency:
    characters: Characters
    images: Images

    def __call__(self, *, owner: str, character_id: str, page: PageRequest) -> Consistency:
        """Of one page of the character's images, newest first. Raises NotFound, InvalidCursor."""
        self.characters.get(owner, character_id)
        images = self.images.list_owned(owner, page, character_id=character_id)
        drawn = tuple(one for one in images.data if one.similarity is not None)
        return consistency_of(Page(data=drawn, next_cursor=images.next_cursor))
