"""Builds what each Lambda function is shipped as: its own dependencies, its own sources, bytecode.

Two steps, both cached by content under `.build/`: `dependencies/` (slow, changes with the lock
file) and `bundles/` (a copy of it with the sources). A step works in a directory of its own and
renames it when it is whole, so that a killed build leaves nothing that looks like a result.
"""

import hashlib
import io
import os
import platform
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra import bundle_contents as contents
from infra import bundle_steps as steps

SIDE_BY_SIDE = 2
UNUSED_FOR_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Target:
    """The machine a bundle runs on: Lambda's word for the processor, uv's word for the platform."""

    architecture: str
    platform: str


LAMBDA = Target("arm64", "aarch64-manylinux_2_28")
_MACHINES = {
    ("Linux", "aarch64"): LAMBDA,
    ("Linux", "x86_64"): Target("x86_64", "x86_64-manylinux_2_28"),
    ("Darwin", "arm64"): Target("arm64", "aarch64-apple-darwin"),
    ("Darwin", "x86_64"): Target("x86_64", "x86_64-apple-darwin"),
}


def this_machine() -> Target:
    """Return the target for functions that run here, on the local engine."""
    return _MACHINES[platform.system(), platform.machine()]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A built directory, and the digest of everything that went into it."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundler:
    """Builds bundles of the functions under `source_root` for one target."""

    target: Target
    source_root: Path = steps.PROJECT
    build_root: Path = steps.PROJECT / ".build"

    @property
    def _bytecode(self) -> Path:
        return self.build_root / "bytecode"

    def build_all(self, functions: Iterable[str]) -> dict[str, Bundle]:
        names = tuple(functions)
        forget_unused(self._bytecode)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return dict(zip(names, pool.map(self.build, names), strict=True))

    def build(self, function: str) -> Bundle:
        """Return the function's bundle, from the cache when nothing it is made of has changed."""
        dependencies = self._dependencies(function)
        sources = self._sources(function)
        digest = _digest(dependencies.digest, *(part for file in sources.items() for part in file))

        def fill(building: Path) -> None:
            shutil.copytree(dependencies.path, building, dirs_exist_ok=True)
            for name, content in sources.items():
                (building / name).parent.mkdir(parents=True, exist_ok=True)
                (building / name).write_bytes(content)
            steps.compile_bytecode(building, "functions", "shared", kept=self._bytecode)

        name = f"{function}-{self.target.architecture}-{digest[:16]}"
        return Bundle(_cached(self.build_root / "bundles" / name, fill), digest)

    def _sources(self, function: str) -> dict[str, bytes]:
        """Read the sources once, so that an edit meanwhile cannot land under the old digest."""
        root = self.source_root
        files = [root / "functions/__init__.py"]
        for directory in (root / "functions" / function, root / "shared"):
            files += sorted(path for path in directory.rglob("*") if path.is_file())
        return {
            file.relative_to(root).as_posix(): file.read_bytes()
            for file in files
            if "__pycache__" not in file.parts
        }

    def _dependencies(self, function: str) -> Bundle:
        requirements = steps.export(function)
        unused, services = steps.unused_files(function), contents.AWS_SERVICES[function]
        builder = Path(steps.__file__).read_bytes()
        digest = _digest(
            *(requirements, self.target.platform, sys.version, builder), *unused, *services
        )

        def fill(building: Path) -> None:
            steps.install(requirements, self.target.platform, building)
            steps.prune(building, unused, services)
            steps.compile_bytecode(building, kept=self._bytecode)

        name = f"{self.target.architecture}-{digest[:16]}"
        return Bundle(_cached(self.build_root / "dependencies" / name, fill), digest)


def zipped_size(bundle: Path) -> int:
    """Return the bytes of the bundle as a zip file at the highest compression."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as writer:
        for file in sorted(path for path in bundle.rglob("*") if path.is_file()):
            writer.write(file, file.relative_to(bundle))
    return archive.tell()


def _cached(final: Path, fill: Callable[[Path], None]) -> Path:
    if final.is_dir():
        os.utime(final)
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    forget_unused(final.parent)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=final.parent))
    try:
        fill(building)
        building.chmod(0o755)
        building.rename(final)
    except OSError:
        # Another process finished the same directory first; its content is equal by construction.
        if not final.is_dir():
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return final


def forget_unused(cache: Path) -> None:
    """Remove what no build has touched for a day."""
    for entry in cache.iterdir() if cache.exists() else ():
        if time.time() - entry.stat().st_mtime <= UNUSED_FOR_SECONDS:
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()
