"""Progress of a start, told step by step: a moving line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from infra.local.stack_runner import Say


@contextmanager
def telling(console: Console) -> Iterator[Say]:
    """Yield what to call with each step's name; the last step ends with the block."""
    with console.status("Starting") as status:
        began = time.monotonic()
        current: str | None = None

        def finish() -> None:
            if current is not None:
                console.print(f"[green]✓[/] {current} [dim]{time.monotonic() - began:.1f} s[/]")

        def say(step: str) -> None:
            nonlocal began, current
            finish()
            began, current = time.monotonic(), step
            status.update(f"{step} …")

        yield say
        finish()
