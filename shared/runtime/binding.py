"""From a route's signature to its arguments: each parameter says what of a request it takes.

annotation                        taken from                          refused with
Owner                             the token's claims                  401
Annotated[str, Kind.…]            the path; an id by its pattern      404
Annotated[str, PathName(…)]       the path; a name by its pattern     404
a Query                           the query string                    422
a Body, or a union of them        JSON, or a form's `request` part    400, 413, 415, 422
                                  with the files that it names
ImageInput                        JSON, or a form's `file` part       400, 413, 415, 422
IdempotencyKey | None             the header of that name             400

Parameters are read in the order of the signature, so that is the precedence of the refusals.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final, Protocol, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain.errors import Invalid, NotFound
from shared.domain.idempotency import KEY_LIFETIME, IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.image_input import ImageInput
from shared.domain.request import Owner, Plan
from shared.runtime.clock import clock
from shared.runtime.form_files import FORMATS, FormFiles
from shared.runtime.image_bodies import ImageInputBody
from shared.runtime.incoming import FORM, Incoming
from shared.runtime.json_text import not_json, parse_json
from shared.runtime.models import Query, existing_id
from shared.runtime.multipart import Part
from shared.runtime.problems import InvalidFields, Unauthenticated, invalid_fields

_LONGEST_SUBJECT: Final = 256
_KEY: Final = re.compile(r"[!#-~]{1,64}")
"""Visible ASCII without the quotation mark, which some clients put around the value."""


class Binding(Protocol):
    """One parameter; `name` is that of the parameter."""

    def read(self, incoming: Incoming, name: str) -> Any: ...


def caller(incoming: Incoming) -> Owner:
    """Whom the token speaks for. Raises Unauthenticated."""
    subject = incoming.claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise Unauthenticated("Send a bearer token.")
    groups = incoming.claims.get("cognito:groups") or incoming.claims.get("groups") or ""
    # The gateway hands a list over as the text "[paid staff]".
    named = groups if isinstance(groups, list) else re.split(r"[\s,]+", str(groups).strip("[]"))
    return Owner(id=subject, plan=Plan.PAID if Plan.PAID in named else Plan.FREE)


@dataclass(frozen=True, slots=True)
class Caller:
    def read(self, incoming: Incoming, name: str) -> Owner:
        return caller(incoming)


@dataclass(frozen=True, slots=True)
class RetryKey:
    """The header Idempotency-Key; keys are one owner's and one address's."""

    def read(self, incoming: Incoming, name: str) -> IdempotencyKey | None:
        key = incoming.header("idempotency-key")
        if key is None:
            return None
        if not _KEY.fullmatch(key):
            raise Invalid(
                "An idempotency key is 1 to 64 visible ASCII characters without quotes.",
                code="invalid_idempotency_key",
            )
        return IdempotencyKey(
            owner=caller(incoming).id,
            route=f"{incoming.method} {incoming.path}",
            key=key,
            request_hash=incoming.fingerprint,
            expires_at=clock() + KEY_LIFETIME,
        )


@dataclass(frozen=True)
class QueryString:
    model: type[Query]

    def read(self, incoming: Incoming, name: str) -> Query:
        try:
            return self.model.model_validate(dict(incoming.query))
        except ValidationError as exc:
            raise invalid_fields(exc) from exc


@dataclass(frozen=True)
class JsonBody:
    """Also taken from the part `request` of a form, when the route says that it takes one."""

    annotation: Any
    form: bool = False

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.annotation)

    @property
    def tagged(self) -> bool:
        """The body is one of several kinds, told apart by a field."""
        return not (isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel))

    def read(self, incoming: Incoming, name: str) -> Any:
        text = self._text(incoming)
        files = self._files(incoming)
        try:
            body = self._adapter.validate_json(text, context=files)
        except ValidationError as exc:
            if exc.errors(include_url=False)[0]["type"] == "json_invalid":
                raise not_json() from exc
            raise invalid_fields(exc, tagged=self.tagged, body=parse_json(text)) from exc
        if unnamed := files.left():
            raise InvalidFields([_part_error(part, "request") for part in unnamed])
        return body

    def _files(self, incoming: Incoming) -> FormFiles:
        """The parts beside `request`: those that the body names, and no others."""
        if not (self.form and incoming.media_type == FORM):
            return FormFiles()
        return FormFiles({name: p for name, p in incoming.form.items() if name != "request"})

    def _text(self, incoming: Incoming) -> bytes:
        """Checked by our own parser first, which is stricter than the validator's."""
        if self.form and incoming.media_type == FORM:
            text = _part(incoming, "request").data
            parse_json(text)
            return text
        incoming.require_json()
        return incoming.body


def _part(incoming: Incoming, name: str) -> Part:
    """Raises InvalidFields when the form lacks it."""
    if name not in incoming.form:
        raise InvalidFields([_part_error(name, name)])
    return incoming.form[name]


def _only_part(incoming: Incoming, name: str) -> Part:
    """Raises InvalidFields when the form lacks it or holds anything else."""
    if wrong := [part for part in incoming.form if part != name]:
        raise InvalidFields([_part_error(part, name) for part in wrong])
    return _part(incoming, name)


def _part_error(part: str, expected: str) -> dict[str, str]:
    if part == expected:
        return {"pointer": f"/{part}", "code": "required", "detail": "The part is missing."}
    detail = "The form has a part that is not expected here."
    return {"pointer": f"/{part[:64]}", "code": "unknown_field", "detail": detail}


@dataclass(frozen=True)
class Picture:
    """An image input: a small file in a form, or JSON that tells where the picture is."""

    def read(self, incoming: Incoming, name: str) -> ImageInput:
        if incoming.media_type != FORM:
            body: ImageInputBody = JsonBody(ImageInputBody).read(incoming, name)
            return body.to_domain()
        part = _only_part(incoming, "file")
        return ImageInput(data=part.data, declared=FORMATS.get(part.media_type or ""))


@dataclass(frozen=True, slots=True)
class PathId:
    kind: Kind

    def read(self, incoming: Incoming, name: str) -> str:
        return existing_id(self.kind, incoming.path_arguments[name])


@dataclass(frozen=True, slots=True)
class PathName:
    """What is called so by its owner; `thing` is what nothing else can be the name of."""

    pattern: str
    thing: str

    def read(self, incoming: Incoming, name: str) -> str:
        raw = incoming.path_arguments[name]
        if re.fullmatch(self.pattern, raw, re.ASCII) is None:
            raise NotFound(f"There is no such {self.thing}.")
        return raw


def bindings_of(handler: Callable[..., Any], *, form: bool) -> dict[str, Binding]:
    """What each parameter of the handler takes; `form` lets the body come as a form too."""
    parameters = inspect.signature(handler).parameters.values()
    return {each.name: _binding(each.annotation, form) for each in parameters}


def _binding(annotation: Any, form: bool) -> Binding:
    simple: dict[Any, Binding] = {
        Owner: Caller(),
        IdempotencyKey | None: RetryKey(),
        ImageInput: Picture(),
    }
    if annotation in simple:
        return simple[annotation]
    kinds = [extra for extra in get_args(annotation)[1:] if isinstance(extra, Kind)]
    if get_origin(annotation) is Annotated and kinds:
        return PathId(kinds[0])
    names = [extra for extra in get_args(annotation)[1:] if isinstance(extra, PathName)]
    if get_origin(annotation) is Annotated and names:
        return names[0]
    if isinstance(annotation, type) and issubclass(annotation, Query):
        return QueryString(annotation)
    return JsonBody(annotation, form)
