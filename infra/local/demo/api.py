"""A client of the public API, as any user would write one."""

from types import TracebackType
from typing import Any, Self

import httpx

from infra.local.demo.photo import Photo
from infra.local.layout import BadInput, LocalError

type Json = dict[str, Any]


class Api:
    """Calls of one owner. A refusal becomes one readable line."""

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"{base_url}/v1", headers=headers, timeout=30)
        self._store = httpx.Client(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()
        self._store.close()

    def get(self, path: str) -> Json:
        return _content(self._http.get(path))

    def post(self, path: str, body: Json) -> Json:
        return _content(self._http.post(path, json=body))

    def upload(self, photo: Photo) -> str:
        """Announce the file, post it straight to the store; its upload id."""
        upload = self.post(
            "/uploads", {"content_type": photo.media_type, "size_bytes": len(photo.data)}
        )
        answer = self._store.post(
            upload["url"],
            data=upload["fields"],
            files={"file": (photo.name, photo.data, photo.media_type)},
        )
        if not answer.is_success:
            raise LocalError(f"The upload was refused with status {answer.status_code}.")
        return str(upload["id"])

    def read(self, address: str) -> tuple[Json, float]:
        """A generation or a kit, and how many seconds it asks to be left alone."""
        answer = self._http.get(address)
        return _content(answer), float(answer.headers.get("retry-after", "1"))

    def download(self, url: str) -> bytes:
        answer = self._store.get(url)
        if not answer.is_success:
            raise LocalError(f"An image could not be fetched: status {answer.status_code}.")
        return answer.content


def _content(answer: httpx.Response) -> Json:
    if answer.is_success:
        content: Json = answer.json()
        return content
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    words = problem.get("detail") or problem.get("message") or answer.text[:200]
    if problem.get("code") == "invalid_image":
        raise BadInput(f"The photo cannot be used: {words}")
    raise LocalError(f"The API refused with status {answer.status_code}: {words}")
