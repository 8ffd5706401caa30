"""What one run of the command found, as figures beside their goals."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.performance.analysis import FaceAnalysis, analysis_figures
from tests.performance.bundle_sizes import BundleSize
from tests.performance.counting import ONCE_PER_MESSAGE, PACK, Steps
from tests.performance.figures import Figure
from tests.performance.kits import kit_figures
from tests.performance.measuring import Measured

PACK_WALL = "pack of ten ÷ one provider call"
IN_THE_CALL = "billed ÷ baseline, answer in the call"
BY_WEBHOOK = "billed ÷ baseline, by webhook"
MEMORY = "peak memory of the worker"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one run of the command found."""

    measured: Measured
    bundles: Sequence[BundleSize]
    portraits: Steps
    analysis: FaceAnalysis
    load: float
    processors: int


def figures(found: Findings) -> list[Figure]:
    """In the order of the page."""
    rounds, measured = found.measured.rounds, found.measured
    submit = sum(found.portraits.submit.calls.values())
    return [
        Figure(
            "P3",
            PACK_WALL,
            [one.pack.recorded / one.provider_seconds for one in rounds],
            goal=1.25,
            beside="limit 1.0; one after another 10",
        ),
        *kit_figures(measured.kits),
        Figure(
            "P5",
            IN_THE_CALL,
            [one.pack_billed / one.baseline_billed for one in rounds],
            goal=0.12,
            decimals=3,
            beside="limit 0.10",
        ),
        Figure(
            "P5",
            BY_WEBHOOK,
            [measured.webhook_billed / measured.baseline_billed],
            goal=0.03,
            decimals=3,
        ),
        Figure(
            "P6",
            "AWS calls to submit a pack",
            [submit],
            goal=3,
            decimals=0,
            beside="two writes, one read",
        ),
        Figure(
            "P6",
            "AWS calls per image",
            [_calls_per_image(found.portraits)],
            goal=8,
            decimals=0,
            beside="four of them S3 puts",
        ),
        Figure(
            "P12",
            MEMORY,
            [measured.peak_memory_mb],
            goal=200,
            unit="MB",
            decimals=0,
        ),
        *(
            Figure(
                "P12",
                bundle(one.name),
                [one.megabytes],
                goal=one.goal,
                unit="MB",
                decimals=1,
                beside=f"{one.compiled:.0%} of modules compiled",
            )
            for one in found.bundles
        ),
        *analysis_figures(found.analysis),
    ]


def bundle(name: str) -> str:
    """The figure of a bundle's size."""
    return f"bundle `{name}`"


def _calls_per_image(steps: Steps) -> float:
    """Without what is read or written once for the whole message."""
    return (steps.work.calls - ONCE_PER_MESSAGE).total() / PACK
