"""A generation and its items: what was asked for, how far it has come, what it cost."""

from datetime import datetime
from enum import StrEnum

from shared.domain.draws import Draw, Judgement
from shared.domain.entity import Entity, Timestamp
from shared.domain.errors import FailureClass
from shared.domain.image_input import InputSource
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.likeness import LikenessSummary, summary_of
from shared.domain.limits import DEADLINE, SCORES_WITHIN
from shared.domain.request import (
    Acceptance,
    AssetPlace,
    Effective,
    GenerationRequest,
    Mode,
    OutputSize,
    Plan,
    ProviderName,
    Substitute,
)
from shared.domain.style_capsule import AppliedStyle


class Status(StrEnum):
    """Of an item; a generation shows the furthest of its items until it is closed."""

    QUEUED = "queued"
    PROCESSING = "processing"
    GENERATING = "generating"
    UPLOADING = "uploading"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


STAGES = (Status.QUEUED, Status.PROCESSING, Status.GENERATING, Status.UPLOADING)
"""The way of an item, in order. What is not a stage is an end."""


class Lane(StrEnum):
    """Which queue carries the work."""

    PRIORITY = "priority"
    STANDARD = "standard"

    @classmethod
    def of(cls, plan: Plan) -> "Lane":
        return cls.PRIORITY if plan is Plan.PAID else cls.STANDARD


class FailureStage(StrEnum):
    """Where on its way an item failed."""

    VALIDATING = "validating"
    MODERATING = "moderating"
    SUBMITTING = "submitting"
    GENERATING = "generating"
    UPLOADING = "uploading"
    PERSISTING = "persisting"


class Failure(Entity):
    """Why an attempt or item ended without an image. `message` is fit for the owner's eyes."""

    code: str
    failure_class: FailureClass
    stage: FailureStage
    message: str


class Dispatch(StrEnum):
    """Work that no worker has taken: to be sent (again), or waiting to be let go."""

    PENDING = "pending"
    HELD = "held"


class AttemptOutcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Attempt(Entity):
    """One provider call for an item. The token in its callback URL is known to nobody else.
    `instead_of` is the provider that was chosen and could not be asked."""

    id: str
    generation_id: str
    index: int
    number: int
    token: str
    provider: ProviderName
    model: str
    instead_of: ProviderName | None = None
    called_at: Timestamp
    prediction_id: str | None = None
    outcome: AttemptOutcome | None = None
    failure: Failure | None = None
    cost_micro_usd: int = 0
    ended_at: Timestamp | None = None


class ItemRef(Entity):
    """Where an item is."""

    generation_id: str
    index: int


