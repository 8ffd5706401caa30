"""The public port: what it passes on to the API, what it refuses, what it serves itself."""

import contextlib
import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.local.identity import Issuer
from infra.local.layout import ISSUER, PROJECT
from infra.local.ports import hold_public_port
from infra.local.public_server import serving
from infra.local.server import REQUEST_BYTES, RESPONSE_BYTES, ApiGateway, create_app


@dataclass
class Received:
    """What reached the engine, and what it answers."""

    line: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    answer: bytes = b'{"ok": true}'


@contextmanager
def an_engine() -> Iterator[tuple[str, Received]]:
    """A server that keeps what it was sent, to the byte."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def handle_anything(self) -> None:
            received.line = self.requestline
            received.headers = [(name.lower(), value) for name, value in self.headers.items()]
            received.body = self.rfile.read(int(self.headers.get("content-length", "0")))
            self.send_response(202)
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            self.send_header("Content-Length", str(len(received.answer)))
            self.end_headers()
            self.wfile.write(received.answer)

        do_GET = do_POST = do_DELETE = handle_anything  # noqa: N815  # the base class's names

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class PublicPort:
    port: int
    engine: Received

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@pytest.fixture
def public(tmp_path: Path) -> Iterator[PublicPort]:
    with an_engine() as (endpoint, received):
        api = ApiGateway(endpoint)
        api.api_id = "abcd1234"
        listener = hold_public_port(0)
        app = create_app(Issuer(tmp_path / "key.json"), api, PROJECT / "web")
        with serving(app, listener):
            yield PublicPort(listener.getsockname()[1], received)


def test_path_query_and_body_reach_the_api_byte_for_byte(public: PublicPort) -> None:
    body = bytes(range(256)) * 10
    public.request("POST", "/v1/images/a%2Fb%20c?x=1&x=2&y=%2F+", body)
    assert public.engine.line == "POST /v1/images/a%2Fb%20c?x=1&x=2&y=%2F+ HTTP/1.1"
    assert public.engine.body == body


def test_the_api_is_addressed_by_its_own_host_name(public: PublicPort) -> None:
    public.request("GET", "/v1/health")
    host = dict(public.engine.headers)["host"]
    assert host.startswith("abcd1234.execute-api.localhost:")


def test_headers_pass_and_those_of_the_connection_do_not(public: PublicPort) -> None:
    public.request(
        "GET", "/v1/health", headers={"Authorization": "Bearer t", "Connection": "close"}
    )
    headers = dict(public.engine.headers)
    assert headers["authorization"] == "Bearer t"
    assert "connection" not in headers
    assert "user-agent" not in headers  # nothing is added in the caller's name


def test_a_forged_forwarded_address_is_replaced(public: PublicPort) -> None:
    public.request("GET", "/v1/health", headers={"X-Forwarded-For": "8.8.8.8"})
    assert [v for k, v in public.engine.headers if k == "x-forwarded-for"] == ["127.0.0.1"]


def test_status_and_repeated_headers_of_the_answer_come_back(public: PublicPort) -> None:
    answer, body = public.request("GET", "/v1/health")
    assert (answer.status, body) == (202, b'{"ok": true}')
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_ten_megabytes_pass_and_one_byte_more_does_not(public: PublicPort) -> None:
    answer, _ = public.request("POST", "/v1/generations", b"x" * REQUEST_BYTES)
    assert (answer.status, len(public.engine.body)) == (202, REQUEST_BYTES)
    public.engine.line = "nothing"
    answer, body = public.request("POST", "/v1/generations", b"x" * (REQUEST_BYTES + 1))
    assert (answer.status, body) == (413, b'{"message":"Request Entity Too Large"}')
    assert public.engine.line == "nothing"


def test_a_body_of_unknown_length_is_refused_where_it_becomes_too_large(public: PublicPort) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", public.port, timeout=10)
    parts = (b"x" * 1024 * 1024 for _ in range(11))
    with contextlib.suppress(
        BrokenPipeError, ConnectionResetError
    ):  # it need not be read to its end
        connection.request("POST", "/v1/generations", parts, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(public: PublicPort) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", public.port, timeout=10)
    connection.putrequest("POST", "/v1/generations")
    connection.putheader("Content-Length", str(REQUEST_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_an_answer_larger_than_lambda_may_give_is_an_error(public: PublicPort) -> None:
    public.engine.answer = b"x" * (RESPONSE_BYTES + 1)
    answer, body = public.request("GET", "/v1/health")
    assert (answer.status, body) == (500, b'{"message":"Internal Server Error"}')


def test_an_engine_that_is_gone_is_an_unavailable_service(tmp_path: Path) -> None:
    with an_engine() as (endpoint, _):
        api = ApiGateway(endpoint)
        api.api_id = "abcd1234"
    listener = hold_public_port(0)
    with serving(create_app(Issuer(tmp_path / "key.json"), api, PROJECT / "web"), listener):
        port = PublicPort(listener.getsockname()[1], Received())
        answer, body = port.request("GET", "/v1/health")
    assert (answer.status, body) == (503, b'{"message":"Service Unavailable"}')


def test_only_the_api_is_passed_on(public: PublicPort) -> None:
    public.engine.line = "nothing"
    for path in ("/_ministack/reset", "/v2/x", "/some-bucket/some-key"):
        answer, _ = public.request("POST", path)
        assert answer.status in {404, 405}, path
    assert public.engine.line == "nothing"


def test_the_issuers_documents_name_where_its_keys_are(public: PublicPort) -> None:
    _, configuration = public.request("GET", "/.well-known/openid-configuration")
    assert f'"{ISSUER}/.well-known/jwks.json"'.encode() in configuration
    answer, keys = public.request("GET", "/.well-known/jwks.json")
    assert answer.status == 200
    assert b'"kid"' in keys
