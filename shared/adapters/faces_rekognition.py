"""Faces by Amazon Rekognition: two calls a picture, each billed, and no vector ever given out.

What is sent is a JPEG of our own without metadata; nothing is put into a collection.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.faces_metrics import Picture, measure, perceptual_hash
from shared.domain.errors import InvalidImage, Unavailable
from shared.domain.faces import Box, Face, FaceReading, FaceReference

if TYPE_CHECKING:
    from types_boto3_rekognition import RekognitionClient
    from types_boto3_rekognition.type_defs import FaceDetailTypeDef

_LONGEST: Final = 2048
"""Side in pixels of what is sent. A face of 40 pixels in 1920 × 1080 is found, and at quality 90
even noise of this size stays under the 5 MB that are taken (Rekognition quotas, 2026-11)."""
_QUALITY: Final = 90
_SMALLEST: Final = 80
"""Side in pixels of what is sent; what is smaller is refused as an invalid parameter."""
_LATER: Final = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
}
_NOT_A_PICTURE: Final = {"ImageTooLargeException", "InvalidImageFormatException"}


class RekognitionFaces:
    """A FaceAnalyzer. AWS does not tell which model answered: its API's version stands for it."""

    def __init__(self, client: "RekognitionClient") -> None:
        self.provider = "rekognition"
        self.model_version = client.meta.service_model.api_version
        self._client = client

    def read(self, image: bytes) -> FaceReading:
        picture = Picture.of(image)
        width, height = picture.size
        faces = [_face(picture, detail) for detail in self._detect(picture)]
        faces.sort(key=lambda face: face.box.width * face.box.height, reverse=True)
        return FaceReading(
            width=width,
            height=height,
            luma_std=picture.luma_std(),
            phash=perceptual_hash(picture),
            faces=tuple(faces),
        )

    def refer(self, reading: FaceReading, image_key: str) -> FaceReference:
        reading.only_face()
        return FaceReference(
            provider=self.provider, model_version=self.model_version, image_key=image_key
        )

    def similarity(
        self,
        reference: FaceReference,
        reading: FaceReading,
        image: bytes,
        reference_image: Callable[[], bytes],
    ) -> float | None:
        """Rekognition's own, whose scale is not dlib's."""
        if not reading.faces:
            return None
        source, target = Picture.of(reference_image()), Picture.of(image)
        try:
            with _ours():
                answer = self._client.compare_faces(
                    SourceImage={"Bytes": _sent(source)},
                    TargetImage={"Bytes": _sent(target)},
                    SimilarityThreshold=0,  # or whatever is below 80 is not told
                    QualityFilter="NONE",
                )
        except self._client.exceptions.InvalidParameterException:
            return None  # what it calls a picture without a face
        scores = [match["Similarity"] for match in answer["FaceMatches"]]
        return round(max(scores, default=0.0), 1)

    def _detect(self, picture: Picture) -> "list[FaceDetailTypeDef]":
        if min(picture.within(_LONGEST).size) < _SMALLEST:
            return []
        try:
            with _ours():
                answer = self._client.detect_faces(
                    Image={"Bytes": _sent(picture)}, Attributes=["DEFAULT", "FACE_OCCLUDED"]
                )
        except self._client.exceptions.InvalidParameterException:
            return []  # whatever else it cannot look at
        return answer["FaceDetails"]


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        code = exc.response["Error"]["Code"]
        if code in _NOT_A_PICTURE:
            raise InvalidImage("The picture cannot be analyzed.", reason="not_analyzed") from exc
        if code in _LATER:
            raise Unavailable("The face analyzer is busy.") from exc
        raise
    except BotoCoreError as exc:
        raise Unavailable("The face analyzer is out of reach.") from exc


def _sent(picture: Picture) -> bytes:
    out = BytesIO()
    picture.within(_LONGEST).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _face(picture: Picture, detail: "FaceDetailTypeDef") -> Face:
    place, pose = detail["BoundingBox"], detail["Pose"]
    box = Box(left=place["Left"], top=place["Top"], width=place["Width"], height=place["Height"])
    metrics = measure(picture, box)
    return Face(
        box=box,
        confidence=detail["Confidence"] / 100,
        yaw=pose["Yaw"],
        pitch=pose["Pitch"],
        roll=pose["Roll"],
        sharpness=metrics.sharpness,
        brightness=metrics.brightness,
        overexposed=metrics.overexposed,
        noise=metrics.noise,
        width_px=round(box.width * picture.size[0]),
        occluded=detail["FaceOccluded"]["Value"],
    )
