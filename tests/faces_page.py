"""Writes the table of quality limits into docs/faces.md: `python -m tests.faces_page`."""

import re
from collections.abc import Iterator
from pathlib import Path

from shared.domain.quality import CheckLimits, CheckStatus, limits

PATH = Path(__file__).parents[1] / "docs/faces.md"
START, END = "<!-- limits -->\n", "<!-- end of limits -->"


def text() -> str:
    """The page with the table as the data file has it."""
    head = "| check | warns | fails | profile | free |\n|---|---|---|---|---|\n"
    rows = [
        f"| `{name}` | {_bound(check, CheckStatus.WARNED)} | {_bound(check, CheckStatus.FAILED)}"
        f" | {_in_kind(name, 'profile')} | {_in_kind(name, 'free')} |\n"
        for name, check in limits().checks.items()
    ]
    page = PATH.read_text(encoding="utf-8")
    table = START + head + "".join(rows) + END
    return re.sub(f"{START}.*{END}", lambda _: table, page, flags=re.DOTALL)


def _bound(check: CheckLimits, status: CheckStatus) -> str:
    return ", ".join(_sides(check, status))


def _sides(check: CheckLimits, status: CheckStatus) -> Iterator[str]:
    if least := check.below.get(status):
        yield f"{'up to' if check.inclusive else 'below'} {least.limit:g}"
    if most := check.above.get(status):
        yield f"above {most.limit:g}"


def _in_kind(name: str, kind: str) -> str:
    rules = next(rules for each, rules in limits().kinds.items() if each == kind)
    if name in rules.left_out:
        return "left out"
    softened = [side for side in ("below", "above") if f"{name}.{side}" in rules.softened]
    return f"warns at worst ({', '.join(softened)})" if softened else ""


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
