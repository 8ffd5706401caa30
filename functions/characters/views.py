"""What callers send and get of characters, their source images, and uploads."""

from typing import Annotated, Literal, Self

from pydantic import Field

from shared.domain.character import Attributes, Character, SourceImage
from shared.domain.entity import Timestamp
from shared.domain.images import ImageFormat
from shared.domain.upload import MAX_UPLOAD_BYTES, Upload, UploadForm
from shared.runtime.face_views import EmbeddingView, QaView
from shared.runtime.image_view import ImageView, SignedUrls
from shared.runtime.models import Body, Seed, Strength, View, Words
from shared.services.change_character import CharacterChange
from shared.services.create_character import NewCharacter

Name = Annotated[str, Words(100)]
Attribute = Annotated[str, Words(80)]
NegativePrompt = Annotated[str, Words(1000, lines=True)]


class AttributesBody(Body):
    """The person in words; each is optional."""

    age_range: Attribute | None = None
    presentation: Attribute | None = None
    ethnicity: Attribute | None = None
    hair_color: Attribute | None = None
    hair_style: Attribute | None = None
    eye_color: Attribute | None = None
    body_type: Attribute | None = None
    outfit_style: Attribute | None = None


class ConsistencyChangeBody(Body):
    style_strength: Strength | None = None
    negative_prompt: NegativePrompt | None = None


class ConsistencyBody(ConsistencyChangeBody):
    """`seed` is drawn when it is not given; either way it is locked."""

    seed: Seed | None = None


class FirstPackBody(Body):
    """The first pack of images, started together with the character."""

    image_count: Annotated[int, Field(ge=1, le=10)]


class CharacterBody(Body):
    """A new character."""

    name: Name
    attributes: AttributesBody = AttributesBody()
    consistency: ConsistencyBody = ConsistencyBody()
    generate: FirstPackBody | None = None

    def to_domain(self) -> NewCharacter:
        return NewCharacter(
            name=self.name,
            attributes=Attributes(**self.attributes.model_dump()),
            seed=self.consistency.seed,
            style_strength=self.consistency.style_strength,
            negative_prompt=self.consistency.negative_prompt,
            first_pack=self.generate and self.generate.image_count,
        )


class CharacterChangeBody(Body):
    """What is named here changes; null takes a value away. The seed is locked."""

    name: Name = ""
    attributes: AttributesBody = AttributesBody()
    consistency: ConsistencyChangeBody = ConsistencyChangeBody()

    def to_domain(self) -> CharacterChange:
        return CharacterChange(
            name=self.name or None,
            attributes=self.attributes.model_dump(exclude_unset=True),
            consistency=self.consistency.model_dump(exclude_unset=True),
        )


class AttributesView(View):
    age_range: str | None
    presentation: str | None
    ethnicity: str | None
    hair_color: str | None
    hair_style: str | None
    eye_color: str | None
    body_type: str | None
    outfit_style: str | None


class ConsistencyView(View):
    seed: int
    style_strength: float | None
    negative_prompt: str | None


class JobsView(View):
    """Ids of the background work on the picture; its states are `qa` and `embedding`."""

    qa: str
    embedding: str

    @classmethod
    def of(cls, source: SourceImage) -> Self:
        """Of the picture's own id: each picture is looked at once."""
        number = source.image.id.partition("_")[2]
        return cls(qa=f"qa_{number}", embedding=f"emb_{number}")


class SourceImageView(View):
    """`version` counts the pictures the character has been given."""

    image: ImageView
    qa: QaView
    embedding: EmbeddingView
    jobs: JobsView
    version: int
    created_at: Timestamp

    @classmethod
    def of(cls, source: SourceImage, urls: SignedUrls) -> Self:
        return cls(
            image=ImageView.of(source.image, urls),
            qa=QaView.of(source.qa),
            embedding=EmbeddingView.of(source.embedding),
            jobs=JobsView.of(source),
            version=source.version,
            created_at=source.created_at,
        )


class CharacterView(View):
    """`generation_id` is that of the first pack, in the answer that creates the character."""

    id: str
    name: str
    attributes: AttributesView
    consistency: ConsistencyView
    source_image: SourceImageView | None
    generation_id: str | None
    version: int
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, character: Character, urls: SignedUrls, generation_id: str | None = None) -> Self:
        source = character.source
        return cls(
            id=character.id,
            name=character.name,
            attributes=AttributesView(**character.attributes.model_dump()),
            consistency=ConsistencyView(**character.consistency.model_dump()),
            source_image=None if source is None else SourceImageView.of(source, urls),
            generation_id=generation_id,
            version=character.version,
            created_at=character.created_at,
            updated_at=character.updated_at,
        )


class UploadBody(Body):
    """The file that will be posted: PNG, JPEG or WebP, at most 20 MB."""

    content_type: Literal["image/png", "image/jpeg", "image/webp"]
    size_bytes: Annotated[int, Field(ge=1, le=MAX_UPLOAD_BYTES)]

    def format(self) -> ImageFormat:
        return ImageFormat(self.content_type.removeprefix("image/"))


class UploadView(View):
    """Post `fields` and then the file as `file` to `url`, as multipart/form-data."""

    id: str
    url: str
    fields: dict[str, str]
    expires_at: Timestamp

    @classmethod
    def of(cls, upload: Upload, form: UploadForm) -> Self:
        return cls(id=upload.id, url=form.url, fields=form.fields, expires_at=upload.expires_at)
