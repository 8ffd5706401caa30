"""`python -m infra.local.simulators`: providers in one process until it is told to end."""

import argparse
import asyncio
import json
import signal
from collections.abc import Mapping, Sequence

from infra.local.simulators import SimulatorSettings, comfyui_app, gemini_app, replicate_app
from infra.local.simulators.serving import base_url, listen, server_for
from infra.local.simulators.settings import (
    DEFAULT_GEMINI_KEY,
    DEFAULT_REPLICATE_TOKEN,
    DEFAULT_WEBHOOK_SECRET,
)

APPS = {"gemini": gemini_app, "replicate": replicate_app, "comfyui": comfyui_app}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.simulators", description=__doc__)
    for name in APPS:
        parser.add_argument(
            f"--{name}-port", type=int, help="0 takes any free port; without it, none is served"
        )
    parser.add_argument("--latency", type=float, default=2.0, help="seconds one picture takes")
    parser.add_argument("--gemini-api-key", action="append", help=f"default {DEFAULT_GEMINI_KEY}")
    parser.add_argument(
        "--replicate-api-token", action="append", help=f"default {DEFAULT_REPLICATE_TOKEN}"
    )
    parser.add_argument("--webhook-secret", default=DEFAULT_WEBHOOK_SECRET)
    parser.add_argument("--public-url", help="base of Replicate's URLs; default: as called")
    parser.add_argument("--gemini-format", choices=["jpeg", "png"], default="jpeg")
    parser.add_argument("--output-lifetime", type=float, default=3600.0, help="seconds")
    arguments = parser.parse_args(argv)
    if not _ports(arguments):
        parser.error("name the port of at least one provider")
    return arguments


def _ports(arguments: argparse.Namespace) -> dict[str, int]:
    """The ports asked for, by provider."""
    asked = {name: getattr(arguments, f"{name}_port") for name in APPS}
    return {name: port for name, port in asked.items() if port is not None}


def _settings(arguments: argparse.Namespace) -> SimulatorSettings:
    return SimulatorSettings(
        latency=arguments.latency,
        gemini_api_keys=frozenset(arguments.gemini_api_key or [DEFAULT_GEMINI_KEY]),
        replicate_api_tokens=frozenset(arguments.replicate_api_token or [DEFAULT_REPLICATE_TOKEN]),
        webhook_secret=arguments.webhook_secret,
        public_url=arguments.public_url,
        gemini_format=arguments.gemini_format,
        output_lifetime=arguments.output_lifetime,
    )


async def serve(settings: SimulatorSettings, ports: Mapping[str, int]) -> None:
    """Serve these until SIGINT or SIGTERM; the first line on stdout tells where, as JSON."""
    listeners = {name: listen(port) for name, port in ports.items()}
    servers = [server_for(APPS[name](settings)) for name in ports]

    def end() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    # The sockets listen already: whoever reads this line may call at once.
    print(json.dumps({name: base_url(one) for name, one in listeners.items()}), flush=True)
    await asyncio.gather(
        *(
            server.serve(sockets=[listener])
            for server, listener in zip(servers, listeners.values(), strict=True)
        )
    )


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _arguments(argv)
    try:
        asyncio.run(serve(_settings(arguments), _ports(arguments)))
    except OSError as problem:
        raise SystemExit(f"The simulators cannot listen: {problem}") from problem


if __name__ == "__main__":
    main()
