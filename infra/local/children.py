"""Child processes that never outlive us: a group each, tied to us by their stdin."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local.layout import LocalError

TAIL_LINES = 15
POLL_SECONDS = 0.03
# Only this machine is asked: no proxy of the user's environment may come in between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Child:
    """A server in a process group of its own, its output in a log file.

    It stops by itself when its stdin closes, which happens however we end.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path
    ) -> None:
        self.name = name
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_answers(self, url: str, *, seconds: float = 30) -> None:
        """Return once `url` answers at all; raise with the log's end if the process gives up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise LocalError(f"The {self.name} ended at once. {tail(self._log)}")
            try:
                get(url, seconds=1)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(POLL_SECONDS)
        raise LocalError(
            f"The {self.name} did not answer within {seconds:.0f} s. {tail(self._log)}"
        )

    def stop(self, *, seconds: float = 8) -> None:
        """Ask it to end, wait, then end all that is left of its group."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        end_group(self._process.pid)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def run_to_end(
    name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path
) -> None:
    """Run a command with its output in a log; interrupted, leave nothing of it running."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,  # closes when we end, which `lifeline` heeds
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait()
        except BaseException:  # Ctrl-C included: the group is not the terminal's any more
            end_group(process.pid)
            process.wait()
            raise
        finally:
            if process.stdin is not None:
                process.stdin.close()
    if code != 0:
        raise LocalError(f"{name} failed with exit code {code}. {tail(log)}")


def get(url: str, *, seconds: float) -> bytes:
    """What a server on this machine answers; raises `URLError` where it does not, or refuses."""
    with _OPENER.open(url, timeout=seconds) as answer:
        body: bytes = answer.read()
    return body


def end_group(leader: int) -> None:
    """Kill every process of the group that `leader` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def tail(log: Path) -> str:
    """Where the log is, and its last lines."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return "\n".join([f"Log: {log}", *(f"  {line}" for line in lines[-TAIL_LINES:])])
