"""The steps of a bundle: requirements from the lock file, packages, less the unused, bytecode."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from infra import bundle_contents as contents

PROJECT = Path(__file__).resolve().parent.parent
PYTHON_VERSION = "3.13"


class BundleError(RuntimeError):
    """A bundle could not be built; the message carries what the tool said."""


def export(function: str) -> str:
    """Return the locked, hashed requirements of the function's dependency group."""
    without = [word for package in contents.UNUSED_PACKAGES for word in ("--prune", package)]
    return _uv(
        *("export", "--quiet", "--frozen", "--no-header", "--no-annotate", "--no-emit-project"),
        *("--only-group", function, *without),
    )


def install(requirements: str, target_platform: str, building: Path, *options: str) -> None:
    sources = [word for name in contents.BUILT_FROM_SOURCE for word in ("--no-binary", name)]
    # Copied, not linked: a link would let an edit of the bundle change uv's cache.
    _uv(
        *("pip", "install", "--quiet", "--target", str(building), "--python", sys.executable),
        *(
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            *sources,
            "--no-compile-bytecode",
            "--link-mode",
            "copy",
        ),
        *("--python-version", PYTHON_VERSION, "--python-platform", target_platform),
        *("--requirements", "-", *options),
        stdin=requirements,
    )


def unused_files(function: str) -> tuple[str, ...]:
    """Return the glob patterns of installed files the function runs without."""
    others = (pattern for pattern, users in contents.ONLY_FOR.items() if function not in users)
    return (*contents.UNUSED_FILES, *others)


def prune(building: Path, unused: Iterable[str], services: Iterable[str]) -> None:
    models = (path for path in (building / "botocore/data").iterdir() if path.is_dir())
    doomed = {path for path in models if path.name not in services}
    doomed.update(path for pattern in unused for path in building.glob(pattern))
    for path in doomed:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def compile_bytecode(building: Path, *parts: str, kept: Path) -> None:
    """Compile for `/var/task`: never checked against the sources, equal wherever it is built, and
    so taken from the folder `kept` where another bundle has had the same file."""
    # An environment of its own: a PYTHONPYCACHEPREFIX of whoever builds would put the bytecode
    # elsewhere, and a random hash seed may show in it.
    _run(
        *(sys.executable, "-s", "-m", "infra.bytecode", str(kept), str(building)),
        *(parts or (".",)),
        environment={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"},
    )


def _uv(*arguments: str, stdin: str = "") -> str:
    # `uv run` names itself in UV; the virtual environment it made is not the one to install into.
    return _run(os.environ.get("UV") or "uv", *arguments, stdin=stdin)


def _run(*command: str, stdin: str = "", environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise BundleError(f"{' '.join(command[:3])} … failed:\n{done.stderr}{done.stdout}")
    return done.stdout
