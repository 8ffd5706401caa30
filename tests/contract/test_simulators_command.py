"""`python -m infra.local.simulators` as a program: where it listens, how it ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.contract.simulator_clients import GEMINI_KEY, http

ROOT = Path(__file__).parents[2]


@contextmanager
def command(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.simulators", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def where(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    told: dict[str, str] = json.loads(process.stdout.readline())
    return told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_a_signal_ends_it_even_while_an_answer_hangs(
    number: signal.Signals,
) -> None:
    options = ("--gemini-port", "0", "--replicate-port", "0", "--gemini-api-key", GEMINI_KEY)
    with command(*options, "--latency", "0") as process:
        urls = where(process)
        assert set(urls) == {"gemini", "replicate"}
        assert http("GET", f"{urls['replicate']}/_calls").json()["requests"] == 0
        http("POST", f"{urls['gemini']}/_faults", json={"fault": "hang"})
        with pytest.raises(httpx.ReadTimeout):
            http(
                "POST",
                f"{urls['gemini']}/v1/models/gemini-nano-banana-2.1:generateContent",
                params={"key": GEMINI_KEY},
                json={"contents": [{"parts": [{"text": "x"}]}]},
                timeout=2,
            )
        os.kill(process.pid, number)
        _, complaints = process.communicate(timeout=15)
        assert process.returncode == 0
        assert "Traceback" not in complaints


def test_a_taken_port_is_said_in_one_line() -> None:
    with command("--gemini-port", "0", "--replicate-port", "0") as first:
        taken = where(first)["gemini"].rpartition(":")[2]
        with command("--gemini-port", taken, "--replicate-port", "0") as second:
            _, complaints = second.communicate(timeout=30)
            assert second.returncode == 1
            assert complaints.startswith("The simulators cannot listen:")
            assert complaints.count("\n") == 1
