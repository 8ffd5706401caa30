"""Change what is said of a character; its seed stays locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.character import Attributes, Character
from shared.domain.entity import Entity
from shared.domain.errors import StaleWrite
from shared.domain.ports import Characters, Clock
from shared.services.moderate import Moderate

_RACES = 4


class CharacterChange(Entity):
    """Only what is named here changes; None takes a value away."""

    name: str | None = None
    attributes: Mapping[str, str | None] = {}
    consistency: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ChangeCharacter:
    """Two changes at once both take effect: the second is made on what the first left."""

    characters: Characters
    moderate: Moderate
    clock: Clock

    def __call__(self, *, owner: str, character_id: str, change: CharacterChange) -> Character:
        """Raises NotFound, ContentRefused."""
        for _ in range(_RACES):
            changed = self._changed(self.characters.get(owner, character_id), change)
            if change.attributes:
                self.moderate.person(changed.attributes)
            try:
                self.characters.save(changed)
            except StaleWrite:
                continue
            return changed
        raise StaleWrite("the character changes faster than it can be written")

    def _changed(self, character: Character, change: CharacterChange) -> Character:
        attributes = character.attributes.model_dump() | dict(change.attributes)
        return character.model_copy(
            update={
                "name": change.name or character.name,
                "attributes": Attributes.model_validate(attributes),
                "consistency": character.consistency.model_copy(update=change.consistency),
                "version": character.version + 1,
                "updated_at": self.clock(),
            }
        )
