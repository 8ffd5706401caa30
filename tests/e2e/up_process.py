"""`likeness up` as a user starts it: a process of its own, with a state folder of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from infra.local.engine_process import engine_client
from infra.local.identity import Issuer
from infra.local.layout import PROJECT, StateDir
from infra.local.stack_runner import SIMULATED, LocalStack

START_SECONDS = 240
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Up:
    """One run of the command."""

    def __init__(self, state_dir: Path, port: int) -> None:
        self.state_dir, self.port = state_dir, port
        self.base_url = f"http://127.0.0.1:{port}"
        # A developer's own provider keys must not reach the run.
        own = ("GEMINI", "REPLICATE", "COMFYUI")
        kept = {k: v for k, v in os.environ.items() if not any(name in k for name in own)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.cli", "up", "--port", str(port)],
            cwd=PROJECT,
            env={**kept, "LIKENESS_STATE_DIR": str(state_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.base_url}/v1/health", timeout=5).status_code == 200:
                    return
            time.sleep(0.2)
        raise TimeoutError("it never answered")

    def said(self) -> str:
        """All it printed, once it has ended."""
        out, err = self.process.communicate(timeout=STOP_SECONDS)
        return str(out + err)

    def interrupt(self) -> int:
        """What Ctrl-C in its terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=STOP_SECONDS)
        return self.process.returncode

    def kill(self) -> None:
        """`kill -9` of the command alone."""
        self.process.kill()
        self.process.communicate(timeout=STOP_SECONDS)

    @property
    def engine_pid(self) -> int:
        return int((self.state_dir / "engine" / "engine.pid").read_text())

    def client(self, service: str) -> Any:
        return engine_client(self.address("engine"), service)

    def address(self, part: str) -> str:
        port = json.loads((self.state_dir / "ports.json").read_text())[part]
        return f"http://127.0.0.1:{port}"

    def stack(self) -> LocalStack:
        """What runs, for those who call it."""
        state = StateDir(self.state_dir)
        simulators = {name: self.address(name) for name in SIMULATED}
        return LocalStack(
            base_url=self.base_url,
            engine_endpoint=self.address("engine"),
            outputs=self.outputs(),
            simulators=simulators,
            issuer=Issuer(state.signing_key),
            state=state,
        )

    def outputs(self) -> dict[str, str]:
        stack = self.client("cloudformation").describe_stacks(StackName="Likeness")["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def processes_of(state_dir: Path) -> set[int]:
    """Living processes whose environment or command line names the state folder."""
    needle, found = os.fsencode(state_dir), set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it ended, or belongs to someone else
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            alive = "\nState:\tZ" not in (folder / "status").read_text()
            if needle in known and alive:
                found.add(int(folder.name))
    return found
