"""Reads what Gemini answers: a picture and its cost, a block, or an error."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.adapters.provider_http import bounded_seconds, refusal, retry_after_header
from shared.domain.errors import (
    BadOutput,
    ContentBlocked,
    ProviderAuthFailed,
    ProviderError,
    ProviderUnavailable,
)
from shared.domain.pricing.cost import Tokens, token_cost
from shared.domain.pricing.model import Tier, TokenPrice
from shared.domain.provider import Finished, Output

# Finish reasons that tell of a filter (google.genai.types.FinishReason, 3.4.0). With these, parts
# that hold a picture are drafts of what the filter stopped.
_BLOCKED: Final = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "PUP_LIMITED_DISABLED",
        "MODEL_ARMOR",
    }
)
_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")
_DAILY_QUOTA_SECONDS: Final = 3600.0
"""A spent daily quota that names no delay comes back at midnight, Pacific time: hours away."""
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class _Wire(BaseModel):
    """Proto-JSON in camel case: any field may be absent or null, enums are open."""

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True, val_json_bytes="base64")


class _Blob(_Wire):
    data: bytes = b""


class _Part(_Wire):
    inline_data: _Blob | None = None
    thought: bool | None = None


class _Content(_Wire):
    parts: list[_Part] | None = None


class _Candidate(_Wire):
    content: _Content | None = None
    finish_reason: str | None = None


class _Feedback(_Wire):
    block_reason: str | None = None


class _Modality(_Wire):
    modality: str | None = None
    token_count: int | None = None


class _Usage(_Wire):
    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    candidates_tokens_details: list[_Modality] | None = None
    thoughts_token_count: int | None = None


class _Reply(_Wire):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None


def read_reply(body: str, price: TokenPrice, tier: Tier) -> Finished:
    """The picture. Raises ContentBlocked, BadOutput, ProviderUnavailable."""
    try:
        reply = _Reply.model_validate_json(body)
    except ValidationError:
        # The error is not chained: it quotes the answer.
        raise ProviderUnavailable("The image provider's answer cannot be read.") from None
    if reply.prompt_feedback is not None and reply.prompt_feedback.block_reason:
        raise ContentBlocked(
            "The image provider does not draw this request.", code="content_blocked_input"
        )
    candidate = reply.candidates[0] if reply.candidates else _Candidate()
    if candidate.finish_reason in _BLOCKED:
        raise ContentBlocked(
            "The image provider held back what it had drawn.", code="content_blocked_output"
        )
    picture = _pick(candidate)
    if picture is None:
        # NO_IMAGE, words alone and the like are moods of the model: BadOutput earns one retry.
        raise BadOutput("The image provider answered without an image.", code="no_image")
    return Finished(
        output=Output(data=picture),
        cost_micro_usd=token_cost(price, _used(reply.usage_metadata or _Usage(), tier)),
    )


def _pick(candidate: _Candidate) -> bytes | None:
    """The last picture; one among the thoughts only when there is no other."""
    content = candidate.content or _Content()
    found = [
        (part.thought is not True, place, part.inline_data.data)
        for place, part in enumerate(content.parts or ())
        if part.inline_data is not None and _is_picture(part.inline_data.data)
    ]
    return max(found)[-1] if found else None


def _is_picture(data: bytes) -> bool:
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _used(usage: _Usage, tier: Tier) -> Tokens:
    """Where the parts of the output are not told, the picture counts as the table says."""
    image = sum(
        entry.token_count or 0
        for entry in usage.candidates_tokens_details or ()
        if entry.modality == "IMAGE"
    )
    image = image or tier.image_tokens
    words = max((usage.candidates_token_count or 0) - image, 0)
    return Tokens(
        input=usage.prompt_token_count or 0,
        text=words + (usage.thoughts_token_count or 0),
        image=image,
    )


def read_error(status: int, body: object, headers: Mapping[str, str]) -> ProviderError:
    """An error answer (google.rpc.Status) in our words."""
    details = list(_details(body))
    if any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return ProviderAuthFailed("The image provider refuses this deployment's key.")
    return refusal(status, _retry_after(details, headers))


def _retry_after(details: list[Mapping[str, Any]], headers: Mapping[str, str]) -> float | None:
    for detail in details:
        delay = _DELAY.fullmatch(str(detail.get("retryDelay", "")))
        if delay:
            return bounded_seconds(delay[1])
    told = retry_after_header(headers)
    if told is None and any("PerDay" in str(detail.get("violations")) for detail in details):
        return _DAILY_QUOTA_SECONDS
    return told


def _details(body: object) -> Iterator[Mapping[str, Any]]:
    error = body.get("error") if isinstance(body, Mapping) else None
    details = error.get("details") if isinstance(error, Mapping) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, Mapping):
            yield detail
