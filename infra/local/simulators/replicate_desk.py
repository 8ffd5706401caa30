"""What every Replicate endpoint starts with: the token, the log, queued HTTP faults."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from infra.local.simulators import replicate_errors as errors
from infra.local.simulators.calls import Call, CallLog
from infra.local.simulators.connection_faults import cut_or_garble
from infra.local.simulators.faults import FaultQueue
from infra.local.simulators.replicate_errors import InvalidField, ReplicateRefusal
from infra.local.simulators.replicate_faults import REPLICATE_FAULTS
from infra.local.simulators.settings import SimulatorSettings

_BEARER = "bearer "


class Desk:
    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.faults = FaultQueue(REPLICATE_FAULTS)
        self.calls = CallLog()

    def log(self, request: Request, action: str) -> Call:
        return self.calls.add(
            Call(
                action=action,
                method=request.method,
                path=request.url.path,
                started_at=datetime.now(UTC).isoformat(),
            )
        )

    def authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        token = given[len(_BEARER) :] if given.lower().startswith(_BEARER) else ""
        if token.strip() not in self.settings.replicate_api_tokens:
            raise errors.unauthenticated()

    def base_url(self, request: Request) -> str:
        return (self.settings.public_url or str(request.base_url)).rstrip("/")

    async def strike(self, request: Request, call: Call, stage: str) -> Response | None:
        """Act on a queued HTTP fault: an answer, a refusal, or None after a mere delay."""
        fault = self.faults.strike(stage, call)
        if fault is None:
            return None
        if fault.name == "hang":
            await asyncio.sleep(fault.number("seconds"))
            return None
        if fault.name == "rate_limited":
            raise errors.rate_limited(fault.optional_number("retry_after"))
        if (answer := await cut_or_garble(request, fault)) is not None:
            return answer
        raise _REFUSALS[fault.name]


_REFUSALS: Mapping[str, ReplicateRefusal] = {
    "server_error": errors.server_error(),
    "unavailable": errors.unavailable(),
    "unauthenticated": errors.unauthenticated(),
    "insufficient_credit": errors.insufficient_credit(),
    "not_found": errors.not_found(),
    "invalid_input": errors.invalid_input(
        [InvalidField("invalid_type", "input.prompt", "Invalid type. Expected: string")]
    ),
}
