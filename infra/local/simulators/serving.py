"""Runs simulator apps with uvicorn on loopback, many in one process, stoppable and cuttable."""

import asyncio
import contextlib
import functools
import socket
import threading
from collections.abc import Generator, Iterator

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_HOST = "127.0.0.1"
_CUT = "simulator.cut"
# A hanging answer must not keep the process alive once it was told to end.
_GRACE_SECONDS = 1
_START_SECONDS = 10.0


class CuttableProtocol(H11Protocol):
    """HTTP that lets an app drop its connection without any answer, as a dying server does."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # uvicorn narrows the parameter of asyncio's protocol in the same way.
        super().connection_made(transport)
        app: ASGIApp = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[_CUT] = functools.partial(_abort, transport)
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                # The server ends and a hanging answer with it: that is no error to report.
                await _abort(transport)

        self.app = with_cut


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to the process: several servers must not fight over them."""
        yield


async def cut_connection(request: Request) -> Response:
    """Close the connection at once; the returned response is never sent."""
    await request.scope["extensions"][_CUT]()
    return Response()


async def _abort(transport: asyncio.Transport) -> None:
    transport.abort()
    # In the loop's next turn the server notices; only then is it done with this request.
    await asyncio.sleep(0)


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes any free one. OSError when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}"


def server_for(app: ASGIApp) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            http=CuttableProtocol,
            ws="none",
            lifespan="on",
            log_level="error",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


@contextlib.contextmanager
def in_background(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` from a thread of this process; yields its base URL."""
    listener = listen(port)
    server = server_for(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    for _ in range(int(_START_SECONDS / 0.01)):
        if server.started or not thread.is_alive():
            break
        pause.wait(0.01)
    if not server.started:
        raise RuntimeError("the simulator did not start")
