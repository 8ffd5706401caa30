"""Fetch the pictures of the person that the model is to see."""

from dataclasses import dataclass

from shared.domain.errors import FailureClass, NotFound
from shared.domain.generation import Brief, Failure, FailureStage, Snapshot
from shared.domain.images import ImageFormat, Rendition, StoredImage
from shared.domain.ports import ImageStore
from shared.domain.pricing.catalogue import recorded_model
from shared.domain.provider import ReferencePicture
from shared.domain.request import Mode, OutputSize
from shared.domain.slots import ANCHOR

LARGEST_ORIGINAL = 3 * 1024 * 1024
"""Above this the full-size WebP is sent: a model sees no more than about two megapixels."""

_MISSING = Failure(
    code="reference_missing",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.VALIDATING,
    message="A picture this image refers to has been deleted.",
)


@dataclass(frozen=True, slots=True)
class GatherReferences:
    """Once per message: its items share them."""

    store: ImageStore

    def __call__(self, snapshot: Snapshot, brief: Brief) -> tuple[ReferencePicture, ...] | Failure:
        """A Failure when one of them has been deleted."""
        try:
            return tuple(self.picture(image) for image in _references(snapshot, brief))
        except NotFound:
            return _MISSING

    def picture(self, image: StoredImage) -> ReferencePicture:
        """Raises NotFound."""
        key, format_ = image.key, image.content.format
        if image.content.size_bytes > LARGEST_ORIGINAL and Rendition.WEB in image.renditions:
            key, format_ = image.rendition_key(Rendition.WEB), ImageFormat.WEBP
        return ReferencePicture(
            data=self.store.get(key),
            format=format_,
            url=self.store.url(key),
            size=OutputSize(width=image.content.width, height=image.content.height),
        )


def _references(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    """A pack without a reference takes its own first image as one; the style comes last."""
    return (*_persons(snapshot, brief), *brief.style_images)


def _persons(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    request = brief.request
    if request.mode is Mode.REFERENCE:
        return _of_kit(snapshot, brief)
    if brief.references or request.mode is not Mode.PORTRAIT or request.lora is not None:
        return brief.references
    drawn = [item.image for item in snapshot.items if item.ended and item.image is not None]
    return tuple(drawn[:1])


def _of_kit(snapshot: Snapshot, brief: Brief) -> tuple[StoredImage, ...]:
    """The anchor, once this generation has drawn it, then the photo; the first of them where the
    model sees no more."""
    anchors = (item.image for item in snapshot.items if item.slot == ANCHOR and item.ended)
    model = recorded_model(brief.request.provider, brief.request.model)
    room = model.max_references if model is not None else 1
    return (*(anchor for anchor in anchors if anchor is not None), *brief.references)[:room]
