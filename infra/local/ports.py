"""Loopback ports: the public one is held from the start, the inner ones stay if they can."""

import errno
import json
import socket

from infra.local.layout import HOST, BadInput, LocalError, StateDir


def hold_public_port(port: int) -> socket.socket:
    """Bind the public port now, so that a second start fails before it has begun; 0 is any."""
    if not 0 <= port <= 65535:
        raise BadInput(f"{port} is not a port: use 1 to 65535.")
    # The protocol named: only then does asyncio turn off Nagle's delay (40 ms a response).
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # A port whose last server has just stopped is free.
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind((HOST, port))
        # Two sockets may be bound to a port while neither listens.
        holder.listen(128)
    except OSError as problem:
        holder.close()
        if problem.errno == errno.EADDRINUSE:
            raise LocalError(
                f"Port {port} is in use: Likeness or another program runs there. "
                "Stop it, or choose another with --port."
            ) from problem
        raise BadInput(f"Port {port} cannot be used: {problem.strerror}.") from problem
    return holder


def inner_ports(state: StateDir, *names: str) -> dict[str, int]:
    """A port for each name, the one of the last run where it is free.

    Signed URLs and provider predictions of the last run name these ports.
    """
    remembered: dict[str, int] = {}
    if state.ports.exists():
        remembered = json.loads(state.ports.read_text())
    ports = {name: _free(remembered.get(name, 0)) for name in names}
    state.ports.write_text(json.dumps(remembered | ports))
    return ports


def _free(wanted: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
            probe.listen(1)
        except OSError:
            if wanted == 0:
                raise
            return _free(0)
        port: int = probe.getsockname()[1]
        return port
