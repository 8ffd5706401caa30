"""What callers send to ask for images."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from functions.generations.identity_bodies import CharacterIdentityBody, IdentityBody
from shared.domain.ids import Kind
from shared.domain.images import ImageFormat
from shared.domain.request import (
    AssetPlace,
    JobType,
    Mode,
    OutputSize,
    ProviderName,
    Quality,
    Visibility,
)
from shared.domain.wish import Wish
from shared.runtime.drawing_views import AcceptBody
from shared.runtime.form_files import InputPictureBody
from shared.runtime.models import Body, IdOf, Seed, Slug, Strength, Words

MAX_IMAGE_COUNT: Final = 10
MIN_SIDE, MAX_SIDE = 64, 4096
MIN_INPUTS, MAX_INPUTS = 2, 8

Prompt = Annotated[str, Words(4000, lines=True)]
NegativePrompt = Annotated[str, Words(1000, lines=True)]
Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


class _Common(Body):
    """Either `aspect_ratio` or `width` and `height`: the nearest size the model draws is
    generated, and the `web` copy has exactly the size that was asked for. `model` without
    `provider` finds its provider. A generation whose estimate is above `max_cost_usd` is
    refused."""

    image_count: Annotated[int, Field(ge=1, le=MAX_IMAGE_COUNT)] = 1
    aspect_ratio: Annotated[str, Field(pattern=r"^[1-9]\d?:[1-9]\d?$")] | None = None
    width: Side | None = None
    height: Side | None = None
    quality: Quality = Quality.STANDARD
    seed: Seed | None = None
    negative_prompt: NegativePrompt | None = None
    style_strength: Strength | None = None
    provider: Literal["auto", "gemini", "replicate", "comfyui"] = "auto"
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/:-]{1,100}$")] | None = None
    output_format: ImageFormat | None = None
    max_cost_usd: Annotated[float, Field(ge=0, le=1000)] | None = None
    accept: AcceptBody | None = None
    visibility: Visibility = Visibility.PRIVATE
    style_capsule_id: Annotated[str, IdOf(Kind.STYLE_CAPSULE)] | None = None
    identity: IdentityBody | None = None

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise PydanticCustomError("size_incomplete", "Give both width and height.")
        if self.width is not None and self.aspect_ratio is not None:
            raise PydanticCustomError(
                "size_ambiguous", "Give either aspect_ratio or width and height."
            )
        return self

    def _wish(self, mode: Mode) -> Wish:
        size = (
            OutputSize(width=self.width, height=self.height)
            if self.width is not None and self.height is not None
            else None
        )
        limit = self.max_cost_usd
        return Wish(
            mode=mode,
            image_count=self.image_count,
            aspect_ratio=self.aspect_ratio,
            exact_size=size,
            quality=self.quality,
            seed=self.seed,
            negative_prompt=self.negative_prompt,
            style_strength=self.style_strength,
            provider=None if self.provider == "auto" else ProviderName(self.provider),
            model=self.model,
            output_format=self.output_format,
            visibility=self.visibility,
            style_capsule_id=self.style_capsule_id,
            **({} if self.identity is None else self.identity.asked()),
            max_cost_micro_usd=None if limit is None else round(limit * 1_000_000),
            accept=None if self.accept is None else self.accept.to_domain(),
        )


class _WithPicture(_Common):
    input_image: InputPictureBody
    prompt: Prompt | None = None

    def _wish(self, mode: Mode) -> Wish:
        asked = {"inputs": (self.input_image.to_domain(),), "prompt": self.prompt}
        return super()._wish(mode).model_copy(update=asked)


class ImagineBody(_Common):
    """An image from words."""

    mode: Literal["imagine"]
    prompt: Prompt

    def to_domain(self) -> Wish:
        return self._wish(Mode.IMAGINE).model_copy(update={"prompt": self.prompt})


class PortraitBody(_Common):
    """A pack of images of one character. Without a source image the first is drawn from the
    words alone, and the others after it. Poses are taken in turn; without any, ours are.
    `negative_prompt`, `style_strength` and `seed` stand in for the character's own. With LoRA
    weights as `identity` the source image is not shown to the model."""

    mode: Literal["portrait"]
    character_id: Annotated[str, IdOf(Kind.CHARACTER)]
    prompt: Prompt | None = None
    poses: Annotated[tuple[Slug, ...], Field(max_length=MAX_IMAGE_COUNT)] = ()

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        named = self.identity.id if isinstance(self.identity, CharacterIdentityBody) else None
        if named not in (None, self.character_id):
            raise PydanticCustomError(
                "two_persons", "A portrait shows its character: identity names another."
            )
        return self

    def to_domain(self) -> Wish:
        asked = {"character_id": self.character_id, "prompt": self.prompt, "poses": self.poses}
        return self._wish(Mode.PORTRAIT).model_copy(update=asked)


class _RoomBody(_WithPicture):
    room_type: Slug
    style: Slug

    def _wish(self, mode: Mode) -> Wish:
        asked = {"room_type": self.room_type, "style": self.style}
        return super()._wish(mode).model_copy(update=asked)


class RedesignBody(_RoomBody):
    """A furnished room in another style; its architecture stays."""

    mode: Literal["redesign"]

    def to_domain(self) -> Wish:
        return self._wish(Mode.REDESIGN)


class StagingBody(_RoomBody):
    """An empty room, furnished; its architecture stays."""

    mode: Literal["staging"]

    def to_domain(self) -> Wish:
        return self._wish(Mode.STAGING)


class ComposeBody(_Common):
    """One image from several; the prompt speaks of them in their order."""

    mode: Literal["compose"]
    input_images: Annotated[
        tuple[InputPictureBody, ...], Field(min_length=MIN_INPUTS, max_length=MAX_INPUTS)
    ]
    prompt: Prompt

    def to_domain(self) -> Wish:
        inputs = tuple(picture.to_domain() for picture in self.input_images)
        asked = {"inputs": inputs, "prompt": self.prompt}
        return self._wish(Mode.COMPOSE).model_copy(update=asked)


class FaceSwapBody(_WithPicture):
    """The identity's face on the main person of a picture."""

    mode: Literal["face_swap"]
    identity: IdentityBody

    def to_domain(self) -> Wish:
        return self._wish(Mode.FACE_SWAP)


