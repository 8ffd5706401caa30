"""Erase images: out of sight first, then the bytes, then the record."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.errors import StaleWrite
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.ports import Images, ImageStore


@dataclass(frozen=True, slots=True)
class EraseImages:
    """A crash in between leaves records marked `deleting` that name what is left to delete."""

    images: Images
    store: ImageStore

    def __call__(self, *, images: Iterable[StoredImage], keys: Iterable[str] = ()) -> None:
        """Those that are gone already need nothing. `keys` are objects without a record."""
        doomed = [self._marked(image) for image in images]
        objects = [*(key for image in doomed for key in image.all_keys()), *keys]
        if objects:
            self.store.delete(objects)
        for image in doomed:
            # Somebody may still be writing the objects of a pending one: its marked record
            # stays, so that they are collected.
            if image.status is ImageStatus.LIVE:
                self.images.remove(image)

    def _marked(self, image: StoredImage) -> StoredImage:
        """The image as it was when it was marked; it may have become live meanwhile."""
        with contextlib.suppress(StaleWrite):
            self.images.mark_deleting(image)
            return image
        live = image.model_copy(update={"status": ImageStatus.LIVE})
        self.images.mark_deleting(live)
        return live
