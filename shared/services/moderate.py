"""Refuse what the policy does not allow, without telling which words did it."""

from dataclasses import dataclass

from shared.domain.character import Character
from shared.domain.errors import ContentRefused
from shared.domain.moderation.asked import verdict_on
from shared.domain.ports import Counter
from shared.domain.wish import Wish


@dataclass(frozen=True, slots=True)
class Moderate:
    """Counts by category alone: neither the words nor their owner leave the request."""

    count: Counter

    def __call__(self, wish: Wish, character: Character | None) -> None:
        """Raises ContentRefused."""
        if (category := verdict_on(wish, character)) is not None:
            self.count("content_refused", category)
            raise ContentRefused("This request is not something we draw.")
