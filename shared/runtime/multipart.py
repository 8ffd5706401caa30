"""multipart/form-data (RFC 7578), small and strict."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message

from shared.domain.errors import Invalid, TooLarge
from shared.domain.upload import MAX_MULTIPART_BYTES

_MAX_PARTS = 20
_MAX_HEADER_BYTES = 4096
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}(?<! )")
"""RFC 2046, 5.1.1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field; `media_type` is what the sender claims, None when it claims nothing."""

    name: str
    data: bytes
    media_type: str | None = None


def parse_multipart(body: bytes, content_type: str) -> Mapping[str, Part]:
    """The parts by name. Raises Invalid for what is not a form, TooLarge above 4 MB."""
    if len(body) > MAX_MULTIPART_BYTES:
        raise TooLarge("A multipart body may have at most 4 MB; use an upload instead.")
    parts: dict[str, Part] = {}
    for raw in _split(body, _boundary(content_type)):
        part = _part(raw)
        if part.name in parts:
            raise _malformed("Two parts have the same name.")
        parts[part.name] = part
    return parts


def _boundary(content_type: str) -> bytes:
    boundary = _header(content_type).get_param("boundary")
    if not isinstance(boundary, str) or not _BOUNDARY.fullmatch(boundary):
        raise _malformed("The boundary is missing or malformed.")
    return boundary.encode()


def _split(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What lies between the delimiters; preamble and epilogue are nobody's business."""
    delimiter = b"\r\n--" + boundary
    _preamble, *pieces = (b"\r\n" + body).split(delimiter, _MAX_PARTS + 1)
    closed = False
    for piece in pieces:
        if closed:
            return
        if piece.startswith(b"--"):
            closed = True
        elif piece.startswith(b"\r\n"):
            yield piece.removeprefix(b"\r\n")
        else:
            raise _malformed("A delimiter is followed by something else.")
    if not closed:
        raise _malformed("The form has no end, or too many parts.")


def _part(raw: bytes) -> Part:
    head, separator, data = raw.partition(b"\r\n\r\n")
    if not separator or len(head) > _MAX_HEADER_BYTES:
        raise _malformed("A part has no headers.")
    headers = _headers(head)
    disposition = _header(headers.get("content-disposition", ""))
    name = disposition.get_param("name")
    if disposition.get_content_type() != "x/form-data" or not isinstance(name, str) or not name:
        raise _malformed("A part has no name.")
    claimed = headers.get("content-type")
    media_type = None if claimed is None else _header(claimed).get_content_type()
    return Part(name=name, data=data, media_type=media_type)


def _headers(head: bytes) -> dict[str, str]:
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError as exc:
        raise _malformed("A part's headers are not UTF-8.") from exc
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _header(value: str) -> Message:
    """The standard library knows how parameters are written; a bare word is made a type."""
    message = Message()
    kind, _, parameters = value.partition(";")
    full = kind if "/" in kind else f"x/{kind}"
    message["content-type"] = f"{full.strip()};{parameters}" if parameters else full.strip()
    return message


def _malformed(message: str) -> Invalid:
    return Invalid(message, code="malformed_multipart")
