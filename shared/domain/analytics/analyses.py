"""Which pictures are to be looked at for faces: derived, so that no code path can forget one."""

from collections.abc import Iterator, Sequence

from shared.domain.analysis import Analysis, ImageToAnalyse, KitToAnalyse, SourceToAnalyse
from shared.domain.analytics.changes import Change, ImageChange, KitChange, SourceChange
from shared.domain.character import SourceImage
from shared.domain.images import ImageStatus, StoredImage
from shared.domain.reference_kit import ReferenceKit


def analyses_of(changes: Sequence[Change]) -> list[Analysis]:
    """Sources first: what else there is in a batch may have to be compared with them."""
    return [*_of_sources(changes), *_of_kits(changes), *_of_images(changes)]


def _of_kits(changes: Sequence[Change]) -> Iterator[KitToAnalyse]:
    for change in changes:
        match change:
            case KitChange(before=None, after=ReferenceKit() as kit):
                if kit.source.awaits_analysis:
                    yield KitToAnalyse(owner=kit.owner, kit_id=kit.id)


def _of_sources(changes: Sequence[Change]) -> Iterator[SourceToAnalyse]:
    for change in changes:
        match change:
            case SourceChange(before=None, after=SourceImage() as source):
                if source.awaits_analysis:
                    yield SourceToAnalyse(
                        owner=source.image.owner,
                        character_id=source.character_id,
                        version=source.version,
                    )


def _of_images(changes: Sequence[Change]) -> Iterator[ImageToAnalyse]:
    for change in changes:
        match change:
            case ImageChange(before=before, after=StoredImage() as image):
                was_live = before is not None and before.status is ImageStatus.LIVE
                if image.status is ImageStatus.LIVE and not was_live and image.awaits_analysis:
                    yield ImageToAnalyse(owner=image.owner, image_id=image.id)
