"""Say of a picture that nobody could look at that it was not measured."""

from dataclasses import dataclass
from typing import assert_never

from shared.domain.analysis import Analysis, ImageToAnalyse, KitToAnalyse, SourceToAnalyse
from shared.domain.errors import NotFound
from shared.domain.likeness import Similarity
from shared.domain.ports import Characters, Counter, ReferenceKits
from shared.domain.quality import CheckStatus, unreadable
from shared.services.analyse_image import RecordScore
from shared.services.analyse_kit import record_kit_source
from shared.services.analyse_source import given_up, record_analysis

_REASON = "analysis_failed"


@dataclass(frozen=True, slots=True)
class GiveUpAnalysis:
    """After its message failed too often: nobody is to wait for it any longer."""

    characters: Characters
    record_score: RecordScore
    kits: ReferenceKits
    count: Counter

    def __call__(self, *, analysis: Analysis) -> None:
        self.count("dead_letter", f"analyse_{analysis.kind}")
        try:
            match analysis:
                case SourceToAnalyse():
                    self._source(analysis)
                case KitToAnalyse():
                    self._kit(analysis)
                case ImageToAnalyse():
                    self._image(analysis)
                case _:
                    assert_never(analysis)
        except NotFound:
            return

    def _source(self, analysis: SourceToAnalyse) -> None:
        source = self.characters.source(analysis.character_id, analysis.version)
        if source is None or not source.awaits_analysis:
            return
        failed = given_up(source, _REASON, CheckStatus.FAILED)
        record_analysis(self.characters, analysis.owner, failed)

    def _kit(self, analysis: KitToAnalyse) -> None:
        """It only warns: a kit cannot be given another photo, and was drawn after this one."""
        source = self.kits.get(analysis.owner, analysis.kit_id).source
        if source.awaits_analysis:
            warned = given_up(source, _REASON, CheckStatus.WARNED)
            record_kit_source(self.kits, analysis.owner, analysis.kit_id, warned)

    def _image(self, analysis: ImageToAnalyse) -> None:
        image = self.record_score.images.get(analysis.owner, analysis.image_id)
        if image.awaits_analysis:
            changes = {"qa": unreadable(), "similarity": Similarity.not_measured(_REASON)}
            self.record_score(image.model_copy(update=changes))
