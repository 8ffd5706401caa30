"""`python -m infra.local.simulators`: both providers in one process until it is told to end."""

import argparse
import asyncio
import json
import signal
from collections.abc import Sequence

from infra.local.simulators import SimulatorSettings, gemini_app, replicate_app
from infra.local.simulators.serving import base_url, listen, server_for
from infra.local.simulators.settings import (
    DEFAULT_GEMINI_KEY,
    DEFAULT_REPLICATE_TOKEN,
    DEFAULT_WEBHOOK_SECRET,
)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.simulators", description=__doc__)
    parser.add_argument("--gemini-port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--replicate-port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--latency", type=float, default=2.0, help="seconds one picture takes")
    parser.add_argument("--gemini-api-key", action="append", help=f"default {DEFAULT_GEMINI_KEY}")
    parser.add_argument(
        "--replicate-api-token", action="append", help=f"default {DEFAULT_REPLICATE_TOKEN}"
    )
    parser.add_argument("--webhook-secret", default=DEFAULT_WEBHOOK_SECRET)
    parser.add_argument("--public-url", help="base of Replicate's URLs; default: as called")
    parser.add_argument("--gemini-format", choices=["jpeg", "png"], default="jpeg")
    parser.add_argument("--output-lifetime", type=float, default=3600.0, help="seconds")
    return parser.parse_args(argv)


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


async def serve(settings: SimulatorSettings, *, gemini_port: int, replicate_port: int) -> None:
    """Serve both until SIGINT or SIGTERM; the first line on stdout tells where, as JSON."""
    listeners = [listen(gemini_port), listen(replicate_port)]
    servers = [server_for(gemini_app(settings)), server_for(replicate_app(settings))]

    def end() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    gemini, replicate = (base_url(listener) for listener in listeners)
    # The sockets listen already: whoever reads this line may call at once.
    print(json.dumps({"gemini": gemini, "replicate": replicate}), flush=True)
    await asyncio.gather(
        *(
            server.serve(sockets=[listener])
            for server, listener in zip(servers, listeners, strict=True)
        )
    )


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _arguments(argv)
    serving = serve(
        _settings(arguments),
        gemini_port=arguments.gemini_port,
        replicate_port=arguments.replicate_port,
    )
    try:
        asyncio.run(serving)
    except OSError as problem:
        raise SystemExit(f"The simulators cannot listen: {problem}") from problem


if __name__ == "__main__":
    main()
