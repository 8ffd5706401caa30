"""What quality is judged by, measured on pixels alone: the same numbers whoever found the face.

Origin and limits of each metric: docs/faces.md.
"""

from dataclasses import dataclass
from math import pi, sqrt
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageStat

from shared.adapters.imaging import STORED_LIMITS
from shared.adapters.imaging_colour import upright_srgb
from shared.adapters.imaging_decode import Size, decode
from shared.domain.faces import Box

_ENOUGH: Final = 2048
"""Of a JPEG's longest side in pixels: what is larger may be decoded smaller, but not below this."""
_NORMAL: Final = (256, 256)
"""Every face is brought to this size before its sharpness is measured."""
_OVEREXPOSED: Final = 240
_SMALL: Final = 32
"""Side of the copy that is hashed: what is finer is lost in resizing and compression."""

type Luma = NDArray[np.float32]
"""ITU-R 601 luma of each pixel, 0 to 255, as height × width."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Upright sRGB pixels, and the size that the picture has when nothing is left out."""

    pixels: Image.Image
    size: Size

    @classmethod
    def of(cls, image: bytes) -> Self:
        """Raises InvalidImage."""
        decoded, _, size = decode(image, STORED_LIMITS, longest=_ENOUGH)
        upright = upright_srgb(decoded)
        if upright.mode == "RGBA":
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright).convert("RGB")
        return cls(upright, size)

    def within(self, longest: int) -> Image.Image:
        """As it is, or a copy whose longest side is this."""
        scale = longest / max(self.pixels.size)
        if scale >= 1:
            return self.pixels
        width, height = (max(1, round(side * scale)) for side in self.pixels.size)
        return self.pixels.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)

    def luma_std(self) -> float:
        return float(ImageStat.Stat(self.pixels.convert("L")).stddev[0])

    def luma_of(self, box: Box) -> Image.Image:
        """What of the box is inside the picture, at least a pixel of it."""
        width, height = self.pixels.size
        left, top = max(0, round(box.left * width)), max(0, round(box.top * height))
        right = min(width, round((box.left + box.width) * width))
        bottom = min(height, round((box.top + box.height) * height))
        return self.pixels.crop((left, top, max(right, left + 1), max(bottom, top + 1))).convert(
            "L"
        )


@dataclass(frozen=True, slots=True)
class FaceMetrics:
    """As the fields of `shared.domain.faces.Face`."""

    sharpness: float
    brightness: float
    overexposed: float
    noise: float


def measure(picture: Picture, box: Box) -> FaceMetrics:
    face = picture.luma_of(box)
    luma = _luma(face)
    return FaceMetrics(
        sharpness=_sharpness(_luma(face.resize(_NORMAL, Image.Resampling.LANCZOS))),
        brightness=float(luma.mean()),
        overexposed=float((luma > _OVEREXPOSED).mean()),
        noise=_noise(luma),
    )


def perceptual_hash(picture: Picture) -> str:
    """64 bits in hexadecimal, one for each of the lowest 8 × 8 frequencies of a small copy: whether
    it is stronger than most (pHash; Zauner, Implementation and Benchmarking of Perceptual Image
    Hash Functions, 2010)."""
    grey = picture.pixels.convert("L")
    luma = _luma(grey.resize((_SMALL, _SMALL), Image.Resampling.LANCZOS, reducing_gap=3.0))
    waves = np.cos(pi / _SMALL * np.outer(np.arange(8), np.arange(_SMALL) + 0.5))
    strengths = waves @ luma @ waves.T
    return np.packbits(strengths > np.median(strengths)).tobytes().hex()


def _luma(picture: Image.Image) -> Luma:
    return np.asarray(picture.convert("L"), dtype=np.float32)


def _sharpness(luma: Luma) -> float:
    """100 · var(Laplacian) / var(luma): a darker copy is as sharp as the original (the variance
    of the Laplacian alone: Pech-Pacheco et al., ICPR 2000)."""
    spread = float(luma.var())
    if spread == 0:
        return 0.0
    sides = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return 100 * float((sides - 4 * luma[1:-1, 1:-1]).var()) / spread


def _noise(luma: Luma) -> float:
    """Standard deviation of Gaussian noise, by a mask that edges hardly answer to
    (Immerkær, Fast Noise Variance Estimation, CVIU 64, 1996)."""
    if min(luma.shape) < 3:
        return 0.0
    across = luma[:, :-2] - 2 * luma[:, 1:-1] + luma[:, 2:]
    both = across[:-2] - 2 * across[1:-1] + across[2:]
    return sqrt(pi / 2) / 6 * float(np.abs(both).mean())