class _AssetBody(_Common):
    mode: Literal["asset"]
    prompt: Prompt
    project_id: Slug
    branch_id: Slug
    asset_id: Slug | None = None

    def _asset(self, job: JobType, **place: str) -> Wish:
        placed = AssetPlace(
            job_type=job,
            project_id=self.project_id,
            branch_id=self.branch_id,
            asset_id=self.asset_id,
            **place,
        )
        return self._wish(Mode.ASSET).model_copy(update={"prompt": self.prompt, "asset": placed})


class MasterAssetBody(_AssetBody):
    """A subject of a project, kept with its branch for later pictures."""

    job_type: Literal["master_asset"]

    def to_domain(self) -> Wish:
        return self._asset(JobType.MASTER_ASSET)


class FrameBody(_AssetBody):
    """The first or last frame of a shot of a project."""

    job_type: Literal["start_frame", "end_frame"]
    scene_id: Slug
    shot_id: Slug

    def to_domain(self) -> Wish:
        return self._asset(JobType(self.job_type), scene_id=self.scene_id, shot_id=self.shot_id)


class InpaintBody(_AssetBody):
    """A part of a picture drawn anew: what is white in `mask`, which has the picture's size. What
    is black keeps every pixel, so the result is a PNG of the picture's own size."""

    job_type: Literal["inpaint"]
    input_image: InputPictureBody
    mask: InputPictureBody

    def to_domain(self) -> Wish:
        inputs = (self.input_image.to_domain(), self.mask.to_domain())
        return self._asset(JobType.INPAINT).model_copy(update={"inputs": inputs})


# Named, because a discriminator of the document may only point to schemas with a name.
type AssetBody = Annotated[
    MasterAssetBody | FrameBody | InpaintBody, Field(discriminator="job_type")
]

GenerationBody = Annotated[
    ImagineBody
    | PortraitBody
    | RedesignBody
    | StagingBody
    | ComposeBody
    | FaceSwapBody
    | AssetBody,
    Field(discriminator="mode"),
]
