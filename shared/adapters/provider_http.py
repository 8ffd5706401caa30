"""The line to a provider: bounded waits, no second sending, and failures in our words."""

import math
import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Final

import httpx

from shared.domain.errors import (
    ModelRetired,
    ProviderAuthFailed,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)

_CONNECT_SECONDS: Final = 5.0
_LONGEST_RETRY_AFTER: Final = 86_400.0
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_OPERATORS: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
)


@cache
def tls() -> ssl.SSLContext:
    """One for all connections: reading the certificates takes a cold start 75 ms each time."""
    return httpx.create_ssl_context(trust_env=False)


class BoundedTransport(httpx.AsyncHTTPTransport):
    """Sends once, connects quickly or not at all, and waits for an answer no longer than
    `answer_within`, whatever the SDK above it asks for: some of them ask to wait for ever."""

    def __init__(self, *, answer_within: timedelta) -> None:
        super().__init__(verify=tls(), retries=0)
        seconds = answer_within.total_seconds()
        self._timeouts = httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds)).as_dict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "timeout": self._timeouts}
        return await super().handle_async_request(request)


def no_answer(error: httpx.RequestError) -> ProviderError:
    """A request that never left costs nothing; one whose answer was lost may have been paid."""
    if isinstance(error, _NEVER_SENT):
        return ProviderUnavailable("The image provider cannot be reached.")
    return ProviderTimedOut("The image provider did not answer.")


def refusal(status: int, retry_after: float | None) -> ProviderError:
    """What an error status of a provider means for the attempt."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderRateLimited("The image provider is busy.", retry_after=retry_after)
    if status in _OPERATORS:
        return ProviderAuthFailed("The image provider refuses this deployment's account.")
    if status == HTTPStatus.NOT_FOUND:
        return ModelRetired("The image provider no longer has this model.")
    if status in _PASSING or not 400 <= status < 500:
        return ProviderUnavailable(
            f"The image provider is out of order ({status}).", retry_after=retry_after
        )
    return ProviderRefused(f"The image provider refused the request ({status}).")


def retry_after_header(headers: Mapping[str, str]) -> float | None:
    """Seconds. The form with a date is left to our own backoff."""
    return bounded_seconds(headers.get("retry-after", ""))


def bounded_seconds(told: object) -> float | None:
    """A provider's number of seconds, or None when it is not one that can be waited for."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    try:
        seconds = float(told)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, _LONGEST_RETRY_AFTER)
