"""Give a character the picture that is the truth of its face."""

from dataclasses import dataclass

from shared.domain.character import Character, SourceImage, new_source
from shared.domain.errors import StaleWrite
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_input import ImageInput
from shared.domain.image_keys import source_image_key
from shared.domain.images import Decoded, Provenance, StoredImage
from shared.domain.ports import Answers, Characters, Clock, Imaging
from shared.domain.upload import Upload
from shared.services.answering import Answer, keeping, once
from shared.services.read_image_input import ReadImageInput
from shared.services.store_picture import StorePicture

_RACES = 4


@dataclass(frozen=True, slots=True)
class SetSourceImage:
    """Intent, objects, record, in this order: a crash leaves a pending record that names what
    is to be collected, and the character as it was."""

    characters: Characters
    answers: Answers
    imaging: Imaging
    read_image_input: ReadImageInput
    store_picture: StorePicture
    clock: Clock
    new_id: IdFactory
    measures_faces: bool

    def __call__(
        self,
        *,
        owner: str,
        character_id: str,
        given: ImageInput,
        idempotency: IdempotencyKey | None = None,
    ) -> Answer[SourceImage]:
        """Raises NotFound, InvalidImage, UploadExpired, UnsafeUrl, IdempotencyKeyReused."""

        def replace() -> SourceImage:
            character = self.characters.get(owner, character_id)
            picture = self.read_image_input(owner=owner, given=given)
            data, content = self.imaging.clean(picture.data, picture.declared)
            image = self._store(character, data, content)
            return self._record(character, image, picture.consumed, idempotency)

        return once(self.answers, idempotency, self.clock, SourceImage, replace)

    def _store(self, character: Character, data: bytes, content: Decoded) -> StoredImage:
        now = self.clock()
        image_id = self.new_id(Kind.IMAGE, now)
        intent = StoredImage(
            id=image_id,
            owner=character.owner,
            key=source_image_key(character.owner, character.id, image_id, content.format),
            provenance=Provenance.UPLOADED,
            created_at=now,
            content=content,
            character_id=character.id,
        )
        return self.store_picture(intent, data)

    def _record(
        self,
        character: Character,
        image: StoredImage,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> SourceImage:
        """Of two pictures given at once both become versions, and the later one is current."""
        for _ in range(_RACES):
            now = self.clock()
            source = new_source(
                character_id=character.id,
                version=1 if character.source is None else character.source.version + 1,
                image=image,
                now=now,
                measures_faces=self.measures_faces,
            )
            changes = {"source": source, "version": character.version + 1, "updated_at": now}
            try:
                self.characters.replace_source(
                    character.model_copy(update=changes),
                    source,
                    consumed=consumed,
                    idempotency=keeping(idempotency, source.model_dump_json()),
                )
            except StaleWrite:
                character = self.characters.get(character.owner, character.id)
                continue
            return source
        raise StaleWrite("the character changes faster than its source can be replaced")
