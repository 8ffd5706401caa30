"""An analyzer that sees what it is told to."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.faces import FaceReading, FaceReference
from tests.face_builders import a_reading


@dataclass
class FakeAnalyzer:
    """Reads what it is told to, and scores what it is told to."""

    readings: deque[FaceReading] = field(default_factory=deque)
    score: float | None = 91.2
    provider: str = "dlib"
    model_version: str = "resnet-v1"
    compared: list[FaceReference] = field(default_factory=list)
    read_bytes: list[bytes] = field(default_factory=list)

    def read(self, image: bytes) -> FaceReading:
        self.read_bytes.append(image)
        return self.readings.popleft() if self.readings else a_reading(vector=(0.125,) * 128)

    def refer(self, reading: FaceReading, image_key: str) -> FaceReference:
        vector = reading.only_face().vector
        return FaceReference(
            provider=self.provider,
            model_version=self.model_version,
            vector=vector,
            image_key=image_key,
        )

    def similarity(
        self,
        reference: FaceReference,
        reading: FaceReading,
        image: bytes,
        reference_image: Callable[[], bytes],
    ) -> float | None:
        self.compared.append(reference)
        return self.score if reading.faces else None
