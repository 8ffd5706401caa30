"""Every change first asserts what it changes: another ministack fails loudly, not subtly."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any


def expect(holds: bool, what: str) -> None:
    """Refuse to run on a ministack that is not the one the changes were written for."""
    if not holds:
        raise SystemExit(f"The local engine changed: {what}. See infra/local/engine_changes/.")


def expect_source(function: Callable[..., Any], digest: str) -> None:
    """The function must be, to the letter, the one that was read when the change was written."""
    found = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
    expect(found == digest, f"{function.__qualname__} is {found}, not {digest}")
