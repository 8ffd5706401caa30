"""The providers' real SDKs pointed at simulators, and a place to receive webhooks."""

import base64
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from google import genai
from google.genai import types
from PIL import Image
from replicate.client import Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.simulators import in_background

GEMINI_KEY = "test-gemini-key"
REPLICATE_TOKEN = "r8_test"
WEBHOOK_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def astronaut() -> bytes:
    """A public-domain portrait that comes with scikit-image."""
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "data" / "astronaut.png").read_bytes()


def http(method: str, url: str, **options: Any) -> httpx.Response:
    """One request without TLS: loading certificates would cost more than all the rest."""
    return httpx.request(method, url, verify=False, trust_env=False, **options)


class Control:
    """The control routes of a running simulator."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def fault(self, name: str, **order: object) -> None:
        answer = http("POST", f"{self.base_url}/_faults", json={"fault": name, **order})
        assert answer.status_code == 201, answer.text

    def calls(self) -> dict[str, Any]:
        read: dict[str, Any] = http("GET", f"{self.base_url}/_calls").json()
        return read

    def faults(self) -> list[dict[str, Any]]:
        queued: list[dict[str, Any]] = http("GET", f"{self.base_url}/_faults").json()
        return queued

    def reset(self) -> None:
        http("DELETE", f"{self.base_url}/_faults")
        http("DELETE", f"{self.base_url}/_calls")


def create(
    simulator: Control, model: str, given: object, *, token: str = REPLICATE_TOKEN, **headers: str
) -> httpx.Response:
    """Create a Replicate prediction over plain HTTP."""
    body = {"input": given}
    return post(simulator, f"models/{model}/predictions", body, token=token, **headers)


def post(
    simulator: Control, path: str, body: object, *, token: str = REPLICATE_TOKEN, **headers: str
) -> httpx.Response:
    """POST to a path of Replicate's API; `prefer`, `cancel_after` become headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http(
        "POST",
        f"{simulator.base_url}/v1/{path}",
        json=body,
        headers={"authorization": f"Bearer {token}"} | named,
    )


def data_uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def small_picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(target, "PNG")
    return target.getvalue()


@contextlib.contextmanager
def gemini_client(base_url: str, key: str = GEMINI_KEY, seconds: float = 10) -> Iterator[Any]:
    client = genai.Client(
        api_key=key,
        http_options=types.HttpOptions(
            base_url=base_url,
            timeout=round(seconds * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
        ),
    )
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def replicate_client(base_url: str, token: str = REPLICATE_TOKEN) -> Iterator[Client]:
    client = Client(api_token=token, base_url=base_url)
    try:
        yield client
    finally:
        # The SDK has no way to close its connections.
        client._client.close()


class Inbox:
    """Receives webhooks; answers with the scripted statuses first, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.received: list[tuple[dict[str, str], bytes]] = []
        self._arrival = threading.Condition()

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        with self._arrival:
            self.received.append((dict(request.headers), body))
            self._arrival.notify_all()
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def wait_for(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        with self._arrival:
            arrived = self._arrival.wait_for(lambda: len(self.received) >= count, seconds)
        assert arrived, f"{len(self.received)} webhooks arrived, not {count}"
        return self.bodies()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]


@contextlib.contextmanager
def inbox() -> Iterator[Inbox]:
    box = Inbox()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        yield

    app = Starlette(routes=[Route("/hook", box.receive, methods=["POST"])], lifespan=lifespan)
    with in_background(app) as base_url:
        box.url = f"{base_url}/hook"
        yield box


def eventually[Found](look: Callable[[], Found | None], seconds: float = 10) -> Found:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")
