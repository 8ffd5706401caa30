# /// script
# requires-python = ">=3.13,<3.14"
# dependencies = ["ministack==1.5.33", "cryptography==50.0.2", "botocore==1.43.106"]
# ///
"""The local AWS engine: ministack, made truer to AWS where this system leans on it.

It has an environment of its own (`uv sync --script`), so that its pins never reach the project.
Configured by environment alone, see `engine_process.py`; stops on SIGTERM or when stdin closes.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack and hypercorn live in the script's own environment.)

import asyncio
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as gateway
from ministack.core import lambda_runtime

from infra.local.engine_changes import functions, services, snapshots, streams, workflows

STATE = Path(os.environ["STATE_DIR"])


@contextmanager
def alone_with_the_state() -> Iterator[None]:
    """Hold the state for this process; the lock's own file names the holder."""
    with (STATE / "engine.pid").open("a+") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        holder.seek(0)
        holder.truncate()
        holder.write(str(os.getpid()))
        holder.flush()
        yield


def stop_when_orphaned() -> None:
    """Whoever started the engine holds its stdin; when that closes, stop in good order."""
    while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a buffer's lock would outlive us
        pass
    os.kill(os.getpid(), signal.SIGTERM)


async def serve_until_told_to_stop() -> None:
    """Serve all services on one loopback port; stopping, save their state."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = os.environ["LOG_LEVEL"]
    await serve(gateway.app, config, shutdown_trigger=stop.wait)
    lambda_runtime.reset()  # ends the function processes
    # The state is saved; threads that still wait for a function or a message are not waited for.
    os._exit(0)


def main() -> None:
    """Make the engine truer to AWS, then run it."""
    with alone_with_the_state():
        functions.all_changes()
        services.all_changes()
        streams.unread_records_are_kept()
        workflows.all_changes()
        snapshots.save_while_it_runs(STATE)
        threading.Thread(target=stop_when_orphaned, daemon=True).start()
        asyncio.run(serve_until_told_to_stop())


if __name__ == "__main__":
    main()
