"""Delete a character and every picture of the person it was given."""

from dataclasses import dataclass

from shared.domain.errors import StaleWrite
from shared.domain.ports import Characters
from shared.services.erase_images import EraseImages

_RACES = 4


@dataclass(frozen=True, slots=True)
class DeleteCharacter:
    """Pictures first, record last: whoever crashes in between leaves a character that can be
    deleted again. Images that generations made of it stay with their generations."""

    characters: Characters
    erase_images: EraseImages

    def __call__(self, *, owner: str, character_id: str) -> None:
        """Raises NotFound."""
        for _ in range(_RACES):
            character = self.characters.get(owner, character_id)
            sources = self.characters.sources(character_id)
            self.erase_images(images=[source.image for source in sources])
            try:
                self.characters.delete(character)
            except StaleWrite:
                continue
            return
        raise StaleWrite("the character changes faster than it can be deleted")
