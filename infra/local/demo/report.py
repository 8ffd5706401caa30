"""What a demo tells at its end: ids, statuses, costs, durations."""

from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from infra.local.demo.run import Made


def print_report(
    console: Console, made: list[Made], out: Path, *, seconds: float, note: str
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("job", "status", "images", "likeness", "estimated", "actual", "seconds"):
        table.add_column(heading, justify="left" if heading in ("job", "status") else "right")
    for one in made:
        job, progress = one.job, one.job["progress"]
        table.add_row(
            job["id"],
            job["status"],
            f"{progress['completed']}/{progress['total']}",
            _likeness(one.scores),
            _usd(job["cost"]["estimated_usd"]),
            _usd(job["cost"]["actual_usd"]),
            f"{one.seconds:.1f}",
        )
    console.print(table)
    for one in made:
        if one.goal:
            cost = _usd(one.job["cost"]["actual_usd"])
            console.print(f"{one.title}: {one.seconds:.1f} s, {cost} ({one.goal})")
    for one in made:
        for name, part in one.parts.items():
            if part["error"] is not None:
                console.print(f"  {name}: {part['error']['message']}")
    console.print(note)
    console.print(f"Contact sheet: {out / 'index.html'}   ({seconds:.1f} s in all)")


def _likeness(scores: list[float]) -> str:
    """Their mean."""
    return f"{fmean(scores):.1f}" if scores else "–"


def _usd(amount: float | None) -> str:
    return "–" if amount is None else f"${amount:.4f}"
