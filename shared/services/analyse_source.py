"""Look at a source image: can it be used, and whose face is it?"""

from dataclasses import dataclass

from shared.domain.character import Embedding, FaceSource, SourceImage
from shared.domain.errors import MultipleFaces, NoFace, NotFound, StaleWrite
from shared.domain.faces import FaceReading
from shared.domain.ports import Characters, FaceAnalyzer, ImageStore
from shared.domain.quality import CheckStatus, PictureKind, check_quality, unreadable

_RACES = 4
_DIGITS = 6
"""Of a vector's numbers, which are 32 bits wide: more would be noise that takes space."""


@dataclass(frozen=True, slots=True)
class AnalyseSource:
    """Repeated, it changes nothing: what has been looked at is left as it is."""

    characters: Characters
    store: ImageStore
    analyzer: FaceAnalyzer

    def __call__(self, *, owner: str, character_id: str, version: int) -> SourceImage:
        """As it is now. Raises NotFound when it was deleted, Unavailable, InvalidImage."""
        source = self.characters.source(character_id, version)
        if source is None or source.image.owner != owner:
            raise NotFound("There is no such source image.")
        if not source.awaits_analysis:
            return source
        analysed = looked_at(source, self.analyzer, self.store)
        record_analysis(self.characters, owner, analysed)
        return analysed


def looked_at[S: FaceSource](source: S, analyzer: FaceAnalyzer, store: ImageStore) -> S:
    """With its checks and its face. Raises NotFound, Unavailable, InvalidImage."""
    key = source.image.key
    reading = analyzer.read(store.get(key))
    found = {
        "qa": check_quality(reading, PictureKind.SOURCE),
        "embedding": _embedding(reading, key, analyzer),
        "phash": reading.phash,
    }
    return source.model_copy(update=found)


def _embedding(reading: FaceReading, key: str, analyzer: FaceAnalyzer) -> Embedding:
    made = {"provider": analyzer.provider, "model_version": analyzer.model_version}
    try:
        vector = analyzer.refer(reading, key).vector
    except (NoFace, MultipleFaces) as unclear:
        return Embedding(status=CheckStatus.FAILED, reason=unclear.code, **made)
    rounded = vector and tuple(round(number, _DIGITS) for number in vector)
    return Embedding(status=CheckStatus.PASSED, vector=rounded, **made)


def given_up[S: FaceSource](source: S, reason: str, outcome: CheckStatus) -> S:
    """Of a picture that nobody could look at."""
    failed = Embedding(status=CheckStatus.FAILED, reason=reason)
    return source.model_copy(update={"qa": unreadable(outcome), "embedding": failed})


def record_analysis(characters: Characters, owner: str, analysed: SourceImage) -> None:
    """On the version, and on the character while it is the current one."""
    for _ in range(_RACES):
        character = characters.get(owner, analysed.character_id)
        is_current = character.source is not None and character.source.version == analysed.version
        changes = {"source": analysed, "version": character.version + 1}
        try:
            characters.record_analysis(
                analysed, character.model_copy(update=changes) if is_current else None
            )
        except StaleWrite:
            continue
        return
    raise StaleWrite("the character changes faster than its source can be looked at")
