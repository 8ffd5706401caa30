"""What stands in the way of a goal that was missed."""

from tests.performance.analysis import in_the_way_of_analysis
from tests.performance.counting import PACK
from tests.performance.findings import (
    BY_WEBHOOK,
    IN_THE_CALL,
    MEMORY,
    PACK_WALL,
    Findings,
    bundle,
    figures,
)
from tests.performance.kits import KIT_WALL, REASON, SEQUENCE_WALL

_TRACED = (
    "In packs traced on 2026-11-21 the items were claimed after 0.1 s, the model called after 0.15 "
    "to 0.5 s, the last answer was there after 2.4 to 2.6 s, the last rendition after 3.0 to 3.6 "
    "s, and all was stored 0.03 s later."
)
_RENDITIONS = (
    "Renditions are about 60 ms of an image, of which the full-size `web` alone is 36 ms (in "
    "WebP method 0 instead of 2: 22 ms, and a third more bytes)."
)


def in_the_way(found: Findings) -> list[str]:
    """What is known of each goal that was missed."""
    missed = {figure.what for figure in figures(found) if not figure.met}
    known = [reason for what, reason in _reasons(found).items() if what in missed]
    reasons = list(dict.fromkeys(known))
    return ["## What stands in the way", "", *reasons] if reasons else []


def _reasons(found: Findings) -> dict[str, str]:
    """By the figure that each explains."""
    return {
        PACK_WALL: _pack_wall(found),
        KIT_WALL: REASON,
        SEQUENCE_WALL: REASON,
        IN_THE_CALL: (
            "- **P5, answer in the call**, is one tenth of the waiting and the same excess over it "
            "as in P3; with a provider of 15 s instead of 2 s the excess weighs a seventh."
        ),
        BY_WEBHOOK: _by_webhook(found),
        bundle("characters"): (
            "- **P12, `characters`.** It takes pictures in, by upload and by address: Pillow and "
            "its libraries are 3.4 MB of its zip, httpx and what that needs 1 MB. Without them it "
            "is as small as `generations`."
        ),
        bundle("reference_kits"): (
            "- **P12, `reference_kits`.** The same: it takes a photo in as `characters` does."
        ),
        MEMORY: (
            "- **P12, memory.** Ten pictures are decoded and encoded side by side, and each thread "
            "allocates from an arena of its own that gives nothing back. With as many renditions "
            "at once as there are processors and `MALLOC_ARENA_MAX=2` the same worker peaked at "
            "165 MB after five packs, without at 253 MB (tried on 2026-11-21)."
        ),
        **in_the_way_of_analysis(found.analysis),
    }


def _pack_wall(found: Findings) -> str:
    work = found.measured.pack_cpu * PACK
    return (
        "- **P3** misses by processor time. Ten answers arrive in the same instant, and "
        f"{work:.1f} s of the worker's own work fall due at once, beside what the engine and the "
        f"simulators take of the same {found.processors} processors, and a load of "
        f"{found.load:.1f} from elsewhere. {_TRACED} {_RENDITIONS}"
    )


def _by_webhook(found: Findings) -> str:
    measured = found.measured
    least = measured.pack_cpu * measured.memory_mb / 1024 / measured.baseline_billed
    return (
        "- **P5, by webhook**, no longer waits for the model, so work is what is left: the "
        f"processor time of one image alone is about {least:.3f} of the baseline. Above that are "
        "the AWS calls and the download, one after another, and processors that others held."
    )
