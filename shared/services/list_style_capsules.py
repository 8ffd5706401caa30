"""List an owner's style capsules, newest first."""

from dataclasses import dataclass

from shared.domain.page import Page, PageRequest
from shared.domain.ports import StyleCapsules
from shared.domain.style_capsule import StyleCapsule


@dataclass(frozen=True, slots=True)
class ListStyleCapsules:
    capsules: StyleCapsules

    def __call__(self, *, owner: str, page: PageRequest) -> Page[StyleCapsule]:
        """Raises InvalidCursor."""
        return self.capsules.list_owned(owner, page)
