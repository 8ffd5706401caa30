"""Synthesizes the stack for this machine, once per state of its sources."""

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.local.assets import assets_of
from infra.local.children import run_to_end
from infra.local.layout import AUDIENCE, ISSUER, PROJECT, LocalError, StateDir
from infra.local.providers import PROVIDERS

# Beside the bundles' own cache: a build product, shared by all local deployments of this clone.
CACHE = PROJECT / ".build" / "synthesis"
KEPT = 4
# Another local deployment may be reading what is no older than this.
IN_USE_SECONDS = 900
SINGLE_FILES = ("app.py", "cdk.json", "pyproject.toml", "uv.lock", ".python-version")
FOLDERS = ("infra", "shared", "functions")
# The local machinery is not part of what is synthesized.
NOT_INPUT = PROJECT / "infra" / "local"


def local_context(overrides: Mapping[str, str]) -> dict[str, str]:
    """The CDK context of a local deployment."""
    return {
        "local": "true",
        "jwt_issuer": ISSUER,
        "jwt_audience": AUDIENCE,
        "image_providers": ",".join(provider.name for provider in PROVIDERS),
        # Bundles are published from where they were built: each copy would have half a gigabyte.
        "aws:cdk:disable-asset-staging": "true",
        **overrides,
    }


def chosen(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the context the user's environment decides."""
    analyzer = environment.get("LIKENESS_FACE_ANALYZER")
    return {"face_analyzer": analyzer} if analyzer else {}


def assembly_key(context: Mapping[str, str]) -> str:
    """A hash of all that decides what synthesis makes."""
    digest = hashlib.sha256()
    machine = [platform.machine(), platform.python_version(), sys.platform]
    digest.update(json.dumps([dict(context), machine], sort_keys=True).encode())
    for path in _inputs():
        digest.update(f"\0{path.relative_to(PROJECT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def synthesize(context: Mapping[str, str], state: StateDir) -> Path:
    """The cloud assembly for this context, from the cache or made now.

    Made under another name and then renamed: a folder with a key's name is always whole.
    """
    target = CACHE / assembly_key(context)
    if not _whole(target):
        shutil.rmtree(target, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=CACHE))
        try:
            _run_app(context, draft, state)
            draft.rename(target)
        except OSError:
            if not _whole(target):  # otherwise another process was first, with the same
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    os.utime(target)
    _forget_old()
    return target


def _whole(assembly: Path) -> bool:
    """Whether it is there with the bundles it names, which are then kept for another day."""
    sources = [asset.source for asset in assets_of(assembly)] if assembly.exists() else []
    if not sources or not all(source.exists() for source in sources):
        return False
    for source in sources:
        os.utime(source)
    return True


def _inputs() -> Iterator[Path]:
    for name in SINGLE_FILES:
        if (path := PROJECT / name).exists():
            yield path
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and NOT_INPUT not in path.parents:
                yield path


def _run_app(context: Mapping[str, str], out: Path, state: StateDir) -> None:
    if not (PROJECT / "app.py").exists():
        raise LocalError("app.py is missing: run Likeness from a clone of its repository.")
    environment = {
        **os.environ,
        "CDK_CONTEXT_JSON": json.dumps(dict(context)),
        "CDK_OUTDIR": str(out),
    }
    run_to_end(
        "Synthesizing the stack",
        [sys.executable, "-m", "infra.local.lifeline", "app"],
        env=environment,
        cwd=PROJECT,
        log=state.logs / "synthesis.log",
    )


def _forget_old() -> None:
    """Keep the few assemblies used last; of the others, and of drafts, what may be in use."""
    newest_first = sorted(CACHE.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    finished = [path for path in newest_first if not path.name.startswith("draft-")]
    for path in newest_first:
        unused = path.stat().st_mtime < time.time() - IN_USE_SECONDS
        if unused and path not in finished[:KEPT]:
            shutil.rmtree(path, ignore_errors=True)
