"""What a caller asks of `/generations`, once it has been understood."""

from enum import StrEnum

from shared.domain.entity import Entity
from shared.domain.images import ImageFormat
from shared.domain.slots import SlotWish


class Plan(StrEnum):
    FREE = "free"
    PAID = "paid"


class Owner(Entity):
    """Who calls: the token's subject and the plan its groups grant."""

    id: str
    plan: Plan


class Mode(StrEnum):
    IMAGINE = "imagine"
    PORTRAIT = "portrait"
    REDESIGN = "redesign"
    STAGING = "staging"
    COMPOSE = "compose"
    FACE_SWAP = "face_swap"
    ASSET = "asset"
    VARIANT = "variant"
    REFERENCE = "reference"


class JobType(StrEnum):
    """What of a project an asset is."""

    MASTER_ASSET = "master_asset"
    START_FRAME = "start_frame"
    END_FRAME = "end_frame"
    INPAINT = "inpaint"


class Quality(StrEnum):
    DRAFT = "draft"
    STANDARD = "standard"
    HIGH = "high"


class ProviderName(StrEnum):
    GEMINI = "gemini"
    REPLICATE = "replicate"
    COMFYUI = "comfyui"


class OutputSize(Entity):
    """An exact size in pixels."""

    width: int
    height: int


class Reach(StrEnum):
    """How a wish reaches the model: by a parameter of its own, in words, or not at all."""

    NATIVE = "native"
    PROMPT = "prompt"
    IGNORED = "ignored"


class Effective(Entity):
    """What becomes of each wish at the chosen model; None where nothing was wished."""

    seed: Reach
    style_strength: Reach | None = None
    negative_prompt: Reach | None = None
    size: Reach


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


class Lora(Entity):
    """A person that was trained into weights: where the provider finds them, and how strongly
    they count."""

    weights: str
    scale: float = 1.0


class AssetPlace(Entity):
    """Where in a project an image belongs: slugs of the caller's, which are safe in keys."""

    job_type: JobType
    project_id: str
    branch_id: str
    asset_id: str | None = None
    scene_id: str | None = None
    shot_id: str | None = None


class Acceptance(Entity):
    """What a person's image must score, 0 to 100, and how often it may be drawn for that, the
    first time included."""

    min_score: float = 85
    max_attempts: int = 3


class Substitute(Entity):
    """A model of another provider that draws the same request, in a ratio of its own."""

    provider: ProviderName
    model: str
    aspect_ratio: str


class GenerationRequest(Entity):
    """Normalised: the defaults are filled in, the provider and the model are chosen.

    `aspect_ratio` is the ratio asked of the provider, or with `follows_input` the one that is
    nearest to the first input picture, whose size nobody knows before it has been read; with
    `exact_size` the delivered `web` rendition has just that size. `seed` is the first item's;
    the others derive theirs from it. `inputs` counts the input pictures.
    `draws_variant` is the type of the variants that are drawn, `slots` are those of a reference
    kit, one for each image. `kit_id` is the kit that the person is known by.
    """

    mode: Mode
    prompt: str | None = None
    image_count: int = 1
    aspect_ratio: str = "1:1"
    follows_input: bool = False
    exact_size: OutputSize | None = None
    quality: Quality = Quality.STANDARD
    seed: int
    negative_prompt: str | None = None
    style_strength: float | None = None
    provider: ProviderName
    model: str
    output_format: ImageFormat | None = None
    visibility: Visibility = Visibility.PRIVATE
    max_cost_micro_usd: int | None = None
    accept: Acceptance | None = None
    character_id: str | None = None
    poses: tuple[str, ...] = ()
    lora: Lora | None = None
    inputs: int = 0
    room_type: str | None = None
    style: str | None = None
    asset: AssetPlace | None = None
    draws_variant: str | None = None
    kit_id: str | None = None
    slots: tuple[SlotWish, ...] = ()

    @property
    def inpaints(self) -> bool:
        """Its first input is what is changed, its second the mask of where."""
        return self.asset is not None and self.asset.job_type is JobType.INPAINT
