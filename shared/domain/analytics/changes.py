"""A change of a record, as the table's stream tells it: before, after, and what it is called."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.domain.character import SourceImage
from shared.domain.generation import Attempt, Generation, Item, Status
from shared.domain.images import StoredImage
from shared.domain.likeness import Similarity
from shared.domain.reference_kit import ReferenceKit
from shared.domain.variant import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`key` names the record; `version` is that of the record as it is now, or was when it went;
    `sequence` is the stream's own number, in order among the changes of one generation."""

    key: str
    version: int
    at: datetime
    sequence: str

    def id_of(self, what: str) -> str:
        """The same however often the stream tells of it."""
        return sha256(f"{self.key}|{self.version}|{what}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationChange(Told):
    before: Generation | None
    after: Generation | None

    @property
    def closes(self) -> bool:
        """Whether it is by this change that the generation is closed."""
        before, after = self.before, self.after
        return after is not None and after.closed and not (before is not None and before.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChange(Told):
    before: StoredImage | None
    after: StoredImage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange(Told):
    before: SourceImage | None
    after: SourceImage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KitChange(Told):
    before: ReferenceKit | None
    after: ReferenceKit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChange(Told):
    before: Variant | None
    after: Variant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTold(Told):
    """A part of a generation does not tell whose it is: `generation` does. It is None when the
    generation was deleted before anybody looked."""

    generation_id: str
    generation: Generation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptChange(PartTold):
    before: Attempt | None
    after: Attempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange(PartTold):
    before: Item | None
    after: Item | None

    def ends_as(self, status: Status) -> bool:
        """Whether it is by this change that the item comes to this end."""
        before, after = self.before, self.after
        is_so = after is not None and after.status is status
        return is_so and not (before is not None and before.status is status)

    @property
    def newly_measured(self) -> Similarity | None:
        """What its image scored, if it is by this change that it did: an earlier draw that is
        delivered at last was scored before."""
        before, after = (_similarity(item) for item in (self.before, self.after))
        best = None if self.before is None else self.before.best
        shown = None if self.after is None else self.after.image
        again = best is not None and shown is not None and best.id == shown.id
        return after if after is not None and before is None and not again else None


def _similarity(item: Item | None) -> Similarity | None:
    image = None if item is None else item.image
    similarity = None if image is None else image.similarity
    return similarity if similarity is not None and similarity.score is not None else None


type Change = (
    GenerationChange
    | AttemptChange
    | ItemChange
    | ImageChange
    | SourceChange
    | KitChange
    | VariantChange
)
