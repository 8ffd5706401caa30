"""Why slots of a reference kit end without having been drawn."""

from datetime import datetime
from enum import StrEnum

from shared.domain.errors import FailureClass
from shared.domain.generation import Failure, FailureStage, Snapshot, Status
from shared.domain.limits import LOOKED_AT_WITHIN
from shared.domain.quality import CheckStatus, Quality
from shared.domain.reference_kit import ReferenceKit
from shared.domain.slots import ANCHOR


class PhotoVerdict(StrEnum):
    """What the workflow makes of a kit's photo."""

    PENDING = "pending"
    USABLE = "usable"
    UNFIT = "unfit"


ANCHOR_FAILED = Failure(
    code="anchor_failed",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.SUBMITTING,
    message="The anchor face could not be made, so this slot was not drawn.",
)
WORKFLOW_LOST = Failure(
    code="workflow_lost",
    failure_class=FailureClass.TEMPORARY,
    stage=FailureStage.SUBMITTING,
    message="The work on the kit was interrupted before this slot was drawn.",
)


def verdict_on(kit: ReferenceKit, now: datetime) -> PhotoVerdict:
    """Only a photo that has failed is refused: one that warns will do, and so will one that
    nobody has looked at for too long."""
    status = kit.source.qa.status
    if status is CheckStatus.FAILED:
        return PhotoVerdict.UNFIT
    waits = status is CheckStatus.PENDING and now < kit.drawn_at + LOOKED_AT_WITHIN
    return PhotoVerdict.PENDING if waits else PhotoVerdict.USABLE


def why_undrawn(kit: ReferenceKit, snapshot: Snapshot) -> Failure:
    """Recomputed from what is recorded, whatever the workflow went through."""
    if kit.source.qa.status is CheckStatus.FAILED:
        return _source_unfit(kit.source.qa)
    anchor = next(item for item in snapshot.items if item.slot == ANCHOR)
    failed = anchor.ended and anchor.status is not Status.COMPLETED
    return ANCHOR_FAILED if failed else WORKFLOW_LOST


def _source_unfit(quality: Quality) -> Failure:
    failed = (check.message for check in quality.checks if check.outcome is CheckStatus.FAILED)
    return Failure(
        code="source_unfit",
        failure_class=FailureClass.PERMANENT,
        stage=FailureStage.VALIDATING,
        message=" ".join(("The photo cannot be used.", *failed)),
    )
