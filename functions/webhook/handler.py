"""Replicate's callbacks: raw body verified, queued, then 200."""

import base64
import binascii
import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.domain.errors import Invalid, InvalidSignature
from shared.domain.work import TakeCallback
from shared.runtime import bootstrap_webhook as bootstrap
from shared.runtime.observability import logger
from shared.runtime.problems import PROBLEM_JSON, problem, status_of

_FORWARDED = ("id", "status", "output", "error", "metrics", "model", "version", "data_removed")
"""What the worker needs of a prediction; of its echoed input only what has a price."""
_LONGEST_SETTING = 32
_MOST_SETTINGS = 40
_LARGEST_PAYLOAD = 200_000
"""Bytes of JSON that still fit a message with room to spare; above it the provider is asked."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """200 only when the callback is durable; 401 for every kind of bad signature."""
    try:
        body = _raw_body(event)
        bootstrap.verify(_headers(event), body)
        work = _callback(event, body)
    except InvalidSignature as refused:
        logger().warning("callback refused", reason=refused.message)
        return _refusal(refused, context)
    except Invalid as refused:
        return _refusal(refused, context)
    bootstrap.queue().ingest([work])
    return _answer(200, "application/json", {"received": True})


def _raw_body(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidSignature("the body is not what its encoding says") from exc


def _headers(event: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (event.get("headers") or {}).items()}


def _callback(event: dict[str, Any], body: bytes) -> TakeCallback:
    """Raises Invalid for a signed body that is no prediction, or that names no attempt."""
    try:
        prediction = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Invalid("The body is not JSON.") from exc
    if not isinstance(prediction, dict) or not isinstance(prediction.get("id"), str):
        raise Invalid("The body is not a prediction.")
    payload = {name: prediction[name] for name in _FORWARDED if name in prediction}
    payload["input"] = _priced(prediction.get("input"))
    small = _size(payload) <= _LARGEST_PAYLOAD
    attempt = (event.get("queryStringParameters") or {}).get("attempt")
    if not attempt:
        raise Invalid("The address names no attempt.")
    return TakeCallback(
        provider=bootstrap.REPLICATE,
        reference=str(attempt)[:200],
        prediction_id=prediction["id"][:200],
        payload=payload if small else None,
    )


def _priced(given: object) -> dict[str, Any]:
    """Sizes, tiers, and how many pictures were shown: never words, never the pictures."""
    if not isinstance(given, dict):
        return {}
    settings = [(name, value) for name, value in given.items() if "prompt" not in name]
    return {name: _setting(value) for name, value in settings[:_MOST_SETTINGS]}


def _setting(value: object) -> object:
    if isinstance(value, list):
        return [None] * min(len(value), _MOST_SETTINGS)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_SETTING else ""
    return value if isinstance(value, int | float) else None


def _size(payload: dict[str, Any]) -> int:
    """Bytes of its JSON. Raises Invalid for text that no message can carry."""
    try:
        return len(json.dumps(payload, ensure_ascii=False).encode())
    except UnicodeEncodeError as exc:
        raise Invalid("The body holds text that is not Unicode.") from exc


def _refusal(refused: Invalid, context: LambdaContext) -> dict[str, Any]:
    return _answer(status_of(refused), PROBLEM_JSON, problem(refused, context.aws_request_id))


def _answer(status: int, media_type: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": media_type},
        "body": json.dumps(body),
    }