class Item(Entity):
    """One requested image: the unit of work, retry, charge and failure. Kept under 1 KB.

    `calls` numbers the claims over the item's life and so its attempts; `attempts` counts
    those of the current draw against the allowance. With `accept` an image is scored before it
    is delivered, and perhaps drawn again: `draws` are those that are on record, all of them once
    it has ended, and `best` is the best image of those before the current one.
    `won_by` is the attempt whose image is uploaded, and whose prediction `prediction_id` is then:
    it need not be the last one. `variant_id` is the variant that its image becomes, `slot` the
    one of a reference kit that it fills. `awaited`: a workflow waits for its end, and has not
    been told of it yet.
    """

    id: str
    generation_id: str
    index: int
    seed: int
    status: Status = Status.QUEUED
    furthest: Status = Status.QUEUED
    version: int = 1
    queued_at: Timestamp
    dispatch: Dispatch | None = Dispatch.PENDING
    calls: int = 0
    attempts: int = 0
    lease_until: Timestamp | None = None
    started_at: Timestamp | None = None
    called_at: Timestamp | None = None
    provider: ProviderName | None = None
    model: str | None = None
    prediction_id: str | None = None
    won_by: int | None = None
    failure: Failure | None = None
    image: StoredImage | None = None
    accept: Acceptance | None = None
    draws: tuple[Draw, ...] = ()
    best: StoredImage | None = None
    cost_micro_usd: int = 0
    variant_id: str | None = None
    slot: str | None = None
    awaited: bool = False
    late: bool = False
    late_until: Timestamp | None = None
    completed_at: Timestamp | None = None

    @property
    def ended(self) -> bool:
        """Completed, failed or cancelled; a timed-out item may still complete late."""
        return self.status not in STAGES

    def is_final(self, now: datetime) -> bool:
        """Nothing can change it any more."""
        return self.ended and (self.late_until is None or self.late_until <= now)

    @property
    def deadline(self) -> datetime | None:
        """Ten minutes from the first claim; None while nobody has claimed it."""
        return None if self.started_at is None else self.started_at + DEADLINE

    @property
    def ref(self) -> ItemRef:
        return ItemRef(generation_id=self.generation_id, index=self.index)

    def lease_is_live(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now

    @property
    def needs_call(self) -> bool:
        """Whether a provider has to be called for it: nothing is drawn, or being drawn, yet."""
        return self.status is not Status.UPLOADING and self.prediction_id is None

    @property
    def awaits_judgement(self) -> bool:
        """Its image is stored, and not delivered before it has been scored."""
        stored = self.image is not None and self.image.status is ImageStatus.LIVE
        return self.status is Status.UPLOADING and stored

    @property
    def will_arrive(self) -> bool:
        """Whatever becomes of it from here on, an image will be delivered."""
        return self.status is Status.UPLOADING or (not self.ended and self.best is not None)

    @property
    def judgement(self) -> Judgement | None:
        """Of what was delivered, by what is known of it; None where no score was asked for."""
        if self.accept is None or self.status is not Status.COMPLETED or self.image is None:
            return None
        score = self.image.score
        if score is None:
            return Judgement.NOT_MEASURED
        passed = score >= self.accept.min_score
        return Judgement.PASSED if passed else Judgement.BEST_EFFORT

    @property
    def attempt_to_ask(self) -> int:
        """The number of the attempt that `prediction_id` belongs to."""
        return self.calls if self.won_by is None else self.won_by


class Progress(Entity):
    total: int
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def percent(self) -> int:
        return round(100 * (self.completed + self.failed + self.cancelled) / self.total)


class CancelReceipt(Entity):
    """What a cancellation stopped, what may still arrive, and how many images are charged."""

    stopped: int
    will_arrive: int
    charged: int


class Generation(Entity):
    """The one job resource. Items never touch this record while they run.

    `units` is the number of images held against the quota of `quota_period` (`yyyy-mm`).

    `status` is None while the generation is open: it is computed from the items on read.
    What is read of a closed generation in lists is kept here: `progress`, `actual_micro_usd`,
    `started_at`, `first_image_at`, `sequence`. `inputs` counts the input pictures kept with it,
    `draws_variant` is the type of the variants that its images become. `kit_id` is the reference
    kit that the person is known by; in mode `reference`, the one that is drawn, and
    `max_concurrency` is that of the workflow that lets go its items; None where they need none.
    """

    id: str
    owner: str
    plan: Plan
    mode: Mode
    character_id: str | None = None
    effective: Effective
    exact_size: OutputSize | None = None
    style_capsule: AppliedStyle | None = None
    inputs: int = 0
    asset: AssetPlace | None = None
    accept: Acceptance | None = None
    draws_variant: str | None = None
    kit_id: str | None = None
    max_concurrency: int | None = None
    created_at: Timestamp
    units: int
    quota_period: str
    estimated_micro_usd: int
    price_table: str
    version: int = 1
    status: Status | None = None
    charged: int = 0
    progress: Progress | None = None
    actual_micro_usd: int | None = None
    started_at: Timestamp | None = None
    sequence: int | None = None
    first_image_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    cancel_receipt: CancelReceipt | None = None
    retry_of: str | None = None

    @property
    def shows_somebody(self) -> bool:
        """Whose pictures are compared with a source."""
        return self.character_id is not None or self.kit_id is not None

    @property
    def closed(self) -> bool:
        return self.closed_at is not None

    @property
    def lane(self) -> Lane:
        return Lane.of(self.plan)


class Brief(Entity):
    """All a worker needs to draw, fixed at submission and kept apart from what changes.

    `prompts` holds one composed prompt per item and `negative_prompt` what all of them avoid;
    `inputs` are the pictures that the request brought, `references` those of the person, best
    first, `style_images` those of the style: in this order a model sees them. A later change of
    the character or of the style capsule changes nothing of a running generation.

    `substitutes` may draw it while the breaker of the request's provider is open, in order;
    `instead_of` is set in the brief that one of them gets.
    """

    request: GenerationRequest
    prompts: tuple[str, ...]
    negative_prompt: str | None = None
    inputs: tuple[InputSource, ...] = ()
    references: tuple[StoredImage, ...] = ()
    style_images: tuple[StoredImage, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    instead_of: ProviderName | None = None

    def drawn_by(self, substitute: Substitute) -> "Brief":
        """This brief for another provider."""
        request = self.request.model_copy(update=substitute.model_dump())
        return self.model_copy(update={"request": request, "instead_of": self.request.provider})


class Snapshot(Entity):
    """A generation and all its items, read together in one consistent query."""

    generation: Generation
    items: tuple[Item, ...]

    @property
    def status(self) -> Status:
        if self.generation.status is not None:
            return self.generation.status
        return max((item.furthest for item in self.items), key=STAGES.index)

    @property
    def progress(self) -> Progress:
        counts = {status: sum(item.status is status for item in self.items) for status in Status}
        return Progress(
            total=len(self.items),
            completed=counts[Status.COMPLETED],
            failed=counts[Status.FAILED],
            cancelled=counts[Status.CANCELLED],
        )

    @property
    def sequence(self) -> int:
        """Grows with every change, so a client knows whether it has seen this state."""
        return self.generation.version + sum(item.version for item in self.items)

    @property
    def actual_micro_usd(self) -> int:
        return sum(item.cost_micro_usd for item in self.items)

    @property
    def started_at(self) -> datetime | None:
        return min((item.started_at for item in self.items if item.started_at), default=None)

    @property
    def first_image_at(self) -> datetime | None:
        completed = (item for item in self.items if item.status is Status.COMPLETED)
        return min((item.completed_at for item in completed if item.completed_at), default=None)

    @property
    def likeness(self) -> LikenessSummary:
        images = (item.image for item in self.items if item.status is Status.COMPLETED)
        return summary_of(image.similarity for image in images if image and image.similarity)

    def is_final(self, now: datetime) -> bool:
        return self.generation.closed and all(item.is_final(now) for item in self.items)

    def is_scored(self, now: datetime) -> bool:
        """No score is waited for: all are there, or have not come for too long."""
        closed_at = self.generation.closed_at
        given_up = closed_at is not None and closed_at + SCORES_WITHIN <= now
        return given_up or not self.likeness.pending

    def with_item(self, item: Item) -> "Snapshot":
        """This snapshot with one item replaced by a newer state of itself."""
        items = tuple(item if old.index == item.index else old for old in self.items)
        return self.model_copy(update={"items": items})
