"""Refuse what the policy does not allow, without telling which words did it."""

from dataclasses import dataclass

from shared.domain.character import Attributes, Character
from shared.domain.errors import ContentRefused
from shared.domain.moderation.asked import verdict_on, words_of
from shared.domain.moderation.policy import Category, verdict
from shared.domain.ports import Counter
from shared.domain.styling import Style
from shared.domain.wish import Wish


@dataclass(frozen=True, slots=True)
class Moderate:
    """Counts by category alone: neither the words nor their owner leave the request."""

    count: Counter

    def __call__(self, wish: Wish, character: Character | None, style: Style | None = None) -> None:
        """Raises ContentRefused."""
        self._refuse(verdict_on(wish, character, style))

    def words(self, *texts: str) -> None:
        """As for a picture of nobody in particular. Raises ContentRefused."""
        self._refuse(verdict(texts, likeness=False))

    def person(self, attributes: Attributes) -> None:
        """As for pictures of somebody. Raises ContentRefused."""
        self._refuse(verdict(words_of(attributes), likeness=True))

    def _refuse(self, category: Category | None) -> None:
        if category is not None:
            self.count("content_refused", category)
            raise ContentRefused("This request is not something we draw.")
