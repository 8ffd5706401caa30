"""The HTTP side of a function: its routes, and one way to answer and to refuse.

    api = Api()

    @api.post("/v1/characters", status=201, summary="…", refuses={409: ("in_flight_limit",)})
    def create_character(owner: Owner, body: CharacterBody) -> Reply[CharacterView]: ...

The signature says what a route takes (binding.py) and gives; what is declared beside it says
what it refuses. The OpenAPI document is generated from the same declarations.
"""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.errors import LikenessError, NotFound, RateLimited, Unavailable
from shared.runtime.binding import Binding, bindings_of
from shared.runtime.incoming import JSON, Incoming
from shared.runtime.models import View
from shared.runtime.observability import count, logger, metrics
from shared.runtime.problems import (
    PROBLEM_JSON,
    WrongMethod,
    internal_error,
    problem,
    status_of,
)

type Handler = Callable[..., Any]
type Refusals = Mapping[int, tuple[str, ...]]

_ALWAYS: Final = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Reply[T]:
    """A body and what goes with it in headers. `retry_after` is in seconds."""

    body: T
    location: str | None = None
    retry_after: int | None = None
    replayed: bool = False

    def headers(self) -> dict[str, str]:
        named = {
            "location": self.location,
            "retry-after": None if self.retry_after is None else str(self.retry_after),
            "idempotent-replayed": "true" if self.replayed else None,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Page:
    """A document that is not JSON of ours: HTML, or a prepared file."""

    text: str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """What is declared of an operation. `refuses` names problem codes by status, apart from
    those that follow from the signature."""

    method: str
    path: str
    handler: Handler
    bindings: Mapping[str, Binding]
    status: int
    summary: str
    refuses: Refusals
    form: bool

    @property
    def answer(self) -> Any:
        return inspect.signature(self.handler).return_annotation


class Api:
    """Routes of one function. Validation is in the signatures; Powertools matches and calls."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._resolver = APIGatewayHttpResolver()
        self._resolver.not_found(self._no_such_route)
        self._resolver.exception_handler(LikenessError)(self._refuse)
        self._resolver.exception_handler(Exception)(self._give_up)

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            return self._resolver.resolve(event, context)
        finally:
            metrics().flush_metrics()

    def route(
        self,
        method: str,
        path: str,
        *,
        summary: str,
        status: int = 200,
        refuses: Refusals | None = None,
        form: bool = False,
    ) -> Callable[[Handler], Handler]:
        """`form` lets the body come as multipart/form-data too."""

        def declare(handler: Handler) -> Handler:
            bindings = bindings_of(handler, form=form)
            route = Route(method, path, handler, bindings, status, summary, refuses or {}, form)
            self._add(route)
            return handler

        return declare

    def include(self, other: "Api") -> None:
        """The routes that another file of the same function declares."""
        for route in other.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        self.routes.append(route)
        address = re.sub(r"{(\w+)}", r"<\1>", route.path)
        self._resolver.route(address, route.method)(self._endpoint(route))

    def get(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self.route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self.route("POST", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self.route("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        return self.route("DELETE", path, **declared)

    def _endpoint(self, route: Route) -> Handler:
        def endpoint(**path_arguments: str) -> Response[Any]:
            incoming = self._incoming(path_arguments)
            arguments = {
                name: binding.read(incoming, name) for name, binding in route.bindings.items()
            }
            logger().info("request", route=f"{route.method} {route.path}")
            return _answer(route.handler(**arguments), route.status)

        return endpoint

    def _incoming(self, path_arguments: Mapping[str, str] | None = None) -> Incoming:
        return Incoming(self._resolver.current_event.raw_event, path_arguments)

    def _no_such_route(self, _: NotFoundError) -> Response[Any]:
        """404, or 405 when the address is one of ours and only the method is not."""
        incoming = self._incoming()
        allowed = [route.method for route in self.routes if _matches(route, incoming.path)]
        if allowed and incoming.method not in allowed:
            return self._refuse(WrongMethod(allowed))
        return self._refuse(NotFound("There is nothing at this address."))

    def _refuse(self, error: LikenessError) -> Response[Any]:
        status = status_of(error)
        count("request_refused", error.code)
        logger().info("request refused", status=int(status), code=error.code)
        headers = dict(_ALWAYS)
        if isinstance(error, (Unavailable, RateLimited)):
            headers["retry-after"] = str(error.retry_after)
        if isinstance(error, WrongMethod):
            headers["allow"] = ", ".join(error.allowed)
        body = problem(error, self._incoming().request_id)
        return Response(int(status), PROBLEM_JSON, json.dumps(body), headers)

    def _give_up(self, error: Exception) -> Response[Any]:
        """A fault of ours: told in the log with its trace, and to the caller by its id."""
        count("request_failed", type(error).__name__)
        logger().exception("request failed", exc_info=error)
        body = internal_error(self._incoming().request_id)
        return Response(500, PROBLEM_JSON, json.dumps(body), dict(_ALWAYS))


def _answer(given: Any, status: int) -> Response[Any]:
    if isinstance(given, Page):
        return Response(status, given.media_type, given.text, {**_ALWAYS, **given.headers})
    if given is None:
        return Response(status, headers=dict(_ALWAYS))
    reply = given if isinstance(given, Reply) else Reply(given)
    body: View = reply.body
    return Response(
        status, JSON, body.model_dump_json(by_alias=True), {**_ALWAYS, **reply.headers()}
    )


def _matches(route: Route, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path) is not None
