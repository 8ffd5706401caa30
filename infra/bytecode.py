"""`python -m infra.bytecode KEPT ROOT PART…`: bytecode that is equal wherever it is made, and when.

What a string shares with whatever the process met before shows in the bytes of a code object, so
each file is compiled in a process forked for it alone, with the cycle collector at rest. Since it
is equal, what bundles have in common is compiled once, and kept in the folder `KEPT`.
"""

import gc
import hashlib
import os
import py_compile
import shutil
import sys
import tempfile
from importlib.util import cache_from_source
from pathlib import Path

_AT_ONCE = 2
_DEPLOYED_AT = "/var/task"


def compile_file(root: Path, source: Path) -> None:
    """Never checked against its source again. Raises PyCompileError."""
    py_compile.compile(
        str(source),
        dfile=_deployed(root, source),
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def compile_all(root: Path, parts: list[str], kept: Path) -> int:
    """How many files could not be compiled."""
    kept.mkdir(parents=True, exist_ok=True)
    failed = running = 0
    for source in sorted(file for part in parts for file in (root / part).rglob("*.py")):
        made = kept / _name(root, source)
        if made.exists():
            os.utime(made)  # It is in use.
            _copy(made, Path(cache_from_source(str(source))))
            continue
        if running == _AT_ONCE:
            failed += _one_ended()
            running -= 1
        if os.fork() == 0:
            _compile_and_exit(root, source, made)
        running += 1
    return failed + sum(_one_ended() for _ in range(running))


def _deployed(root: Path, source: Path) -> str:
    return f"{_DEPLOYED_AT}/{source.relative_to(root)}"


def _name(root: Path, source: Path) -> str:
    """Of all that the bytecode is made of."""
    whole = hashlib.sha256(f"{sys.version}\n{_deployed(root, source)}\n".encode())
    whole.update(source.read_bytes())
    return whole.hexdigest()


def _copy(made: Path, place: Path) -> None:
    """Whole or not at all: others may be looking for it."""
    place.parent.mkdir(exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=place.parent)
    os.close(handle)
    shutil.copyfile(made, unfinished)
    Path(unfinished).chmod(0o644)
    Path(unfinished).rename(place)


def _compile_and_exit(root: Path, source: Path, made: Path) -> None:
    try:
        compile_file(root, source)
    except py_compile.PyCompileError as problem:
        os.write(2, f"{problem}\n".encode())
        os._exit(1)
    _copy(Path(cache_from_source(str(source))), made)
    os._exit(0)


def _one_ended() -> bool:
    return os.wait()[1] != 0


if __name__ == "__main__":
    gc.disable()
    sys.exit(1 if compile_all(Path(sys.argv[2]), sys.argv[3:], kept=Path(sys.argv[1])) else 0)
