"""Writes the table of context keys into docs/deployment.md: `python -m tests.deployment_page`."""

import re
from pathlib import Path

from infra.context import KEYS

PATH = Path(__file__).parents[1] / "docs/deployment.md"
START, END = "<!-- context keys -->\n", "<!-- end of context keys -->"


def text() -> str:
    """The page with the table as the code has it."""
    rows = [
        f"| `{key.name}` | {'' if key.default is None else f'`{key.default}`'} | {key.meaning} |\n"
        for key in KEYS
    ]
    table = "".join(["| key | default | what it means |\n", "| --- | --- | --- |\n", *rows])
    page = PATH.read_text(encoding="utf-8")
    return re.sub(f"{START}.*{END}", lambda _: START + table + END, page, flags=re.DOTALL)


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
