"""Let the item that brought an image forget it."""

from dataclasses import dataclass

from shared.domain.errors import Conflict, NotFound, StaleWrite
from shared.domain.generation import Item
from shared.domain.images import StoredImage
from shared.domain.ports import Generations
from shared.domain.removal import without_image

_RACES = 4


@dataclass(frozen=True, slots=True)
class ForgetImage:
    """Before the bytes go: no generation ever shows an image that is gone. One that may still
    be delivered is not let go; one that was passed over never will be."""

    generations: Generations

    def __call__(self, image: StoredImage) -> None:
        """Raises Conflict."""
        if image.generation_id is None or image.item_index is None:
            return
        for _ in range(_RACES):
            try:
                item = self.generations.get(image.generation_id).items[image.item_index]
                _refuse_undecided(item, image)
                if item.image is not None and item.image.id == image.id:
                    self.generations.apply(without_image(item))
            except NotFound:
                return
            except StaleWrite:
                continue
            return
        raise StaleWrite("the item changes faster than its image can be deleted")


def _refuse_undecided(item: Item, image: StoredImage) -> None:
    ids = [one.id for one in (item.image, item.best) if one is not None]
    if not item.ended and image.id in ids:
        raise Conflict(
            "This image may still be delivered; wait until its generation has ended.",
            code="image_undecided",
            generation_id=item.generation_id,
        )
