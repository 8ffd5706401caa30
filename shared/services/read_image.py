"""Read one image's record."""

from dataclasses import dataclass

from shared.domain.images import StoredImage
from shared.domain.ports import Images


@dataclass(frozen=True, slots=True)
class ReadImage:
    images: Images

    def __call__(self, *, owner: str, image_id: str) -> StoredImage:
        """Raises NotFound, also for another owner's."""
        return self.images.get(owner, image_id)
