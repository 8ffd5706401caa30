"""Take the picture that is to become a variant, clean it and store it."""

from dataclasses import dataclass

from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import ImageInput
from shared.domain.image_keys import variant_image_key
from shared.domain.images import Provenance, StoredImage
from shared.domain.likeness import awaited
from shared.domain.ports import Clock, Imaging
from shared.domain.upload import Upload
from shared.services.read_image_input import ReadImageInput
from shared.services.store_picture import StorePicture


@dataclass(frozen=True, slots=True)
class BringVariantImage:
    read_image_input: ReadImageInput
    imaging: Imaging
    store_picture: StorePicture
    clock: Clock
    new_id: IdFactory
    measures_faces: bool

    def __call__(
        self, *, owner: str, character_id: str, variant_type: str, given: ImageInput
    ) -> tuple[StoredImage, Upload | None]:
        """The image to be recorded as live, and the upload that it uses up. Raises NotFound,
        InvalidImage, UploadExpired, UnsafeUrl, Unprocessable."""
        picture = self.read_image_input(owner=owner, given=given)
        data, content = self.imaging.clean(picture.data, picture.declared)
        now = self.clock()
        image_id = self.new_id(Kind.IMAGE, now)
        intent = StoredImage(
            id=image_id,
            owner=owner,
            key=variant_image_key(owner, character_id, variant_type, image_id, content.format),
            provenance=Provenance.UPLOADED,
            created_at=now,
            content=content,
            character_id=character_id,
            variant_type=variant_type,
            similarity=awaited(character_id, measures_faces=self.measures_faces),
        )
        return self.store_picture(intent, data), picture.consumed
