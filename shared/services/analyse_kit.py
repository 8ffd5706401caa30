"""Look at the photo of a reference kit: can it be used, and whose face is it?"""

from dataclasses import dataclass

from shared.domain.character import FaceSource
from shared.domain.errors import StaleWrite
from shared.domain.ports import FaceAnalyzer, ImageStore, ReferenceKits
from shared.services.analyse_source import looked_at

_RACES = 4


@dataclass(frozen=True, slots=True)
class AnalyseKit:
    """Repeated, it changes nothing: what has been looked at is left as it is."""

    kits: ReferenceKits
    store: ImageStore
    analyzer: FaceAnalyzer

    def __call__(self, *, owner: str, kit_id: str) -> FaceSource:
        """As it is now. Raises NotFound when it was deleted, Unavailable, InvalidImage."""
        source = self.kits.get(owner, kit_id).source
        if not source.awaits_analysis:
            return source
        analysed = looked_at(source, self.analyzer, self.store)
        record_kit_source(self.kits, owner, kit_id, analysed)
        return analysed


def record_kit_source(kits: ReferenceKits, owner: str, kit_id: str, source: FaceSource) -> None:
    for _ in range(_RACES):
        kit = kits.get(owner, kit_id)
        try:
            kits.save(kit.model_copy(update={"source": source, "version": kit.version + 1}))
        except StaleWrite:
            continue
        return
    raise StaleWrite("the reference kit changes faster than its photo can be looked at")
