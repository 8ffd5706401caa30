"""What the engine's functions were billed for: the REPORT line that ends each invocation's log."""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.stack_runner import LocalStack

_REPORT = re.compile(r"REPORT .*Billed Duration: (?P<ms>\d+) ms\s+Memory Size: (?P<mb>\d+) MB")
_POLL_SECONDS = 0.1
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Invocation:
    seconds: float
    memory_mb: int

    @property
    def gb_seconds(self) -> float:
        return self.seconds * self.memory_mb / 1024


class Function:
    """One deployed function, found by its handler."""

    def __init__(self, stack: LocalStack, handler: str) -> None:
        found = stack.boto3_client("lambda").list_functions()["Functions"]
        (self.configuration,) = (one for one in found if one["Handler"] == handler)
        self.name: str = self.configuration["FunctionName"]
        group = self.configuration.get("LoggingConfig", {}).get("LogGroup")
        self._group = group or f"/aws/lambda/{self.name}"
        self._logs: Any = stack.boto3_client("logs")
        self._engine = int((stack.state.engine / "engine.pid").read_text())

    def invocations(self, since: float, *, at_least: int, seconds: float = 60) -> list[Invocation]:
        """Those that ended after `since` (epoch seconds), once there are enough of them."""
        deadline = time.monotonic() + seconds
        while True:
            found = self._reported(since)
            if len(found) >= at_least:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: {len(found)} of {at_least} invocations ended")
            time.sleep(_POLL_SECONDS)

    def _reported(self, since: float) -> list[Invocation]:
        """Nothing while the function has never logged."""
        try:
            answer = self._logs.filter_log_events(
                logGroupName=self._group, startTime=int(since * 1000), limit=10_000
            )
        except self._logs.exceptions.ResourceNotFoundException:
            return []
        reports = (_REPORT.match(event["message"]) for event in answer["events"])
        return [Invocation(int(r["ms"]) / 1000, int(r["mb"])) for r in reports if r]

    def cpu_seconds(self) -> float:
        """Processor time its environments have used so far, whoever else kept the cores busy."""
        return sum(_cpu_seconds(process) for process in self._processes())

    def peak_memory_mb(self) -> float:
        """Of the environment that needed most."""
        return max(_peak_kb(process) for process in self._processes()) / 1024

    def _processes(self) -> list[Path]:
        wanted = f"AWS_LAMBDA_FUNCTION_NAME={self.name}".encode()
        children = Path(f"/proc/{self._engine}/task").glob("*/children")
        ids = {pid for file in children for pid in file.read_text().split()}
        return [
            process
            for process in (Path("/proc") / pid for pid in ids)
            if wanted in (process / "environ").read_bytes().split(b"\0")
        ]


def _cpu_seconds(process: Path) -> float:
    after_name = (process / "stat").read_text().rpartition(")")[2].split()
    user, system = int(after_name[11]), int(after_name[12])
    return (user + system) / _CLOCK_TICKS


def _peak_kb(process: Path) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
    return int(found[1]) if found else 0
