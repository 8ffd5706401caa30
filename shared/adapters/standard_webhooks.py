"""Proves that a webhook comes from who holds the secret (Standard Webhooks, symmetric `v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from shared.domain.errors import InvalidSignature

# The signed text is `id.timestamp.body`: a dot in the id would let its end pass for the time.
_MESSAGE_ID: Final = re.compile(r"[!-\-/-~]{1,256}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
# A sender that rotates its secret signs twice; the bound keeps a hostile header cheap.
_MOST_SIGNATURES: Final = 16
# An empty secret is a key that everybody knows; the specification asks for 24 to 64 bytes.
_SHORTEST_KEY: Final = 16


def verify(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance_seconds: int = 300,
) -> None:
    """Returns when one signature fits one secret and the time is near `now`.

    Raises InvalidSignature for all else, always with the same words. `secrets` are
    `whsec_` + base64; several while a secret is rotated; one that is malformed fits nothing.
    """
    message_id = _only(headers, "webhook-id")
    timestamp = _only(headers, "webhook-timestamp")
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise _invalid()
    if abs(now.timestamp() - int(timestamp)) > tolerance_seconds:
        raise _invalid()
    given = _v1_signatures(_only(headers, "webhook-signature"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = [_sign(key, signed) for key in _keys(secrets)]
    # Every pair is compared, whatever the others gave.
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in given]
    if not any(matches):
        raise _invalid()


def _only(headers: Mapping[str, str], name: str) -> str:
    """The one value of a header; two that differ in case alone are nobody's header."""
    values = [value for key, value in headers.items() if key.lower() == name]
    if len(values) != 1:
        raise _invalid()
    return values[0]


def _v1_signatures(header: str) -> list[bytes]:
    # A character outside ASCII becomes `?`, which is in no base64 text.
    entries = header.encode("ascii", "replace").split(b" ", _MOST_SIGNATURES)
    if len(entries) > _MOST_SIGNATURES:
        raise _invalid()
    return [entry.removeprefix(b"v1,") for entry in entries if entry.startswith(b"v1,")]


def _keys(secrets: Iterable[str]) -> Iterator[bytes]:
    for secret in secrets:
        try:
            key = b64decode(secret.strip().removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            continue
        if len(key) >= _SHORTEST_KEY:
            yield key


def _sign(key: bytes, signed: bytes) -> bytes:
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _invalid() -> InvalidSignature:
    return InvalidSignature("The webhook's signature is not valid.")
