"""docs/performance.md: one table, goals beside figures, and how each was come by."""

from datetime import date
from pathlib import Path

from tests.performance import kits
from tests.performance.costs import in_the_call, usd_per_1000
from tests.performance.figures import Figure
from tests.performance.findings import Findings, figures
from tests.performance.measuring import PROVIDER_SECONDS
from tests.performance.plot import svg
from tests.performance.reasons import in_the_way

DOCS = Path(__file__).parents[2] / "docs"
_HOW = """## How it was measured

The packaged functions run on the local engine, on the public API over HTTP, with the provider
simulators; nothing in between is replaced. Every ratio comes from one run, its two sides minutes
apart at most, because the seconds of one machine mean nothing on another.

- **P3.** From the request until the generation's `completed_at`, divided by the median of three
  direct calls to the same simulator with the same body. The engine, the simulators (which draw
  every picture) and the functions share the processors: on AWS only the worker counts.
{kits}
- **P5.** Billed duration × memory of every invocation, from the engine's REPORT lines. The baseline
  is one blocking invocation per image on the same bundle, with the same memory, model calls,
  renditions and number of objects (`tests/performance/baseline/handler.py`), two at a time. By
  webhook: the worker's start, the callbacks, the worker that stores, and the late poll.
- **P6.** A botocore hook counts the calls of the functions (`tests/performance/test_aws_calls.py`).
- **P12.** Zipped at the highest compression; peak memory is what the worker's process ever held.
- **P13.** A fresh process on the bundle of face analysis, with dlib and its models, looks at a
  portrait as the service does, which compares it with its source. The storage around it is in
  memory; the models and the source are read before its time is taken. The portrait shows one face;
  each further one takes another vector, some 100 ms.
"""


def write(found: Findings, day: date) -> None:
    measured = figures(found)
    (DOCS / "performance.svg").write_text(svg(measured), encoding="utf-8")
    (DOCS / "performance.md").write_text(text(found, day), encoding="utf-8")


def text(found: Findings, day: date) -> str:
    """The whole page."""
    rows = [_row(figure) for figure in figures(found)]
    parts = [
        "# Performance",
        "",
        "<!-- written by `python -m tests.performance` -->",
        "",
        (
            f"Measured on {day.isoformat()} on {found.processors} processors with a load of "
            f"{found.load:.1f} from other work, with a provider that takes {PROVIDER_SECONDS:g} s. "
            "Nothing here is asserted in a test but the counts."
        ),
        "",
        "| | figure | median | least – most | goal | | |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        "![Each figure as a share of its goal](performance.svg)",
        "",
        _HOW.format(kits=kits.HOW),
        *_where_the_time_goes(found),
    ]
    return "\n".join(parts) + "\n"


def _row(figure: Figure) -> str:
    goal = f"≤ {figure.goal:g}{figure.unit and ' '}{figure.unit}"
    verdict = "reached" if figure.met else "**missed**"
    value = figure.told(figure.value)
    return (
        f"| {figure.id} | {figure.what} | {value} | {figure.spread} | {goal} | {verdict} "
        f"| {figure.beside} |"
    )


def _where_the_time_goes(found: Findings) -> list[str]:
    measured = found.measured
    billed = sorted(one.pack_billed for one in measured.rounds)[len(measured.rounds) // 2]
    per_1000 = usd_per_1000(in_the_call(found.portraits))
    assert measured.cold_pack is not None, "the first pack is a cold one"
    return [
        "## Where the time goes",
        "",
        "| | |",
        "|---|---|",
        f"| worker, processor time per image | {measured.pack_cpu * 1000:.0f} ms |",
        f"| baseline, processor time per image | {measured.baseline_cpu * 1000:.0f} ms |",
        f"| worker, billed per image at {measured.memory_mb} MB | {billed:.3f} GB-s |",
        (
            f"| baseline, billed per image at {measured.memory_mb} MB "
            f"| {measured.baseline_billed:.3f} GB-s |"
        ),
        *(
            f"| by webhook, billed per image in `{name}` | {value:.3f} GB-s |"
            for name, value in measured.webhook_parts.items()
        ),
        (
            f"| first pack, environment and SDK cold | {measured.cold_pack.recorded:.1f} s, "
            f"{measured.cold_billed:.3f} GB-s per image |"
        ),
        f"| AWS's side of 1,000 images ([costs.md](costs.md)) | ${per_1000:.4f} |",
        "",
        *in_the_way(found),
    ]
