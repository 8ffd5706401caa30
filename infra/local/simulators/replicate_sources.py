"""Uploaded files, and the pictures that a prediction's inputs point at."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from infra.local.simulators.replicate_inputs import decode_data_uri
from infra.local.simulators.replicate_predictions import Body, created_stamp

_LIFETIME = timedelta(hours=24)
_FETCH_SECONDS = 20.0
_LARGEST_BYTES = 100_000_000
_FILES = "/v1/files/"


class SourceUnreadable(Exception):
    """A model could not get at one of its input files; the message is the prediction's error."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    id: str
    name: str
    content_type: str
    content: bytes
    metadata: Body
    created_at: str
    expires_at: str

    def as_json(self, base_url: str) -> Body:
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.content),
            "etag": hashlib.md5(self.content, usedforsecurity=False).hexdigest(),
            "checksums": {
                "sha256": hashlib.sha256(self.content).hexdigest(),
                "md5": hashlib.md5(self.content, usedforsecurity=False).hexdigest(),
            },
            "metadata": self.metadata,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "urls": {"get": f"{base_url}{_FILES}{self.id}"},
        }


class Sources:
    """Whoever made it closes it."""

    def __init__(self) -> None:
        self.files: dict[str, UploadedFile] = {}
        self._client = httpx.AsyncClient(
            timeout=_FETCH_SECONDS, follow_redirects=True, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    def add_file(self, name: str, content_type: str, content: bytes, metadata: str) -> UploadedFile:
        """ValueError when the metadata is no JSON object."""
        described = json.loads(metadata)
        if not isinstance(described, dict):
            raise ValueError("metadata must be an object")
        file = UploadedFile(
            id=secrets.token_urlsafe(24),
            name=name,
            content_type=content_type,
            content=content,
            metadata=described,
            created_at=created_stamp(),
            expires_at=created_stamp(_LIFETIME),
        )
        self.files[file.id] = file
        return file

    async def read(self, uri: str, base_url: str) -> bytes:
        """The bytes behind a data URI, an uploaded file's URL or any other URL."""
        if uri.startswith("data:"):
            return decode_data_uri(uri)
        if uri.startswith(f"{base_url}{_FILES}"):
            file = self.files.get(urlsplit(uri).path.removeprefix(_FILES))
            if file is None:
                raise SourceUnreadable(f"404 Client Error: Not Found for url: {uri}")
            return file.content
        return await self._fetch(uri)

    async def _fetch(self, url: str) -> bytes:
        content = bytearray()
        try:
            async with self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    reason = f"{response.status_code} Client Error: {response.reason_phrase}"
                    raise SourceUnreadable(f"{reason} for url: {url}")
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > _LARGEST_BYTES:
                        raise SourceUnreadable(f"File is too large: {url}")
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise SourceUnreadable(f"Failed to download file: {url}") from exc
        return bytes(content)
