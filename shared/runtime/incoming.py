"""An HTTP request as API Gateway hands it over (payload format 2.0), read on demand."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from shared.domain.errors import Invalid, TooLarge
from shared.domain.idempotency import request_hash
from shared.runtime.json_text import parse_json
from shared.runtime.multipart import Part, parse_multipart
from shared.runtime.problems import WrongMediaType

JSON = "application/json"
FORM = "multipart/form-data"


class Incoming:
    """Nothing is parsed before a route asks for it, and nothing twice."""

    def __init__(
        self, event: Mapping[str, Any], path_arguments: Mapping[str, str] | None = None
    ) -> None:
        self.path_arguments = path_arguments or {}
        self._event = event
        self._context: Mapping[str, Any] = event["requestContext"]

    @property
    def method(self) -> str:
        return str(self._context["http"]["method"])

    @property
    def path(self) -> str:
        return str(self._event["rawPath"])

    @property
    def request_id(self) -> str:
        return str(self._context["requestId"])

    @property
    def query(self) -> Mapping[str, str]:
        """A parameter that is given twice arrives as one value with a comma."""
        return self._event.get("queryStringParameters") or {}

    @property
    def claims(self) -> Mapping[str, Any]:
        """Of the token that the authorizer has verified; empty when there was none."""
        authorizer = self._context.get("authorizer") or {}
        return (authorizer.get("jwt") or {}).get("claims") or {}

    def header(self, name: str) -> str | None:
        """`name` in lower case, as the gateway writes all of them."""
        headers: Mapping[str, str] = self._event.get("headers") or {}
        return headers.get(name)

    @property
    def media_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @cached_property
    def body(self) -> bytes:
        """Raises Invalid when the body is not what its encoding says."""
        text: str = self._event.get("body") or ""
        try:
            if self._event.get("isBase64Encoded"):
                return base64.b64decode(text, validate=True)
            return text.encode("utf-8")
        except (binascii.Error, ValueError) as exc:
            raise Invalid("The body cannot be decoded.", code="malformed_body") from exc

    @cached_property
    def json(self) -> Any:
        """Raises Invalid, TooLarge."""
        return parse_json(self.body)

    def require_json(self) -> None:
        """Raises WrongMediaType, Invalid, TooLarge for a body that is not strictly JSON."""
        charset = (self.header("content-type") or "").lower().partition("charset=")[2]
        if self.media_type != JSON or charset.strip(' "') not in ("", "utf-8", "utf8"):
            raise WrongMediaType("Send application/json in UTF-8.", accepted=[JSON])
        _ = self.json

    @cached_property
    def form(self) -> Mapping[str, Part]:
        """Raises WrongMediaType, Invalid, TooLarge."""
        if self.media_type != FORM:
            raise WrongMediaType("Send application/json or a form.", accepted=[JSON, FORM])
        return parse_multipart(self.body, self.header("content-type") or "")

    @property
    def fingerprint(self) -> str:
        """Equal for equal requests. What cannot be read is hashed as it is: whoever wants a
        body refuses it."""
        try:
            content = self._hash_of_content()
        except (Invalid, TooLarge, WrongMediaType):
            content = hashlib.sha256(self.body).hexdigest()
        return request_hash([content, dict(self.query)]) if self.query else content

    def _hash_of_content(self) -> str:
        """Neither the order of keys nor a form's boundary matters."""
        if self.media_type == JSON:
            return request_hash(self.json)
        parts = {name: hashlib.sha256(part.data).hexdigest() for name, part in self.form.items()}
        return request_hash(parts)
