"""A server on loopback that gives every request the same JSON answer."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _SameAnswer(BaseHTTPRequestHandler):
    def __init__(self, answer: bytes, status: int, *args: Any) -> None:
        self.answer, self.status = answer, status
        super().__init__(*args)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def answering(answer: Mapping[str, Any], status: int = 200) -> Iterator[str]:
    """Yield the server's base URL."""
    handler = partial(_SameAnswer, json.dumps(answer).encode(), status)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
