"""The `likeness` command: run the whole system on this machine."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from infra.local.layout import DEFAULT_PORT, BadInput, LocalError, StateDir

# ruff: noqa: PLC0415
# Everything else is imported where it is used: `--help` and `token` answer at once.

DESCRIPTION = "Images in which the same person stays recognisably the same person."
EPILOG = """\
environment:
  LIKENESS_PORT              public port (default 8080)
  LIKENESS_STATE_DIR         where local state is kept (default .likeness in the project)
  GEMINI_API_KEY             use Gemini instead of its simulator
  LIKENESS_GEMINI_BASE_URL   another server that speaks Gemini's API
  REPLICATE_API_TOKEN, REPLICATE_WEBHOOK_SECRET
                             use Replicate instead of its simulator
  LIKENESS_REPLICATE_BASE_URL
                             another server that speaks Replicate's API
  LIKENESS_COMFYUI_URL       use this ComfyUI server instead of its simulator
  LIKENESS_FACE_ANALYZER     dlib (default), or none: faces are not compared
  LIKENESS_PUBLIC_URL        base of the webhook URLs given to real providers
"""

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit code is 2 for bad input, 1 for what else went wrong."""
    words = sys.argv[1:] if argv is None else argv
    if not words:
        _parser().print_help(sys.stderr)
        return BadInput.exit_code
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except LocalError as problem:
        print(f"likeness: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="likeness",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"likeness {version('likeness')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for offer in (_offer_up, _offer_demo, _offer_token, _offer_doctor):
        offer(commands)
    return parser


def _offer_up(commands: Commands) -> None:
    up = commands.add_parser(
        "up",
        help="start everything on this machine and keep it running",
        description="Start the local AWS engine with the stack, the provider simulators and one "
        "public port for the API and the pages. State is kept between runs. Ctrl-C stops all. "
        "If it was killed, start it again: at most the last ten seconds are lost.",
    )
    up.add_argument("--port", type=int, help=f"public port (default {DEFAULT_PORT})")
    up.set_defaults(run=_up)


def _offer_demo(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="make a pack of images of one person and look at it",
        description="Start everything, upload a photo of a face, make a pack of images of that "
        "person, write them with a contact sheet to ./likeness-demo, and stop.",
    )
    demo.add_argument("photo", nargs="?", type=Path, metavar="PHOTO", help="a photo of a face")
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("likeness-demo"),
        help="folder for the images (default ./likeness-demo)",
    )
    demo.add_argument("--port", type=int, help="public port (default any free one)")
    demo.set_defaults(run=_demo)


def _offer_token(commands: Commands) -> None:
    token = commands.add_parser(
        "token",
        help="print a bearer token for the local API",
        description="Print a bearer token, and nothing else, on standard output. "
        "It is valid for 12 hours and for this state folder only.",
    )
    token.add_argument("--owner", required=True, metavar="NAME", help="who the token speaks for")
    token.add_argument("--plan", choices=["free", "paid"], default="free", help="default free")
    token.set_defaults(run=_token)


def _offer_doctor(commands: Commands) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what is missing on this machine and how to get it",
        description="Check what a local run needs. The exit code is 1 if something is missing.",
    )
    doctor.add_argument("--port", type=int, help=f"public port (default {DEFAULT_PORT})")
    doctor.set_defaults(run=_doctor)


def public_port(asked: int | None) -> int:
    """The port asked for, else `LIKENESS_PORT`, else the default."""
    if asked is None:
        text = os.environ.get("LIKENESS_PORT") or str(DEFAULT_PORT)
        if not text.isdecimal():
            raise BadInput(f"LIKENESS_PORT is {text!r}: use a number from 1 to 65535.")
        asked = int(text)
    if not 1 <= asked <= 65535:
        raise BadInput(f"{asked} is not a port: use a number from 1 to 65535.")
    return asked


def _up(arguments: argparse.Namespace) -> int:
    port = public_port(arguments.port)
    from infra.local.up import run_up

    return run_up(port)


def _demo(arguments: argparse.Namespace) -> int:
    port = None if arguments.port is None else public_port(arguments.port)
    from infra.local.demo import run_demo

    state_dir = StateDir.of(None).root
    return run_demo(photo=arguments.photo, out=arguments.out, port=port, state_dir=state_dir)


def _token(arguments: argparse.Namespace) -> int:
    if not arguments.owner.strip() or not arguments.owner.isprintable():
        raise BadInput("--owner needs a name.")
    from infra.local.identity import Issuer

    state = StateDir.of(None)
    state.create()
    print(Issuer(state.signing_key).mint_token(arguments.owner, arguments.plan))
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from infra.local.doctor import examine

    return examine(public_port(arguments.port), StateDir.of(None))


if __name__ == "__main__":
    sys.exit(main())
