"""Bodies of finished generateContent calls: pictures, blocks, and what they cost in tokens."""

import base64
import hashlib
import secrets

from infra.local.simulators.faults import Fault
from infra.local.simulators.gemini_request import GenerateRequest

Body = dict[str, object]

_TEXT = "Here is the picture you asked for."
_TEXT_TOKENS = 9
_THOUGHT_TOKENS = {"": 0, "MINIMAL": 48, "LOW": 120, "MEDIUM": 240, "HIGH": 680}
_REFUSALS = {
    "NO_IMAGE": "The model did not generate an image. Please try rephrasing the prompt.",
    "IMAGE_SAFETY": "Unable to show the generated image. The image was filtered out because it "
    "violated the policy.",
}


def picture_answer(request: GenerateRequest, picture: bytes, fault: Fault | None) -> Body:
    """The usual answer, or the odd ones in which the picture is hidden or missing."""
    if fault is not None and fault.name == "text_only":
        return _answer(request, [{"text": fault.text("text")}], image=False, text=True)
    only_thought = fault is not None and fault.name == "thought_image_only"
    parts: list[Body] = []
    if request.include_thoughts:
        parts.append({"text": "**Planning the picture**\n\nLight, pose, frame.", "thought": True})
    if request.with_text:
        parts.append({"text": _TEXT})
    parts.append(_image_part(request, picture, thought=only_thought))
    return _answer(request, parts, image=True, text=request.with_text)


def refusal_answer(request: GenerateRequest, fault: Fault) -> Body:
    """Blocked before or after drawing: always HTTP 200, and not charged."""
    prompt_tokens = _prompt_tokens(request)
    answer: Body = {
        "usageMetadata": {
            "promptTokenCount": sum(prompt_tokens.values()),
            "totalTokenCount": sum(prompt_tokens.values()),
            "promptTokensDetails": _details(prompt_tokens),
        },
        **_identity(request),
    }
    if fault.name == "prompt_blocked":
        return {"promptFeedback": {"blockReason": fault.text("reason")}, **answer}
    if fault.name == "no_candidates":
        return answer
    reason = fault.text("finish_reason")
    candidate: Body = {"finishReason": reason, "index": 0}
    if reason in _REFUSALS:
        candidate["finishMessage"] = _REFUSALS[reason]
    if fault.text("content") == "empty":
        candidate["content"] = {}
    return {"candidates": [candidate], **answer}


def _answer(request: GenerateRequest, parts: list[Body], *, image: bool, text: bool) -> Body:
    candidate = {
        "content": {"parts": parts, "role": "model"},
        "finishReason": "STOP",
        "index": 0,
    }
    usage = _usage(request, image=image, text=text)
    return {"candidates": [candidate], "usageMetadata": usage, **_identity(request)}


def _identity(request: GenerateRequest) -> Body:
    return {"modelVersion": request.model.id, "responseId": secrets.token_urlsafe(16)}


def _image_part(request: GenerateRequest, picture: bytes, *, thought: bool) -> Body:
    part: Body = {
        "inlineData": {
            "mimeType": _media_type(picture),
            "data": base64.b64encode(picture).decode(),
        },
        "thoughtSignature": _signature(request.prompt),
    }
    return {**part, "thought": True} if thought else part


def _media_type(picture: bytes) -> str:
    """Spoilt pictures keep the label of a JPEG: the service would not notice either."""
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"


def _signature(prompt: str) -> str:
    digest = hashlib.sha512(prompt.encode("utf-8", "surrogatepass")).digest()
    return base64.b64encode(digest * 2).decode()


def _usage(request: GenerateRequest, *, image: bool, text: bool) -> Body:
    prompt = _prompt_tokens(request)
    made = {
        "IMAGE": request.model.tokens_by_size[request.size] if image else 0,
        "TEXT": _TEXT_TOKENS if text else 0,
    }
    thoughts = _THOUGHT_TOKENS[request.thinking_level]
    usage: Body = {
        "promptTokenCount": sum(prompt.values()),
        "candidatesTokenCount": sum(made.values()),
        "totalTokenCount": sum(prompt.values()) + sum(made.values()) + thoughts,
        "promptTokensDetails": _details(prompt),
        "candidatesTokensDetails": _details(made),
    }
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return usage


def _prompt_tokens(request: GenerateRequest) -> dict[str, int]:
    """About four letters to a token of text; a fixed number for each picture."""
    return {
        "TEXT": max(1, round(len(request.prompt) / 4)),
        "IMAGE": len(request.images) * request.model.input_image_tokens,
    }


def _details(tokens: dict[str, int]) -> list[Body]:
    return [
        {"modality": modality, "tokenCount": count} for modality, count in tokens.items() if count
    ]
