"""What the services need of the world, in their own words.

Stores are synchronous: boto3 blocks, and the worker calls them through threads. Providers and
downloads are asynchronous: ten of them wait side by side.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.analysis import Analysis
from shared.domain.analytics.events import AnalyticsEvent
from shared.domain.analytics.statistics import CostSum, LaneNow, Stored
from shared.domain.analytics.tallies import CostGroup, Counted, DaySpend, Row
from shared.domain.character import Character, SourceImage
from shared.domain.closing import Closing, LateCompletion
from shared.domain.collecting import ListedPage, Listing
from shared.domain.faces import FaceReading, FaceReference
from shared.domain.gate import Gate
from shared.domain.generation import (
    Attempt,
    Brief,
    Generation,
    Item,
    ItemRef,
    Lane,
    Snapshot,
    Status,
)
from shared.domain.idempotency import FirstAnswer, IdempotencyKey
from shared.domain.images import Decoded, ImageFormat, Rendition, StoredImage
from shared.domain.kit_run import KitRun
from shared.domain.page import Page, PageRequest
from shared.domain.provider import (
    Finished,
    Pending,
    PredictionReport,
    ProviderCall,
)
from shared.domain.quota import Allowance
from shared.domain.reference_kit import ReferenceKit
from shared.domain.request import OutputSize, Plan, ProviderName
from shared.domain.style_capsule import StyleCapsule
from shared.domain.transitions import Move
from shared.domain.upload import Upload, UploadForm
from shared.domain.variant import HeroChange, Lineup, Review, Variant, VariantStatus
from shared.domain.work import Work


class Clock(Protocol):
    def __call__(self) -> datetime: ...


class Generations(Protocol):
    """Generations, items, attempts, the owner's slot and quota: one partition each."""

    def submit(
        self,
        snapshot: Snapshot,
        brief: Brief,
        *,
        allowance: Allowance,
        idempotency: IdempotencyKey | None,
        due_at: datetime,
        new_character: Character | None = None,
        moves: Sequence[Move] = (),
        variants: Sequence[Variant] = (),
        consumed: Sequence[Upload] = (),
        brought: Sequence[Upload] = (),
        kit: ReferenceKit | None = None,
    ) -> None:
        """Everything or nothing, the new character whose first pack this is, the moves of
        other items, new variants and the uploads included: `consumed` are used up by this,
        `brought` are new and used at once. The kit that is drawn is new, its photo an intent
        until now, or follows the version before it. Raises AlreadyAnswered, IdempotencyKeyReused,
        RateLimited, InFlightLimit, QuotaExceeded, StaleWrite, UploadExpired, in this precedence;
        NotFound when the character of the variants is gone."""
        ...

    def get(self, generation_id: str) -> Snapshot:
        """Consistent. Raises NotFound."""
        ...

    def load(self, generation_id: str) -> tuple[Snapshot, Brief]:
        """As `get`, with what a worker needs to draw. Raises NotFound."""
        ...

    def attempt(self, generation_id: str, index: int, number: int) -> Attempt | None: ...

    def apply(self, move: Move) -> None:
        """One move, one write. Raises StaleWrite with the winner's Item (None when gone)."""
        ...

    def save(self, generation: Generation) -> None:
        """On the version before it. Raises StaleWrite."""
        ...

    def keep_token(self, ref: ItemRef, token: str, now: datetime) -> None:
        """Of the workflow that awaits the item's end, in place of an earlier one."""
        ...

    def token(self, ref: ItemRef) -> str | None: ...

    def note_let_go(self, ref: ItemRef, now: datetime) -> Set[int]:
        """That its workflow has let this item go. Answers the indexes of all that it has: of
        those who note the last ones at the same time, one is told of all."""
        ...

    def items(self, refs: Sequence[ItemRef]) -> Mapping[ItemRef, Item]:
        """Those of them that there are. Consistent."""
        ...

    def generation(self, generation_id: str) -> Generation | None:
        """Without its items. Consistent."""
        ...

    def close(self, closing: Closing) -> None:
        """Status, quota, ledger and slot in one transaction. Raises StaleWrite."""
        ...

    def record_similarity(self, image: StoredImage) -> Item | None:
        """On the item that shows this image, which is then so; None when none does any more."""
        ...

    def complete_late(self, late: LateCompletion) -> None:
        """Item, image, generation, quota and ledger in one transaction. Raises StaleWrite."""
        ...

    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        statuses: Sequence[str] = (),
        mode: str | None = None,
        character_id: str | None = None,
    ) -> Page[Generation]:
        """Newest first. The status of an open generation is known from its items alone, so it
        is listed whenever one of the asked statuses is a stage. Raises InvalidCursor."""
        ...

    def due(self, now: datetime) -> Iterable[str]:
        """Ids of the open generations whose marker has passed; the index only nominates."""
        ...

    def mark_due(self, generation_id: str, due_at: datetime) -> None:
        """Moves the marker of an open generation; does nothing for a closed one."""
        ...

    def existing(self, generation_ids: Sequence[str]) -> frozenset[str]:
        """Those of them that there are. Consistent."""
        ...

    def closed_before(self, moment: datetime) -> Iterable[str]:
        """Ids of the generations that were closed then or earlier; the index only nominates."""
        ...

    def keep_on(self, generation_id: str, since: datetime) -> None:
        """A closed generation counts as closed then for those who look for old ones."""
        ...

    def delete(self, snapshot: Snapshot) -> None:
        """All records of a closed generation, the images apart. Raises StaleWrite."""
        ...


