"""The files endpoints: upload, list, look up, delete."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulators.replicate_desk import Desk
from infra.local.simulators.replicate_errors import (
    InvalidField,
    ReplicateRefusal,
    invalid_input,
    not_found,
)
from infra.local.simulators.replicate_sources import Sources


class FileEndpoints:
    def __init__(self, desk: Desk, sources: Sources) -> None:
        self._desk = desk
        self._sources = sources

    def routes(self) -> list[Route]:
        return [
            Route("/v1/files", self._create, methods=["POST"]),
            Route("/v1/files", self._list, methods=["GET"]),
            Route("/v1/files/{id}", self._get, methods=["GET"]),
            Route("/v1/files/{id}", self._delete, methods=["DELETE"]),
        ]

    async def _create(self, request: Request) -> Response:
        self._desk.authenticate(request)
        async with request.form() as form:
            content, metadata = form.get("content"), form.get("metadata", "{}")
            if not isinstance(content, UploadFile):
                raise _invalid("required", "content is required")
            try:
                file = self._sources.add_file(
                    content.filename or "file",
                    content.content_type or "application/octet-stream",
                    await content.read(),
                    str(metadata),
                )
            except ValueError as exc:
                raise _invalid("format", "metadata must be a JSON object") from exc
        return JSONResponse(file.as_json(self._desk.base_url(request)), status_code=201)

    async def _list(self, request: Request) -> Response:
        self._desk.authenticate(request)
        base = self._desk.base_url(request)
        results = [file.as_json(base) for file in self._sources.files.values()]
        return JSONResponse({"previous": None, "next": None, "results": results})

    async def _get(self, request: Request) -> Response:
        self._desk.authenticate(request)
        file = self._sources.files.get(request.path_params["id"])
        if file is None:
            raise not_found()
        return JSONResponse(file.as_json(self._desk.base_url(request)))

    async def _delete(self, request: Request) -> Response:
        self._desk.authenticate(request)
        if self._sources.files.pop(request.path_params["id"], None) is None:
            raise not_found()
        return Response(status_code=204)


def _invalid(rule: str, problem: str) -> ReplicateRefusal:
    return invalid_input([InvalidField(rule, "(root)", problem)])
