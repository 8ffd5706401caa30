"""Whether a picture of a person can be used: every check of a reading against quality_limits.json.

The limits and their origin are told in docs/faces.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Literal

from shared.domain.entity import Entity
from shared.domain.faces import Face, FaceReading, hash_distance


class CheckStatus(StrEnum):
    """Of the background work on a picture, and of each thing that it finds."""

    PENDING = "pending"
    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"


class PictureKind(StrEnum):
    """What a picture is for, and so what may be asked of it."""

    SOURCE = "source"
    """The truth of a character's face."""
    FRONTAL = "frontal"
    """A portrait made from it: anchor face, expressions."""
    PROFILE = "profile"
    """May be turned as far as it likes; a full profile often shows no face to a detector."""
    FREE = "free"
    """Half body, full body, scenes: the face may be small, tilted, turned or unseen."""


class QualityCheck(Entity):
    """`limit` is the one that was crossed, or the nearest; `message` is for a photographer."""

    name: str
    value: float
    limit: float
    outcome: CheckStatus
    message: str


class Quality(Entity):
    """`checks` is empty until they have run, and where the deployment looks at no faces."""

    status: CheckStatus = CheckStatus.PENDING
    checks: tuple[QualityCheck, ...] = ()


def check_quality(
    reading: FaceReading, kind: PictureKind, source_hash: str | None = None
) -> Quality:
    """The status is that of the worst check. What cannot be measured is left out: without a face
    its size, whether it is covered where the analyzer does not know, and without the perceptual
    hash of a source whether it is a copy of it."""
    rules = limits().kinds[kind]
    checks = tuple(
        _judge(name, value, limits().checks[name], rules)
        for name, value in _measured(reading, source_hash)
        if name not in rules.left_out
    )
    found = {check.outcome for check in checks}
    worst = next(status for status in _WORST_FIRST if status in found)
    return Quality(status=worst, checks=checks)


def unreadable(outcome: CheckStatus = CheckStatus.FAILED) -> Quality:
    """Of a picture that could not be looked at, however often it was tried."""
    check = QualityCheck(
        name="readable",
        value=0,
        limit=1,
        outcome=outcome,
        message="The picture could not be looked at; another one may do better.",
    )
    return Quality(status=outcome, checks=(check,))


_WORST_FIRST: Final = (CheckStatus.FAILED, CheckStatus.WARNED, CheckStatus.PASSED)

type Side = Literal["below", "above"]


class Limit(Entity):
    limit: float
    message: str


class CheckLimits(Entity):
    """Crossed where a value is `below` or `above` a limit, after it was rounded to `digits`, so
    that no message says that 80 pixels are fewer than 80; `inclusive` where it reaches the lower
    one. `shown` is a format of Python's."""

    passed: str
    digits: int = 0
    shown: str | None = None
    inclusive: bool = False
    below: Mapping[CheckStatus, Limit] = {}
    above: Mapping[CheckStatus, Limit] = {}

    def show(self, value: float) -> str:
        return format(value, self.shown or f",.{self.digits}f")

    def crossed(self, value: float) -> Iterator[tuple[Side, CheckStatus, Limit]]:
        for status in _WORST_FIRST:
            least = self.below.get(status)
            if least and (value < least.limit or (self.inclusive and value == least.limit)):
                yield "below", status, least
            if (most := self.above.get(status)) and value > most.limit:
                yield "above", status, most

    def nearest(self, value: float) -> float:
        every = (*self.below.values(), *self.above.values())
        return min((each.limit for each in every), key=lambda limit: abs(limit - value))


class KindRules(Entity):
    """A side of a check that is `softened` warns at worst."""

    left_out: frozenset[str] = frozenset()
    softened: frozenset[str] = frozenset()


class QualityLimits(Entity):
    checks: Mapping[str, CheckLimits]
    kinds: Mapping[PictureKind, KindRules]


@cache
def limits() -> QualityLimits:
    return QualityLimits.model_validate_json(
        Path(__file__).with_name("quality_limits.json").read_bytes()
    )


def _judge(name: str, measured: float, check: CheckLimits, rules: KindRules) -> QualityCheck:
    value = round(measured, check.digits) + 0.0  # which makes a zero of -0.0
    outcome, limit, message = CheckStatus.PASSED, check.nearest(value), check.passed
    for side, status, crossed in check.crossed(value):
        outcome, limit, message = status, crossed.limit, crossed.message
        if status is CheckStatus.FAILED and f"{name}.{side}" in rules.softened:
            outcome = CheckStatus.WARNED
            continue  # with the words of the warning, where there are any
        break
    said = message.format(value=check.show(value), limit=check.show(limit))
    return QualityCheck(name=name, value=value, limit=limit, outcome=outcome, message=said)


def _measured(reading: FaceReading, source_hash: str | None) -> Iterator[tuple[str, float]]:
    face, found = reading.main, len(reading.faces)
    count = len(reading.sure) or min(found, 1)
    yield "resolution", min(reading.width, reading.height)
    yield "contrast", reading.luma_std
    if source_hash is not None:
        yield "near_duplicate", hash_distance(reading.phash, source_hash)
    yield "face_count", count
    if face is None:
        return
    yield "possible_faces", found - count
    yield "face_margin", _margin(face, reading)
    if face.occluded is not None:
        yield "occlusion", face.occluded
    yield from ((name, measure(face)) for name, measure in _OF_A_FACE)


_OF_A_FACE: Final[Iterable[tuple[str, Callable[[Face], float]]]] = (
    ("face_width", lambda face: face.width_px),
    ("sharpness", lambda face: face.sharpness),
    ("brightness", lambda face: face.brightness),
    ("overexposed", lambda face: face.overexposed),
    ("noise", lambda face: face.noise),
    ("roll", lambda face: abs(face.roll)),
    ("yaw", lambda face: abs(face.yaw)),
)


def _margin(face: Face, reading: FaceReading) -> float:
    """From the face's box to the nearest border, in widths of the face; below 0 where cut."""
    box = face.box
    across = min(box.left, 1 - box.left - box.width) * reading.width
    upright = min(box.top, 1 - box.top - box.height) * reading.height
    return min(across, upright) / (box.width * reading.width)