class Owners(Protocol):
    """What an owner uses now, for refusals that tell more than no."""

    def running(self, owner: str) -> tuple[str, ...]: ...
    def images_used(self, owner: str, period: str) -> int: ...


class Answers(Protocol):
    """First answers by idempotency key."""

    def find(self, key: IdempotencyKey, now: datetime) -> FirstAnswer | None:
        """None when there is none or it has expired. Raises IdempotencyKeyReused."""
        ...

    def keep(self, key: IdempotencyKey, now: datetime) -> None:
        """For what is done in several transactions: with an empty answer before the first of
        them, with the whole one after the last. Raises AlreadyAnswered, IdempotencyKeyReused."""
        ...


class Characters(Protocol):
    """Every write under an idempotency key may raise AlreadyAnswered, IdempotencyKeyReused."""

    def add(self, character: Character, idempotency: IdempotencyKey | None) -> None: ...
    def get(self, owner: str, character_id: str) -> Character:
        """Consistent. Raises NotFound, also for another owner's."""
        ...

    def save(self, character: Character) -> None:
        """On the version before it. Raises StaleWrite."""
        ...

    def list_owned(self, owner: str, page: PageRequest) -> Page[Character]: ...
    def replace_source(
        self,
        character: Character,
        source: SourceImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        """The character with its new source, the source, its live image (a pending record
        until now) and the used upload in one transaction; the old version stays on record.
        Raises StaleWrite, UploadExpired."""
        ...

    def source(self, character_id: str, version: int) -> SourceImage | None: ...
    def record_analysis(self, source: SourceImage, character: Character | None) -> None:
        """What was found in a version; with the `character` that shows it, while that is so.
        Raises StaleWrite, also when the version has been deleted."""
        ...

    def sources(self, character_id: str) -> tuple[SourceImage, ...]:
        """All versions, newest first."""
        ...

    def delete(self, character: Character) -> None:
        """With its sources, the images apart. Raises StaleWrite."""
        ...


class Variants(Protocol):
    """Of a character. Reads are consistent."""

    def lineup(self, owner: str, character_id: str) -> Lineup:
        """Raises NotFound, also for another owner's."""
        ...

    def add(
        self,
        variant: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        """With its live image (a pending record until now) and the used upload in one
        transaction. Raises AlreadyAnswered, IdempotencyKeyReused, NotFound when the character
        has been deleted, StaleWrite when the intent has been collected, UploadExpired."""
        ...

    def reimport(
        self,
        variant: Variant,
        parent: Variant,
        image: StoredImage,
        *,
        consumed: Upload | None,
        idempotency: IdempotencyKey | None,
    ) -> None:
        """As `add`, with the parent's next revision, as the version after those that the chain
        has had. Raises StaleWrite when another came first."""
        ...

    def versions(self, character_id: str, root_id: str) -> int:
        """How many a chain has had; those that were deleted count on."""
        ...

    def get(self, owner: str, character_id: str, variant_id: str) -> Variant:
        """Raises NotFound, also for another owner's and another character's."""
        ...

    def get_many(self, character_id: str, variant_ids: Sequence[str]) -> tuple[Variant, ...]:
        """Those that are there, in the order asked."""
        ...

    def list_of(
        self,
        character_id: str,
        page: PageRequest,
        *,
        variant_type: str | None = None,
        status: VariantStatus | None = None,
        root_id: str | None = None,
    ) -> Page[Variant]:
        """Newest first. Raises InvalidCursor."""
        ...

    def all_of(self, character_id: str) -> tuple[Variant, ...]: ...
    def apply(self, review: Review) -> None:
        """Each variant on the revision before it, and the hero as it was before. Raises
        StaleWrite."""
        ...

    def delete(self, variant: Variant, image: StoredImage | None, hero: HeroChange | None) -> None:
        """In one transaction: the record as it was read, its image marked as deleting, and the
        pointer if it is the hero. Raises StaleWrite."""
        ...

    def rejected_before(self, moment: datetime) -> Iterable[Variant]:
        """Those that were rejected by then, as they are now."""
        ...

    def forget(self, character_id: str, variants: Sequence[Variant]) -> None:
        """These records, the heroes of their types, and the counters of all chains: of a
        character that is being deleted, and not together."""
        ...


class ReferenceKits(Protocol):
    """A kit is added by what draws it (`Generations.submit`)."""

    def get(self, owner: str, kit_id: str) -> ReferenceKit:
        """Consistent. Raises NotFound, also for another owner's."""
        ...

    def save(self, kit: ReferenceKit) -> None:
        """On the version before it. Raises StaleWrite."""
        ...

    def list_owned(self, owner: str, page: PageRequest) -> Page[ReferenceKit]: ...
    def delete(self, kit: ReferenceKit) -> None:
        """The record as it was read, images and generations apart. Raises StaleWrite."""
        ...


class StyleCapsules(Protocol):
    def add(self, capsule: StyleCapsule, idempotency: IdempotencyKey | None) -> None:
        """Raises AlreadyAnswered, IdempotencyKeyReused."""
        ...

    def get(self, owner: str, capsule_id: str) -> StyleCapsule:
        """Consistent. Raises NotFound, also for another owner's."""
        ...

    def save(self, capsule: StyleCapsule) -> None:
        """On the version before it. Raises StaleWrite."""
        ...

    def list_owned(self, owner: str, page: PageRequest) -> Page[StyleCapsule]: ...
    def delete(self, capsule: StyleCapsule) -> None: ...


class Uploads(Protocol):
    def add(self, upload: Upload, idempotency: IdempotencyKey | None) -> None: ...
    def get(self, owner: str, upload_id: str) -> Upload:
        """Raises NotFound, also for another owner's; an expired one is still there."""
        ...


class Images(Protocol):
    """Image records. Owner lists and single reads show live images only."""

    def add(self, image: StoredImage) -> None:
        """A new intent. Raises AlreadyExists."""
        ...

    def get(self, owner: str, image_id: str) -> StoredImage:
        """Consistent. Raises NotFound, also for another owner's."""
        ...

    def get_many(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        """The live ones among them, in the order asked."""
        ...

    def list_owned(
        self,
        owner: str,
        page: PageRequest,
        *,
        character_id: str | None = None,
        generation_id: str | None = None,
    ) -> Page[StoredImage]: ...

    def due(self, now: datetime) -> Iterable[str]:
        """Ids of the intents and of the marked ones whose time has come; the index only
        nominates."""
        ...

    def stored(self, image_ids: Sequence[str]) -> tuple[StoredImage, ...]:
        """Those of them that have a record, whatever its status. Consistent."""
        ...

    def record_analysis(self, image: StoredImage) -> None:
        """Its `qa` and `similarity`; nothing of an image that is not live any more."""
        ...

    def mark_deleting(self, image: StoredImage, *, again_at: datetime | None = None) -> None:
        """From the status it was read with, so that a completion and a deletion exclude each
        other; again, or when it is gone: nothing. Should it be left so, it is due `again_at`,
        or as old as an orphan. Raises StaleWrite."""
        ...

    def remove(self, image: StoredImage) -> None:
        """The record of an image marked as deleting. Raises StaleWrite."""
        ...


class ImageStore(Protocol):
    """The bytes. A key is written once and never changed."""

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Does nothing when the key holds an object already: same key, same bytes."""
        ...

    def get(self, key: str) -> bytes:
        """Raises NotFound."""
        ...

    def delete(self, keys: Sequence[str]) -> None: ...
    def url(self, key: str) -> str:
        """A signed address for one hour; made without a call."""
        ...


class ObjectLists(Protocol):
    """What a store holds, whoever put it there."""

    def page(self, after: str) -> ListedPage:
        """Up to a thousand objects whose keys come after this one."""
        ...


class Listings(Protocol):
    """The one walk over all pictures."""

    def current(self) -> Listing | None: ...
    def save(self, listing: Listing) -> None:
        """On the version before it. Raises StaleWrite."""
        ...


class UploadStore(Protocol):
    def form(self, upload: Upload) -> UploadForm: ...
    def read(self, upload: Upload) -> tuple[bytes, str]:
        """The content and its ETag. Raises NotFound when nothing was posted, UploadExpired when
        it is not the content that was used."""
        ...

    def etag(self, upload: Upload) -> str:
        """Without the content. Raises NotFound when nothing was posted."""
        ...

    def put(self, upload: Upload, data: bytes) -> str:
        """What came in a request itself; its ETag."""
        ...


class WorkQueue(Protocol):
    """Messages to the worker."""

    def send(self, lane: Lane, work: Work, *, owner: str, delay: timedelta = timedelta(0)) -> None:
        """The standard lane is shared fairly between owners."""
        ...

    def ingest(self, works: Sequence[Work], delay: timedelta = timedelta(0)) -> None: ...


class KitWorkflow(Protocol):
    """The executions that let go the items of reference kits, one for each generation that draws
    a whole kit."""

    def start(self, run: KitRun) -> None:
        """Started again, it is the same execution. Raises Unavailable."""
        ...

    def goes_on(self, run: KitRun) -> bool:
        """Whether an execution is there, or could be started: one that was lost is made good for
        a few times. Raises Unavailable."""
        ...

    def stop(self, run: KitRun) -> None:
        """Does nothing when none runs. Raises Unavailable."""
        ...


class WorkflowTasks(Protocol):
    """What executions wait for."""

    def answer(self, token: str, status: Status) -> None:
        """Tells who waits with this token how the item ended. A token that is closed, unknown or
        too old counts as told. Raises Unavailable."""
        ...


class AnalysisQueue(Protocol):
    def send(self, analyses: Sequence[Analysis]) -> None:
        """Raises Unavailable when some were not taken; sending all of them again is harmless."""
        ...


class ImageProvider(Protocol):
    """One vendor. Every failure to call is a ProviderError; nothing is retried inside."""

    name: ProviderName
    calls_back: bool
    """Works on by itself once started: a lost reply may still be followed by a callback, or by
    what a poll finds."""

    async def start(self, call: ProviderCall) -> Finished | Pending: ...
    async def poll(self, attempt: Attempt) -> PredictionReport:
        """Raises ProviderError when the provider cannot be asked."""
        ...

    async def cancel(self, prediction_id: str) -> None: ...
    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        """Reads a callback's signed body; asks nobody."""
        ...


class Downloads(Protocol):
    async def fetch(self, url: str, *, max_bytes: int, seconds: float) -> bytes: ...
    async def fetch_output(self, url: str, *, max_bytes: int, seconds: float) -> bytes: ...


class Imaging(Protocol):
    """Pure work on bytes; runs in threads."""

    def inspect(self, data: bytes) -> Decoded: ...
    def clean(self, data: bytes, declared: ImageFormat | None = None) -> tuple[bytes, Decoded]: ...
    def clean_output(self, data: bytes) -> bytes:
        """As `clean`, of what a provider made, which may be larger."""
        ...

    def composite(self, original: bytes, mask: bytes, drawn: bytes) -> bytes:
        """The original with what was drawn where the mask is white; as a PNG."""
        ...

    def renditions(
        self, data: bytes, *, generated: bool, exact_size: OutputSize | None = None
    ) -> Mapping[Rendition, bytes]: ...


class FaceAnalyzer(Protocol):
    """One way to see faces and to tell them apart. Scores of different models are different
    scales: each is kept with `provider` and `model_version`, and never compared across them.
    Any verb that asks a service raises Unavailable when it cannot answer now."""

    @property
    def provider(self) -> str: ...
    @property
    def model_version(self) -> str: ...
    def read(self, image: bytes) -> FaceReading:
        """Faces largest first, with all that quality is judged by. Raises InvalidImage."""
        ...

    def refer(self, reading: FaceReading, image_key: str) -> FaceReference:
        """What later images are compared with. Raises NoFace, MultipleFaces."""
        ...

    def similarity(
        self,
        reference: FaceReference,
        reading: FaceReading,
        image: bytes,
        reference_image: Callable[[], bytes],
    ) -> float | None:
        """0 to 100, the best over the faces of `image`, which `reading` is of; None when there
        is no face in one of the two pictures. The bytes behind `reference.image_key` are asked
        for only where no vector was kept, or by another model."""
        ...


class Gates(Protocol):
    """What all workers know of each provider."""

    def get(self, provider: ProviderName) -> Gate:
        """Consistent; a new one where nothing is known yet."""
        ...

    def save(self, gate: Gate) -> None:
        """On the version before it. Raises StaleWrite."""
        ...


class Rollups(Protocol):
    """Sums kept from changes; each change counts once, however often it is told."""

    def add(self, counted: Sequence[Counted]) -> Sequence[Counted]:
        """Everything of one change commits together with the note that it has been counted.
        Those that were new."""
        ...

    def spent(self, day: Row) -> DaySpend: ...
    def mark_crossed(self, day: Row, now: datetime) -> None: ...
    def costs(self, owner: str, group: CostGroup) -> Sequence[CostSum]: ...
    def hours(self, owner: str, since: datetime) -> Sequence[Mapping[str, int]]:
        """The sums of each hour from that of `since` on."""
        ...

    def stored(self, owner: str) -> Stored: ...
    def lane(self, lane: Lane, now: datetime) -> LaneNow: ...


class EventBus(Protocol):
    def send(self, events: Sequence[AnalyticsEvent]) -> None:
        """All of them, some perhaps twice. Raises Unavailable."""
        ...


class Counter(Protocol):
    """Counts what is worth a metric, by name and reason."""

    def __call__(self, name: str, reason: str = "") -> None: ...


class Limits(Protocol):
    def of(self, plan: Plan) -> Allowance: ...
