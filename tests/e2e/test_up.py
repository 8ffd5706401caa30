"""`likeness up`: what stays, what goes, and what is refused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from infra.local.identity import Issuer
from infra.local.layout import PROJECT
from tests.e2e.kit_studio import KitStudio, until
from tests.e2e.up_process import Up, free_port, processes_of

pytestmark = pytest.mark.e2e

SNAPSHOT_SECONDS = 10
GONE_SECONDS = 15


class Runs:
    """The command with one state folder: started where it does not run, else left running."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._latest: Up | None = None

    def running(self) -> Up:
        if self._latest is None or self._latest.process.poll() is not None:
            self._latest = Up(self.state_dir, free_port())
            self._latest.wait_until_ready()
        return self._latest

    def end(self) -> None:
        if self._latest is not None and self._latest.process.poll() is None:
            self._latest.interrupt()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    runs = Runs(tmp_path_factory.mktemp("up"))
    yield runs
    runs.end()


def remember(up: Up) -> tuple[str, str]:
    """Write a row and an object straight into the deployed stack."""
    name, outputs = uuid4().hex, up.outputs()
    row = {"pk": {"S": f"TEST#{name}"}, "sk": {"S": "x"}}
    up.client("dynamodb").put_item(TableName=outputs["TableName"], Item=row)
    up.client("s3").put_object(Bucket=outputs["ImagesBucketName"], Key=name, Body=name.encode())
    return name, outputs["TableName"]


def remembered(up: Up, name: str, table: str) -> bool:
    """Whether both are there, in the very same table."""
    outputs = up.outputs()
    key = {"pk": {"S": f"TEST#{name}"}, "sk": {"S": "x"}}
    row = up.client("dynamodb").get_item(TableName=table, Key=key).get("Item")
    stored = up.client("s3").get_object(Bucket=outputs["ImagesBucketName"], Key=name)
    return row == key and stored["Body"].read() == name.encode() and table == outputs["TableName"]


def wait_until_gone(state_dir: Path) -> set[int]:
    deadline = time.monotonic() + GONE_SECONDS
    while (left := processes_of(state_dir)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_a_second_up_is_refused_in_one_line_and_disturbs_nothing(runs: Runs) -> None:
    up = runs.running()
    on_the_same_port = Up(runs.state_dir / "another", up.port)
    assert on_the_same_port.process.wait(60) == 1
    assert on_the_same_port.said() == (
        f"likeness: Port {up.port} is in use: Likeness or another program runs there. "
        "Stop it, or choose another with --port.\n"
    )
    with_the_same_state = Up(runs.state_dir, free_port())
    assert with_the_same_state.process.wait(60) == 1
    assert with_the_same_state.said() == (
        f"likeness: Likeness already runs with the state in {runs.state_dir}: stop it first, "
        "or choose another folder with LIKENESS_STATE_DIR.\n"
    )
    assert httpx.get(f"{up.base_url}/v1/health", timeout=30).status_code == 200


def test_a_token_made_by_the_command_opens_the_api_and_a_strangers_does_not(runs: Runs) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "infra.local.cli", "token", "--owner", "ann", "--plan", "paid"],
        env={**os.environ, "LIKENESS_STATE_DIR": str(runs.state_dir)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )

    def lists(token: str) -> int:
        url, headers = f"{runs.running().base_url}/v1/generations", f"Bearer {token}"
        return httpx.get(url, headers={"Authorization": headers}, timeout=30).status_code

    assert lists(made.stdout.strip()) == 200
    assert lists(Issuer(runs.state_dir / "elsewhere.json").mint_token("ann")) == 401


def test_ctrl_c_leaves_no_process_and_keeps_the_state(runs: Runs) -> None:
    """A kit that is drawn at that moment comes to a true end after it; its execution, its worker
    and the simulators are gone, and what is drawn already is not drawn again."""
    up = runs.running()
    written, before = remember(up), KitStudio(up.stack())
    before.fault("gemini", "hang", "half-way", seconds=600)
    slow = {"name": "slow", "prompt": "half-way"}
    kit = before.begin("up", "profile", slow, "half_body", max_concurrency=1)
    until(lambda: before.calls("half-way"))
    assert len(processes_of(runs.state_dir)) >= 3  # the command, the engine, a function
    assert up.interrupt() == 0
    assert processes_of(runs.state_dir) == set()
    assert remembered(runs.running(), *written)

    after = KitStudio(runs.running().stack(), owner=before.owner)
    after.expire_lease(kit, 2)
    until(lambda: after.sweep(kit), seconds=120)
    assert after.wait_for_kit(kit)["status"] == "ready"
    assert [item.calls for item in after.drawing(kit).items] == [1, 1, 2, 1]
    assert len(after.calls("hair")) == 2, "the slot that was lost on its way, and the last one"
    assert after.executions(kit) == {"1": "FAILED", "2": "SUCCEEDED"}


def test_kill_9_of_everything_loses_at_most_ten_seconds(runs: Runs) -> None:
    up = runs.running()
    written = remember(up)
    time.sleep(SNAPSHOT_SECONDS)
    os.kill(up.engine_pid, signal.SIGKILL)
    up.kill()
    assert wait_until_gone(runs.state_dir) == set()
    assert remembered(runs.running(), *written)


def test_kill_9_of_the_command_leaves_no_process(runs: Runs) -> None:
    runs.running().kill()
    assert wait_until_gone(runs.state_dir) == set()


def test_an_up_right_after_kill_9_waits_for_the_old_engine_and_loses_nothing(runs: Runs) -> None:
    up = runs.running()
    written, old_engine = remember(up), up.engine_pid
    up.kill()
    following = runs.running()
    assert following.engine_pid != old_engine
    assert remembered(following, *written)
