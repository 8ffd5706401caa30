"""Snapshots for the local engine: all services' state on disk, replaced as one.

ministack itself saves only on a clean stop. Here a snapshot is written every few seconds beside
the last one and swapped in whole, and none is taken while a deployment runs: after a crash the
stack is either all there or not at all.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack lives in the script's own environment.)

import asyncio
import copy
import json
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from ministack import app as gateway
from ministack.core import persistence
from ministack.services import cloudwatch_logs, lambda_svc

from infra.local.engine_changes.guard import expect, expect_source

SECONDS_BETWEEN = 4.0

LOG_SETTINGS = ("metric_filters", "resource_policies", "log_group_policies", "destinations")

type Services = dict[str, Callable[[], Any]]
type States = dict[str, Any]


def save_while_it_runs(folder: Path) -> None:
    """Load from the last snapshot in `folder`, and save there every few seconds and on a stop."""
    expect(gateway.save_all is persistence.save_all, "who saves the state")
    expect_source(persistence.save_all, "ea253a04fd05447b")
    expect_source(persistence.load_state, "1796603c91a178d6")
    expect_source(lambda_svc._prune_orphan_code_blobs, "9663ac4e986d1673")
    logs_are_not_kept()
    snapshots = Snapshots(folder)
    snapshots.install()
    threading.Thread(target=snapshots.keep_saving, daemon=True).start()


def logs_are_not_kept() -> None:
    """Leave log events out of the state: they only grow, and are in a file already."""
    expect_source(cloudwatch_logs.get_state, "969fbca606beb6e6")

    def get_state() -> dict[str, Any]:
        groups = type(cloudwatch_logs._log_groups)()
        for key, group in list(cloudwatch_logs._log_groups._data.items()):
            groups._data[key] = copy.deepcopy({**group, "streams": {}})
        kept = {name: copy.deepcopy(getattr(cloudwatch_logs, f"_{name}")) for name in LOG_SETTINGS}
        return {"log_groups": groups, **kept}

    cloudwatch_logs.get_state = get_state


class Snapshots:
    """Takes the place of ministack's own saving; one instance per engine."""

    def __init__(self, folder: Path) -> None:
        self._current = folder / "snapshot"
        self._previous = folder / "snapshot.old"
        self._following = folder / "snapshot.new"
        self._one_at_a_time = threading.Lock()
        self._stopped = False
        self._code_in_use: set[str] = set()
        self._remove_unused_code = lambda_svc._prune_orphan_code_blobs

    def install(self) -> None:
        """Let ministack load from and save to the snapshot, code it refers to included."""
        if not self._current.exists() and self._previous.exists():  # it crashed amid a swap
            self._previous.rename(self._current)
        persistence.STATE_DIR = str(self._current)
        gateway.save_all = self.save
        # Function code is removed after the swap, not before: the old snapshot may need it.
        lambda_svc._prune_orphan_code_blobs = self._code_in_use.update

    def save(self, services: Services) -> None:
        """Save once and for all, called by ministack when it stops."""
        states = _copies(services)
        with self._one_at_a_time:
            self._stopped = True
            self._write(states)

    def keep_saving(self) -> None:
        """Save again and again, except in the middle of a deployment."""
        while True:
            time.sleep(SECONDS_BETWEEN)
            if gateway._MAIN_LOOP is None or deployment_runs():
                continue
            try:
                # Copied before the lock is taken: whoever holds it must not wait for the gateway.
                states = _copies_between_requests()
                with self._one_at_a_time:
                    if not self._stopped:
                        self._write(states)
            except (RuntimeError, TypeError, ValueError, OSError) as problem:
                # The last whole snapshot stays; without this thread all that follows were lost.
                print(f"snapshot put off: {problem!r}", file=sys.stderr, flush=True)

    def _write(self, states: States) -> None:
        """Write every service's state, then swap the new snapshot in."""
        shutil.rmtree(self._following, ignore_errors=True)
        self._following.mkdir(parents=True)
        for service, state in states.items():
            version = persistence._state_format_version(service)
            document = {"__ministack_format__": version, "payload": state}
            text = json.dumps(document, default=persistence._json_default)
            (self._following / f"{service}.json").write_text(text)
        shutil.rmtree(self._previous, ignore_errors=True)
        if self._current.exists():
            self._current.rename(self._previous)
        self._following.rename(self._current)
        self._remove_unused_code(set(self._code_in_use))
        self._code_in_use.clear()


def _copies_between_requests() -> States:
    """Copy on the gateway's own loop, where no request is halfway through."""

    async def copy_all() -> States:
        return _copies(gateway._build_persistence_save_dict())

    return asyncio.run_coroutine_threadsafe(copy_all(), gateway._MAIN_LOOP).result()


def _copies(services: Services) -> States:
    copies = {name: _copy_while_it_changes(name, get) for name, get in services.items()}
    return {name: state for name, state in copies.items() if state is not None}


def _copy_while_it_changes(service: str, get_state: Callable[[], Any]) -> Any:
    for _ in range(5):
        try:
            return get_state()
        except RuntimeError:  # a background thread changed a dictionary's size: look again
            continue
    raise RuntimeError(f"{service} never held still")


def deployment_runs() -> bool:
    """Whether any stack is being created, updated or deleted right now."""
    cloudformation = sys.modules.get("ministack.services.cloudformation")
    if cloudformation is None:
        return False
    stacks = cast(list[dict[str, str]], list(cloudformation._stacks._data.values()))
    return any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in stacks)
