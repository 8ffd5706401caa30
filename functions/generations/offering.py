"""HTTP: what can be asked for here, read from the data that the code itself uses."""

from typing import Any, Self, get_args

from functions.generations import bodies
from shared.domain.images import ImageFormat
from shared.domain.pricing.catalogue import (
    PRICE_TABLE,
    default_uses,
    estimate_micro_usd,
    models,
    pixels,
)
from shared.domain.pricing.model import Model, Sees
from shared.domain.prompts import data
from shared.domain.request import JobType, Mode, Owner, ProviderName, Quality, Reach
from shared.domain.slots import KNOWN_EXPRESSIONS, KNOWN_SLOTS
from shared.domain.upload import MAX_MULTIPART_BYTES, MAX_UPLOAD_BYTES
from shared.domain.workflows.catalogue import workflows
from shared.domain.workflows.workflow import InputName, OutputName, Workflow
from shared.runtime import bootstrap
from shared.runtime.http import Api
from shared.runtime.models import View, usd

api = Api()


class ModeView(View):
    """`required` and `optional` are the fields of the request beside `mode` and `job_type`, which
    is empty where the mode has no kinds of jobs."""

    mode: Mode
    job_types: list[JobType]
    description: str
    required: list[str]
    optional: list[str]

    @classmethod
    def of(cls, body: Any) -> Self:
        (mode,) = get_args(body.model_fields["mode"].annotation)
        jobs = body.model_fields.get("job_type")
        fields = {
            name: each
            for name, each in body.model_fields.items()
            if name not in ("mode", "job_type")
        }
        return cls(
            mode=Mode(mode),
            job_types=[] if jobs is None else list(map(JobType, get_args(jobs.annotation))),
            description=" ".join((body.__doc__ or "").split()),
            required=[name for name, each in fields.items() if each.is_required()],
            optional=[name for name, each in fields.items() if not each.is_required()],
        )


class NamedView(View):
    """What may be named in a request, and what the model is told for it."""

    slug: str
    words: str

    @classmethod
    def all(cls, named: dict[str, str]) -> list[Self]:
        return [cls(slug=slug, words=words) for slug, words in named.items()]


class LimitsView(View):
    """Of one request."""

    max_image_count: int
    min_side: int
    max_side: int
    min_input_images: int
    max_input_images: int
    max_upload_bytes: int
    max_form_bytes: int


class ModesView(View):
    """`locale` names the place whose light and furniture rooms are given."""

    modes: list[ModeView]
    room_types: list[NamedView]
    styles: list[NamedView]
    poses: list[NamedView]
    kit_slots: list[str]
    kit_expressions: list[str]
    locale: str
    limits: LimitsView


class DrawnView(View):
    """What a quality means at a model. `usd` is the estimate of one square image from words,
    `usd_per_picture` what each picture adds that the model is shown."""

    quality: Quality
    tier: str
    width: int
    height: int
    usd: float
    usd_per_picture: float

    @classmethod
    def of(cls, model: Model, quality: Quality) -> Self:
        size = pixels(model, "1:1", quality)
        alone, shown = (
            estimate_micro_usd(model, aspect_ratio="1:1", quality=quality, references=count)
            for count in (0, 1)
        )
        return cls(
            quality=quality,
            tier=model.quality[quality],
            width=size.width,
            height=size.height,
            usd=usd(alone),
            usd_per_picture=usd(shown - alone),
        )


class ModelView(View):
    """`pictures` says what the pictures are that the model is shown: any, only those of a
    person, or only input pictures. `default_for` names what it is taken for unasked."""

    id: str
    provider: ProviderName
    default_for: list[str]
    min_pictures: int
    max_pictures: int
    pictures: Sees
    takes_lora: bool
    aspect_ratios: list[str]
    output_formats: list[ImageFormat]
    qualities: list[DrawnView]
    seed: Reach
    negative_prompt: Reach
    style_strength: Reach
    size: Reach

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(
            id=model.id,
            provider=model.provider,
            default_for=default_uses(model),
            min_pictures=model.min_references,
            max_pictures=model.max_references,
            pictures=model.sees,
            takes_lora=model.takes_lora,
            aspect_ratios=list(model.aspect_ratios),
            output_formats=list(model.output_formats),
            qualities=[DrawnView.of(model, quality) for quality in Quality],
            seed=model.seed,
            negative_prompt=model.negative_prompt,
            style_strength=model.style_strength,
            size=model.size,
        )


class ModelsView(View):
    """`prices_as_of` is the date of the price table; providers are in order of preference."""

    prices_as_of: str
    providers: list[ProviderName]
    models: list[ModelView]


class WorkflowView(View):
    """A ComfyUI workflow of this deployment, which is a model of that provider."""

    name: str
    title: str
    description: str
    inputs: list[InputName]
    outputs: list[OutputName]

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        return cls(
            name=workflow.name,
            title=workflow.title,
            description=workflow.description,
            inputs=list(workflow.inputs),
            outputs=list(workflow.outputs),
        )


class WorkflowsView(View):
    workflows: list[WorkflowView]


def _kinds(body: Any) -> list[Any]:
    """The models of a union, of the unions in it too, named or not."""
    union = get_args(getattr(body, "__value__", body))
    if not union:
        return [body]
    return [kind for each in get_args(union[0]) or union[:1] for kind in _kinds(each)]


@api.get("/v1/modes", summary="What can be asked for")
def read_modes(owner: Owner) -> ModesView:
    """Modes with the fields they take, the names that may be used in them, and limits."""
    return ModesView(
        modes=[ModeView.of(body) for body in _kinds(bodies.GenerationBody)],
        room_types=NamedView.all(data.room_types()),
        styles=NamedView.all(data.room_styles()),
        poses=NamedView.all(data.poses()),
        kit_slots=list(KNOWN_SLOTS),
        kit_expressions=list(KNOWN_EXPRESSIONS),
        locale=data.locale(),
        limits=LimitsView(
            max_image_count=bodies.MAX_IMAGE_COUNT,
            min_side=bodies.MIN_SIDE,
            max_side=bodies.MAX_SIDE,
            min_input_images=bodies.MIN_INPUTS,
            max_input_images=bodies.MAX_INPUTS,
            max_upload_bytes=MAX_UPLOAD_BYTES,
            max_form_bytes=MAX_MULTIPART_BYTES,
        ),
    )


@api.get("/v1/models", summary="Models and their prices")
def read_models(owner: Owner) -> ModelsView:
    """Those of the providers that this deployment offers; retired ones are left out."""
    offered = bootstrap.settings().image_providers
    return ModelsView(
        prices_as_of=PRICE_TABLE,
        providers=list(offered),
        models=[ModelView.of(model) for model in models() if model.provider in offered],
    )


@api.get("/v1/workflows", summary="ComfyUI workflows")
def read_workflows(owner: Owner) -> WorkflowsView:
    """What a server of this deployment's own runs, if it has one."""
    offered = ProviderName.COMFYUI in bootstrap.settings().image_providers
    return WorkflowsView(workflows=[WorkflowView.of(one) for one in workflows() if offered])
