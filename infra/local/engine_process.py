"""Starts the local AWS engine in its own environment and stops it with all its functions."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.children import Child, end_group, run_to_end
from infra.local.layout import (
    ACCESS_KEY_ID,
    HOST,
    ISSUER,
    PROJECT,
    REGION,
    SECRET_ACCESS_KEY,
    LocalError,
    StateDir,
)

SCRIPT = Path(__file__).with_name("engine.py")
LEFTOVER_SECONDS = 8.0


@contextmanager
def running_engine(state: StateDir, *, port: int, issuer_documents: str) -> Iterator[str]:
    """The engine with this state, at the endpoint yielded.

    `issuer_documents` is the base URL where the token issuer's documents are really served.
    """
    end_leftover_engine(state)
    scratch = state.engine / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # unpacked function code of the last run
    scratch.mkdir()
    keep_last_log(state.logs / "functions.log")
    engine = Child(
        "local engine",
        # Neither our environment nor the user's site directory may reach it or its functions.
        [str(engine_python(state)), "-E", "-s", "-m", "infra.local.engine"],
        env=_engine_environment(state, scratch, port, issuer_documents),
        cwd=PROJECT,
        log=state.logs / "engine.log",
    )
    try:
        endpoint = f"http://{HOST}:{port}"
        engine.wait_until_answers(f"{endpoint}/_ministack/health")
        yield endpoint
    finally:
        engine.stop()


def keep_last_log(log: Path) -> None:
    """What happened before a crash is still there after the restart."""
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))


def engine_python(state: StateDir) -> Path:
    """The interpreter of the engine's locked environment, which is made or mended first."""
    uv = uv_executable()
    # uv would take our own environment for the one meant.
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    run_to_end(
        "Preparing the local engine",
        [uv, "sync", "--locked", "--script", str(SCRIPT)],
        env=environment,
        cwd=PROJECT,
        log=state.logs / "engine-environment.log",
    )
    found = subprocess.run(
        [uv, "python", "find", "--script", str(SCRIPT)],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(found.stdout.strip())


def uv_executable() -> str:
    """The uv that started us, else the one on the path."""
    found = os.environ.get("UV") or shutil.which("uv")
    if found is None:
        raise LocalError("uv is missing: install it with `pip install uv` and start again.")
    return found


def _engine_environment(
    state: StateDir, scratch: Path, port: int, issuer_documents: str
) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TMPDIR": str(scratch),
        "STATE_DIR": str(state.engine),
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state.engine / "s3"),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
        # Neither other listeners nor a container daemon, should there be one.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///dev/null/none",
        "LIKENESS_ISSUER": ISSUER,
        "LIKENESS_ISSUER_DOCUMENTS": issuer_documents,
        "LIKENESS_FUNCTION_LOG": str(state.logs / "functions.log"),
    }


def end_leftover_engine(state: StateDir) -> None:
    """End an engine of this state that a killed run left behind: it holds its own pid file.

    It is stopping by itself, and saving; so it is given a little time first.
    """
    pid_file = state.engine / "engine.pid"
    if not pid_file.exists():
        return
    deadline = time.monotonic() + LEFTOVER_SECONDS
    with pid_file.open() as holder:
        while time.monotonic() < deadline:
            if _lock_is_free(holder):
                return
            time.sleep(0.05)
        with contextlib.suppress(ValueError):  # it has not written its pid yet
            end_group(int(holder.read()))


def _lock_is_free(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def engine_client(
    endpoint: str,
    service: str,
    *,
    access_key_id: str = ACCESS_KEY_ID,
    secret_access_key: str = SECRET_ACCESS_KEY,
) -> Any:
    """A boto3 client of the engine, with its root credentials unless others are given."""
    config = Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4" if service == "s3" else None,
        retries={"total_max_attempts": 2},
        read_timeout=300,
        proxies={},  # only this machine is asked, whatever the user's environment says
    )
    session: Any = _session(access_key_id, secret_access_key)
    return session.client(service, endpoint_url=endpoint, config=config)


@cache
def _session(access_key_id: str, secret_access_key: str) -> boto3.Session:
    """One session for all clients: each new one reads the SDK's own data again."""
    return boto3.Session(
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        region_name=REGION,
    )
