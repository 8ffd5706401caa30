"""`python -m infra.bytecode ROOT PART…`: bytecode that is equal wherever and whenever it is made.

What a string shares with whatever the process met before shows in the bytes of a code object, so
each file is compiled in a process forked for it alone, with the cycle collector at rest.
"""

import gc
import os
import py_compile
import sys
from pathlib import Path

_AT_ONCE = 2
_DEPLOYED_AT = "/var/task"


def compile_file(root: Path, source: Path) -> None:
    """Never checked against its source again. Raises PyCompileError."""
    py_compile.compile(
        str(source),
        dfile=f"{_DEPLOYED_AT}/{source.relative_to(root)}",
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def compile_all(root: Path, parts: list[str]) -> int:
    """How many files could not be compiled."""
    failed = running = 0
    for source in sorted(file for part in parts for file in (root / part).rglob("*.py")):
        if running == _AT_ONCE:
            failed += _one_ended()
            running -= 1
        if os.fork() == 0:
            _compile_and_exit(root, source)
        running += 1
    return failed + sum(_one_ended() for _ in range(running))


def _compile_and_exit(root: Path, source: Path) -> None:
    try:
        compile_file(root, source)
    except py_compile.PyCompileError as problem:
        os.write(2, f"{problem}\n".encode())
        os._exit(1)
    os._exit(0)


def _one_ended() -> bool:
    return os.wait()[1] != 0


if __name__ == "__main__":
    gc.disable()
    sys.exit(1 if compile_all(Path(sys.argv[1]), sys.argv[2:]) else 0)
