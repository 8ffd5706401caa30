"""The faults that the Gemini simulator can be asked for, and where each strikes.

Stage `generate` ends the request before a picture is made, `delay` prolongs it, `answer` shapes
what a finished request says, `picture` spoils the image bytes, `reply` loses a finished answer.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from infra.local.simulators import gemini_errors as errors
from infra.local.simulators.connection_faults import cut_or_garble
from infra.local.simulators.faults import Fault, FaultKind
from infra.local.simulators.pictures import PICTURE_FAULTS

GEMINI_FAULTS: Mapping[str, FaultKind] = {
    "rate_limited": FaultKind(("generate",), {"retry_after": 2.0, "form": "retry_info"}),
    "server_error": FaultKind(("generate",)),
    "unavailable": FaultKind(("generate",)),
    "deadline_exceeded": FaultKind(("generate",)),
    "disconnect": FaultKind(("generate",)),
    "not_json": FaultKind(("generate",), {"status": 200.0}),
    "model_retired": FaultKind(("generate",)),
    "invalid_key": FaultKind(("generate",)),
    "permission_denied": FaultKind(("generate",)),
    "latency": FaultKind(("delay",), {"seconds": 5.0}),
    # The picture is made and paid for, the answer comes late or never.
    "hang": FaultKind(("reply",), {"seconds": 3600.0}),
    "lost_reply": FaultKind(("reply",)),
    "prompt_blocked": FaultKind(("answer",), {"reason": "PROHIBITED_CONTENT"}),
    # `content` is `empty` for {}, or `absent`.
    "blocked": FaultKind(("answer",), {"finish_reason": "IMAGE_SAFETY", "content": "empty"}),
    "text_only": FaultKind(("answer",), {"text": "I can't help with that picture."}),
    "no_candidates": FaultKind(("answer",)),
    "thought_image_only": FaultKind(("answer",)),
    **PICTURE_FAULTS,
}


async def strike(request: Request, fault: Fault, model: str, version: str) -> Response:
    """End a request at the `generate` stage. Raises GeminiRefusal for those that answer."""
    match fault.name:
        case "rate_limited":
            wait = fault.optional_number("retry_after")
            raise errors.rate_limited(model, wait, fault.text("form"))
        case "model_retired":
            raise errors.unknown_model(model, version)
    if (answer := await cut_or_garble(request, fault)) is not None:
        return answer
    raise _REFUSALS[fault.name]()


_REFUSALS = {
    "server_error": errors.internal,
    "unavailable": errors.unavailable,
    "deadline_exceeded": errors.deadline_exceeded,
    "invalid_key": errors.unknown_key,
    "permission_denied": errors.permission_denied,
}
