"""A ComfyUI server's routes, one method each, with failures in our words."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import httpx

from shared.adapters.comfyui_reply import SavedFile
from shared.adapters.comfyui_workflows import FOLDER
from shared.adapters.provider_http import BoundedTransport, no_answer, refusal
from shared.domain.errors import BadOutput, ProviderTimedOut, ProviderUnavailable
from shared.domain.images import MAX_OUTPUT_BYTES
from shared.domain.provider import ReferencePicture

_NAME_LENGTH: Final = 32


class Queue(NamedTuple):
    """Ids of what runs and of what waits."""

    running: frozenset[str]
    waiting: frozenset[str]


class ComfyUiServer:
    """Every method but `submit` may be repeated: there a lost answer is ProviderUnavailable."""

    def __init__(
        self, base_url: str, answer_within: timedelta, most_bytes: int = MAX_OUTPUT_BYTES
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=BoundedTransport(answer_within=answer_within),
            trust_env=False,
        )
        self._answer_within = answer_within.total_seconds()
        self._most_bytes = most_bytes

    async def close(self) -> None:
        await self._client.aclose()

    async def upload(self, picture: ReferencePicture) -> str:
        """What LoadImage calls it. Named by its content: the same picture replaces itself."""
        digest = hashlib.sha256(picture.data).hexdigest()[:_NAME_LENGTH]
        name = f"{digest}.{picture.format.extension}"
        response = await self._ask(
            "POST",
            "/upload/image",
            data={"type": "input", "subfolder": FOLDER, "overwrite": "true"},
            files={"image": (name, picture.data, picture.format.media_type)},
        )
        stored = _document(response)
        if not isinstance(stored.get("name"), str):
            raise _unreadable()
        return f"{stored.get('subfolder') or ''}/{stored['name']}".lstrip("/")

    async def submit(
        self, graph: Mapping[str, Any], prompt_id: str
    ) -> tuple[int, Mapping[str, Any]]:
        """The status and what it says. Raises ProviderUnavailable when the request never left,
        ProviderTimedOut when its reply was lost."""
        order = {"prompt": graph, "prompt_id": prompt_id, "client_id": FOLDER}
        response = await self._send("POST", "/prompt", json=order)
        return response.status_code, _document(response)

    async def history(self, prompt_id: str) -> Mapping[str, Any] | None:
        """How it ended; None while it has not, or when the server does not know it."""
        told = _document(await self._ask("GET", f"/history/{prompt_id}"))
        entry = told.get(prompt_id)
        return entry if isinstance(entry, dict) else None

    async def queue(self) -> Queue:
        told = _document(await self._ask("GET", "/queue"))
        if not {"queue_running", "queue_pending"} <= told.keys():
            raise _unreadable()
        return Queue(_ids(told["queue_running"]), _ids(told["queue_pending"]))

    async def unqueue(self, prompt_id: str) -> None:
        await self._ask("POST", "/queue", json={"delete": [prompt_id]})

    async def interrupt(self, prompt_id: str) -> None:
        await self._ask("POST", "/interrupt", json={"prompt_id": prompt_id})

    async def download(self, file: SavedFile) -> bytes:
        """Raises BadOutput when it is gone or too large."""
        data = bytearray()
        async with (
            _repeatable(),
            self._bounded(),
            self._client.stream("GET", "/view", params=file.query) as response,
        ):
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise BadOutput("The image has been deleted at the server.", code="output_expired")
            _raise_for_status(response.status_code)
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > self._most_bytes:
                    raise BadOutput("The image is too large.")
        return bytes(data)

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        async with _repeatable():
            response = await self._send(method, path, **request)
        _raise_for_status(response.status_code)
        return response

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        async with self._bounded():
            return await self._client.request(method, path, **request)

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """The transport bounds each wait for bytes, this the whole."""
        try:
            async with asyncio.timeout(self._answer_within):
                yield
        except httpx.RequestError as exc:
            raise no_answer(exc) from exc
        except TimeoutError as exc:
            raise ProviderTimedOut("The ComfyUI server did not answer.") from exc


@asynccontextmanager
async def _repeatable() -> AsyncIterator[None]:
    try:
        yield
    except ProviderTimedOut as lost:
        raise ProviderUnavailable("The ComfyUI server cannot be asked.") from lost


def _raise_for_status(status: int) -> None:
    if status == HTTPStatus.NOT_FOUND:
        raise ProviderUnavailable("There is no ComfyUI server at the address given.")
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise refusal(status, None)


def _ids(rows: object) -> frozenset[str]:
    """Of rows `[number, id, graph, …]`."""
    wanted = rows if isinstance(rows, list) else []
    return frozenset(str(row[1]) for row in wanted if isinstance(row, list) and len(row) > 1)


def _document(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object in an answer; a refusal may come without one."""
    try:
        document = response.json()
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    if response.is_success:
        raise _unreadable()
    return {}


def _unreadable() -> ProviderUnavailable:
    return ProviderUnavailable("The ComfyUI server's answer cannot be read.")
