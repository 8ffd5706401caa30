"""Fetch the pictures of the person that the model is to see."""

from dataclasses import dataclass

from shared.domain.errors import NotFound
from shared.domain.generation import Brief, Snapshot
from shared.domain.images import ImageFormat, Rendition, StoredImage
from shared.domain.ports import ImageStore
from shared.domain.provider import ReferencePicture
from shared.domain.request import Mode

_LARGEST_ORIGINAL = 3 * 1024 * 1024
"""Above this the full-size WebP is sent: a model sees no more than about two megapixels."""


@dataclass(frozen=True, slots=True)
class GatherReferences:
    """Once per message: its items share them."""

    store: ImageStore

    def __call__(self, snapshot: Snapshot, brief: Brief) -> tuple[ReferencePicture, ...] | None:
        """None when one of them has been deleted."""
        try:
            return tuple(self._picture(image) for image in _references(snapshot, brief))
        except NotFound:
            return None

    def _picture(self, image: StoredImage) -> ReferencePicture:
        key, format_ = image.key, image.content.format
        if image.content.size_bytes > _LARGEST_ORIGINAL and Rendition.WEB in image.renditions:
            key, format_ = image.rendition_key(Rendition.WEB), ImageFormat.WEBP
        return ReferencePicture(data=self.store.get(key), format=format_, url=self.store.url(key))


def _references(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    """A pack without a reference takes its own first image as one; the style comes last."""
    return (*_persons(snapshot, brief), *brief.style_images)


def _persons(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    if brief.references or brief.request.mode is not Mode.PORTRAIT:
        return brief.references
    drawn = [item.image for item in snapshot.items if item.ended and item.image is not None]
    return tuple(drawn[:1])
