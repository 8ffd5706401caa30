"""`likeness up`: everything on this machine, until it is told to stop."""

import signal
from contextlib import ExitStack
from types import FrameType

from rich.console import Console

from infra.local.layout import ACCESS_KEY_ID, OWNER, REGION, SECRET_ACCESS_KEY
from infra.local.progress import telling
from infra.local.stack_runner import SIMULATED, LocalStack

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_up(port: int) -> int:
    """Start, say where everything is, wait for Ctrl-C, stop."""
    console = Console(highlight=False, soft_wrap=True)
    stop_on_signals()
    with ExitStack() as running:
        try:
            with telling(console) as say:
                stack = running.enter_context(LocalStack.start(port=port, say=say))
            _introduce(console, stack)
            while True:
                signal.pause()
        except KeyboardInterrupt:
            console.print("\nStopping …")
    return 0


def stop_on_signals() -> None:
    """Turn the first Ctrl-C, SIGTERM or SIGHUP into KeyboardInterrupt; ignore those after it.

    A second Ctrl-C must not cut the stopping short and leave processes behind.
    """

    def interrupt(_: int, __: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


def _introduce(console: Console, stack: LocalStack) -> None:
    providers = ", ".join(
        f"{name} {'simulated at ' + stack.simulators[name] if name in stack.simulators else 'real'}"
        for name in SIMULATED
    )
    console.print(
        f"""
[bold]Likeness runs at {stack.base_url}[/]
  studio     {stack.base_url}   (in a browser on this machine)
  API        {stack.base_url}/v1   (documentation: {stack.base_url}/v1/docs)
  token      {stack.token(OWNER, "paid")}
             (of "{OWNER}", paid plan, 12 hours; others: uv run likeness token --owner NAME)
  providers  {providers}
  engine     {stack.engine_endpoint}   (AWS_ACCESS_KEY_ID={ACCESS_KEY_ID} \
AWS_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY} AWS_REGION={REGION})
  state      {stack.state.root}   (logs: {stack.state.logs})
Ctrl-C stops everything; the state is kept."""
    )
