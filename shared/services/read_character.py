"""Read one character with its current source image."""

from dataclasses import dataclass

from shared.domain.character import Character, SourceImage
from shared.domain.errors import NotFound
from shared.domain.ports import Characters


@dataclass(frozen=True, slots=True)
class ReadCharacter:
    characters: Characters

    def __call__(self, *, owner: str, character_id: str) -> Character:
        """Raises NotFound, also for another owner's."""
        return self.characters.get(owner, character_id)


@dataclass(frozen=True, slots=True)
class ReadSourceImage:
    characters: Characters

    def __call__(self, *, owner: str, character_id: str) -> SourceImage:
        """The current one. Raises NotFound, also while there is none."""
        source = self.characters.get(owner, character_id).source
        if source is None:
            raise NotFound("The character has no source image yet.")
        return source
