"""Faces in a picture, what later pictures are compared with, and how alike two faces are.

Everything that is measured is in docs/faces.md, with its source.
"""

from enum import StrEnum
from math import exp
from typing import Final

from shared.domain.entity import Entity
from shared.domain.errors import MultipleFaces, NoFace

CONSISTENT_AT: Final = 85.0
"""Of a score: from here on two faces are taken for the same person."""
SURE_FACE: Final = 0.5
"""Of a confidence: below it one of several faces is more likely a pattern in the background. Of
823 portraits two had such a false face (0.07 and 0.35); a real second face scored 1.62."""

_HALFWAY: Final = 0.60
_SLOPE: Final = 0.0576


class Verdict(StrEnum):
    CONSISTENT = "consistent"
    DIFFERENT = "different"


class Box(Entity):
    """A place in a picture, as ratios of its width and height; a face that the border cuts
    reaches below 0 or beyond 1."""

    left: float
    top: float
    width: float
    height: float


class Face(Entity):
    """One face and all that quality is judged by.

    `confidence` is the detector's: dlib's score, which has no upper bound, or Rekognition's
    percentage as a share. `yaw`, `pitch`, `roll` in degrees, 0 when it looks straight ahead.
    `sharpness` is 100 · var(Laplacian) / var(luma) of the face at 256 × 256; `brightness` the
    mean luma, 0 to 255; `overexposed` the share of luma above 240; `noise` the standard
    deviation of it, in luma. `width_px` counts the picture's own pixels. None is not known:
    `pitch` and `occluded` to dlib, `vector` (128 numbers, not of unit length) to Rekognition.
    """

    box: Box
    confidence: float
    yaw: float
    pitch: float | None = None
    roll: float
    sharpness: float
    brightness: float
    overexposed: float
    noise: float
    width_px: int
    occluded: bool | None = None
    vector: tuple[float, ...] | None = None


class FaceReading(Entity):
    """A picture read once: its upright size in pixels, the spread of its luma (standard
    deviation), its perceptual hash (64 bits in hexadecimal), and the faces, largest first."""

    width: int
    height: int
    luma_std: float
    phash: str
    faces: tuple[Face, ...] = ()

    @property
    def sure(self) -> tuple[Face, ...]:
        """Those that are no mere pattern in the background."""
        return tuple(face for face in self.faces if face.confidence >= SURE_FACE)

    @property
    def main(self) -> Face | None:
        """The largest that is sure; the largest where none is: a pattern may be larger than the
        person before it."""
        return next(iter(self.sure or self.faces), None)

    def only_face(self) -> Face:
        """The one that is meant. Raises NoFace, MultipleFaces."""
        if self.main is None:
            raise NoFace("The picture shows no face.")
        if len(self.sure) > 1:
            raise MultipleFaces("The picture shows more than one face.", faces=len(self.sure))
        return self.main


class FaceReference(Entity):
    """One face to compare with. `vector` is None where the analyzer compares pictures; the
    picture itself is under `image_key` in either case."""

    provider: str
    model_version: str
    vector: tuple[float, ...] | None = None
    image_key: str


def hash_distance(one: str, other: str) -> int:
    """How many bits of two perceptual hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def score_of(distance: float) -> float:
    """0 to 100 from the Euclidean distance of two of dlib's vectors, in tenths.

    A logistic curve through two anchors: 0.60, the radius dlib's network was trained for
    (99.38 % on LFW, dlib's dnn_face_recognition_ex.cpp), scores 50; 0.50, where one of
    8,000 strangers passes (337,393 pairs of portraits), scores 85. At dlib's usual 0.60 one in
    three strangers of some demographics passes. A product's scale, not a probability.
    """
    return round(100 / (1 + exp((distance - _HALFWAY) / _SLOPE)), 1)


def verdict_of(score: float) -> Verdict:
    return Verdict.CONSISTENT if score >= CONSISTENT_AT else Verdict.DIFFERENT
