"""What a demo tells at its end: ids, statuses, costs, durations."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.local.demo.api import Json
from infra.local.demo.run import Made


def print_report(
    console: Console, made: list[Made], out: Path, *, seconds: float, note: str
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("generation", "status", "images", "likeness", "estimated", "actual", "seconds"):
        table.add_column(
            heading, justify="left" if heading in ("generation", "status") else "right"
        )
    for one in made:
        generation, progress = one.generation, one.generation["progress"]
        table.add_row(
            generation["id"],
            generation["status"],
            f"{progress['completed']}/{progress['total']}",
            _likeness(generation["likeness"]),
            _usd(generation["cost"]["estimated_usd"]),
            _usd(generation["cost"]["actual_usd"]),
            f"{one.seconds:.1f}",
        )
    console.print(table)
    for one in made:
        for item in one.generation["items"]:
            if item["error"] is not None:
                console.print(f"  item {item['index']}: {item['error']['message']}")
    console.print(note)
    console.print(f"Contact sheet: {out / 'index.html'}   ({seconds:.1f} s in all)")


def _likeness(likeness: Json) -> str:
    """The mean of the scores."""
    return "–" if likeness["mean"] is None else f"{likeness['mean']:.1f}"


def _usd(amount: float | None) -> str:
    return "–" if amount is None else f"${amount:.4f}"
