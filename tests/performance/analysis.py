"""What one face analysis takes: a fresh process on nothing but the bundle, the real model, the real
service. Only the storage around it is in memory."""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from infra.bundle_steps import PROJECT
from infra.bundles import Bundler, this_machine
from infra.local.demo.photo import DEFAULT_PHOTO
from tests.performance.figures import Figure

ANALYSIS_TIME = "processor time of a face analysis"
ANALYSIS_MEMORY = "memory of a face analysis"
_SCRIPT = Path(__file__).with_name("in_bundle") / "analysing.py"
_SIDE = 1024
_HEAD = (110, 20, 330, 240)
"""Where the demo's photo shows nothing but the face: in all of it dlib finds a second one, and
each one costs a vector."""
_TIMES = 9


@dataclass(frozen=True, slots=True)
class FaceAnalysis:
    """Processor time of each picture; the process's peak above that of a bare interpreter."""

    milliseconds: Sequence[float]
    megabytes: float


def measure_analysis(bundle: Path | None = None) -> FaceAnalysis:
    bundle = bundle or Bundler(target=this_machine()).build("face_analysis").path
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "portrait.png"
        picture.write_bytes(_portrait())
        base: str = getattr(sys, "_base_executable", sys.executable)
        done = subprocess.run(
            [base, "-S", "-B", str(_SCRIPT), str(picture), str(_TIMES)],
            # The project comes second: of it only `tests` is taken.
            env={
                "PYTHONPATH": os.pathsep.join((str(bundle), str(PROJECT))),
                "PATH": os.defpath,
                "POWERTOOLS_TRACE_DISABLED": "true",
            },
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    return FaceAnalysis(**json.loads(done.stdout))


def _portrait() -> bytes:
    with Image.open(DEFAULT_PHOTO) as photo:
        square = photo.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS, _HEAD)
    encoded = io.BytesIO()
    square.save(encoded, "PNG")
    return encoded.getvalue()


def analysis_figures(found: FaceAnalysis) -> list[Figure]:
    return [
        Figure(
            "P13",
            ANALYSIS_TIME,
            found.milliseconds,
            goal=250,
            unit="ms",
            decimals=0,
            beside=f"{_SIDE} × {_SIDE}, checked, embedded and compared by dlib",
        ),
        Figure(
            "P13",
            ANALYSIS_MEMORY,
            [found.megabytes],
            goal=200,
            unit="MB",
            decimals=0,
            beside="at its peak, above a bare interpreter",
        ),
    ]


def in_the_way_of_analysis(found: FaceAnalysis) -> dict[str, str]:
    """By the figure that each explains."""
    return {
        ANALYSIS_TIME: (
            "- **P13, time.** All of it is dlib's own: finding a face in a copy of 1,024 pixels "
            "some 60 ms on an idle processor, the five landmarks and the vector some 60 ms, "
            "decoding and measuring the picture the rest; up to twice as much when other "
            "processors are busy, because they share its caches. A smaller copy would find no "
            "faces of 80 pixels."
        ),
        ANALYSIS_MEMORY: (
            f"- **P13, memory.** {found.megabytes:.0f} MB are the models, numpy, Pillow and the "
            "SDK, and one picture with its copies."
        ),
    }
