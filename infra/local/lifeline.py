"""Runs a module as a program that ends when its stdin closes: `-m infra.local.lifeline MODULE`."""

import os
import runpy
import signal
import sys
import threading


def _end_when_orphaned() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a buffer's lock would outlive us
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Watch stdin, then become the module named first on the command line."""
    module, *_ = sys.argv[1:]
    sys.argv = sys.argv[1:]
    threading.Thread(target=_end_when_orphaned, daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
