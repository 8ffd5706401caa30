"""Say of a picture that nobody could look at that it was not measured."""

from dataclasses import dataclass
from typing import assert_never

from shared.domain.analysis import Analysis, ImageToAnalyse, SourceToAnalyse
from shared.domain.character import Embedding
from shared.domain.errors import NotFound
from shared.domain.likeness import Similarity
from shared.domain.ports import Characters, Counter, Generations, Images
from shared.domain.quality import CheckStatus, unreadable
from shared.services.analyse_image import record_similarity
from shared.services.analyse_source import record_analysis

_REASON = "analysis_failed"


@dataclass(frozen=True, slots=True)
class GiveUpAnalysis:
    """After its message failed too often: nobody is to wait for it any longer."""

    characters: Characters
    generations: Generations
    images: Images
    count: Counter

    def __call__(self, *, analysis: Analysis) -> None:
        self.count("dead_letter", f"analyse_{analysis.kind}")
        try:
            match analysis:
                case SourceToAnalyse():
                    self._source(analysis)
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
        embedding = Embedding(status=CheckStatus.FAILED, reason=_REASON)
        analysed = source.model_copy(update={"qa": unreadable(), "embedding": embedding})
        record_analysis(self.characters, analysis.owner, analysed)

    def _image(self, analysis: ImageToAnalyse) -> None:
        image = self.images.get(analysis.owner, analysis.image_id)
        if image.awaits_analysis:
            changes = {"qa": unreadable(), "similarity": Similarity.not_measured(_REASON)}
            record_similarity(self.generations, self.images, image.model_copy(update=changes))
