"""List an owner's images, newest first."""

from dataclasses import dataclass

from shared.domain.images import StoredImage
from shared.domain.page import Page, PageRequest
from shared.domain.ports import Images


@dataclass(frozen=True, slots=True)
class ListImages:
    images: Images

    def __call__(
        self,
        *,
        owner: str,
        page: PageRequest,
        character_id: str | None = None,
        generation_id: str | None = None,
    ) -> Page[StoredImage]:
        """Live ones only. Raises InvalidCursor."""
        return self.images.list_owned(
            owner, page, character_id=character_id, generation_id=generation_id
        )
