"""Take the photo that a reference kit is drawn after, clean it and store it as the kit's own."""

from dataclasses import dataclass

from shared.domain.character import Character, FaceSource, check_usable, new_face
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import ImageInput
from shared.domain.image_keys import kit_image_key
from shared.domain.images import Decoded, Provenance, StoredImage
from shared.domain.ports import Characters, Clock, ImageStore, Imaging
from shared.domain.upload import Upload
from shared.services.read_image_input import ReadImageInput
from shared.services.store_picture import StorePicture

PHOTO = "source"
"""Where a slot's name stands in the keys of a kit's pictures."""


@dataclass(frozen=True, slots=True)
class KitPhoto:
    """Read, and not stored yet: `intent` says where it will be; `face` is what is known of it
    already, `consumed` the upload that it uses up, if it was one."""

    intent: StoredImage
    data: bytes
    face: FaceSource
    consumed: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class BringKitPhoto:
    characters: Characters
    read_image_input: ReadImageInput
    imaging: Imaging
    store: ImageStore
    store_picture: StorePicture
    clock: Clock
    new_id: IdFactory
    measures_faces: bool

    def given(self, *, owner: str, kit_id: str, given: ImageInput) -> KitPhoto:
        """Raises NotFound, InvalidImage, UploadExpired, UnsafeUrl, Unprocessable."""
        picture = self.read_image_input(owner=owner, given=given)
        data, content = self.imaging.clean(picture.data, picture.declared)
        intent = self._intent(owner, kit_id, content)
        face = new_face(intent, measures_faces=self.measures_faces)
        consumed = () if picture.consumed is None else (picture.consumed,)
        return KitPhoto(intent, data, face, consumed)

    def of_character(self, *, kit_id: str, character: Character) -> KitPhoto:
        """A copy of its current source image, with what was found in it. Raises SourceNotReady."""
        source = character.source
        check_usable(source)
        assert source is not None, "it was just checked"
        # The vector of a face lies with the version alone.
        whole = self.characters.source(character.id, source.version) or source
        intent = self._intent(character.owner, kit_id, source.image.content)
        face = FaceSource(image=intent, qa=whole.qa, embedding=whole.embedding)
        return KitPhoto(intent, self.store.get(source.image.key), face)

    def keep(self, photo: KitPhoto) -> FaceSource:
        """Stores it; to be recorded as live with the kit."""
        image = self.store_picture(photo.intent, photo.data)
        return photo.face.model_copy(update={"image": image})

    def _intent(self, owner: str, kit_id: str, content: Decoded) -> StoredImage:
        now = self.clock()
        image_id = self.new_id(Kind.IMAGE, now)
        return StoredImage(
            id=image_id,
            owner=owner,
            key=kit_image_key(owner, kit_id, PHOTO, image_id, content.format),
            provenance=Provenance.UPLOADED,
            created_at=now,
            content=content,
            kit_id=kit_id,
        )
