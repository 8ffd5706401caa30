"""Store a picture that somebody gave, and its copies for screens."""

from dataclasses import dataclass

from shared.domain.errors import InvalidImage
from shared.domain.images import ImageFormat, ImageStatus, Rendition, StoredImage
from shared.domain.ports import Images, ImageStore, Imaging


@dataclass(frozen=True, slots=True)
class StorePicture:
    """The intent before the objects: a crash leaves a pending record that names what is to be
    collected."""

    images: Images
    store: ImageStore
    imaging: Imaging

    def __call__(self, intent: StoredImage, data: bytes) -> StoredImage:
        """The image as whoever asked for it is to record it: live."""
        self.images.add(intent)
        self.store.put(intent.key, data, intent.content.format.media_type)
        renditions = self._put_renditions(intent, data)
        return intent.model_copy(update={"status": ImageStatus.LIVE, "renditions": renditions})

    def _put_renditions(self, image: StoredImage, data: bytes) -> frozenset[Rendition]:
        """A rendition that cannot be made never fails the image."""
        try:
            made = self.imaging.renditions(data, generated=False)
        except InvalidImage:
            return frozenset()
        for name, blob in made.items():
            self.store.put(image.rendition_key(name), blob, ImageFormat.WEBP.media_type)
        return frozenset(made)
