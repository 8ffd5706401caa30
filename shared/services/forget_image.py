"""Let the item that brought an image forget it."""

from dataclasses import dataclass

from shared.domain.errors import NotFound, StaleWrite
from shared.domain.images import StoredImage
from shared.domain.ports import Generations
from shared.domain.removal import without_image

_RACES = 4


@dataclass(frozen=True, slots=True)
class ForgetImage:
    """Before the bytes go: no generation ever shows an image that is gone."""

    generations: Generations

    def __call__(self, image: StoredImage) -> None:
        if image.generation_id is None or image.item_index is None:
            return
        for _ in range(_RACES):
            try:
                item = self.generations.get(image.generation_id).items[image.item_index]
                if item.image is not None and item.image.id == image.id:
                    self.generations.apply(without_image(item))
            except NotFound:
                return
            except StaleWrite:
                continue
            return
        raise StaleWrite("the item changes faster than its image can be deleted")
