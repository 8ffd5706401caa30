"""Gemini's error bodies, in the words and the shape (google.rpc.Status) of the real service."""

import math

from infra.local.simulators.proto_json import InvalidDocument

Body = dict[str, object]

_RPC = "type.googleapis.com/google.rpc"


class GeminiRefusal(Exception):
    """An answer other than 200."""

    def __init__(
        self,
        code: int,
        status: str,
        message: str,
        details: list[Body] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.headers = headers or {}
        error: Body = {"code": code, "message": message, "status": status}
        if details is not None:
            error["details"] = details
        self.body: Body = {"error": error}


def invalid_argument(message: str) -> GeminiRefusal:
    return GeminiRefusal(400, "INVALID_ARGUMENT", message)


def invalid_request(field: str, problem: str) -> GeminiRefusal:
    """A well-formed request that the model's own rules refuse."""
    return invalid_argument(f"* GenerateContentRequest.{field}: {problem}\n")


def invalid_document(refused: InvalidDocument) -> GeminiRefusal:
    violations = [
        {"field": violation.field, "description": violation.description}
        if violation.field
        else {"description": violation.description}
        for violation in refused.violations
    ]
    details: list[Body] = [{"@type": f"{_RPC}.BadRequest", "fieldViolations": violations}]
    return GeminiRefusal(400, "INVALID_ARGUMENT", str(refused), details)


def malformed_json() -> GeminiRefusal:
    return invalid_argument("Invalid JSON payload received. Unexpected token.")


def unknown_key() -> GeminiRefusal:
    details: list[Body] = [
        {
            "@type": f"{_RPC}.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {
            "@type": f"{_RPC}.LocalizedMessage",
            "locale": "en-US",
            "message": "API key not valid. Please pass a valid API key.",
        },
    ]
    return GeminiRefusal(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", details
    )


def missing_key() -> GeminiRefusal:
    return GeminiRefusal(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )


def permission_denied() -> GeminiRefusal:
    return GeminiRefusal(403, "PERMISSION_DENIED", "The caller does not have permission")


def unknown_model(model: str, version: str) -> GeminiRefusal:
    return GeminiRefusal(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version {version}, or is not supported for "
        "generateContent. Call ListModels to see the list of available models and their "
        "supported methods.",
    )


def rate_limited(model: str, retry_after: float | None, form: str) -> GeminiRefusal:
    """429 that says when to come back in `retry_info` details, in a `header`, or not (`bare`)."""
    base = (
        "You exceeded your current quota, please check your plan and billing details. For more "
        "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
    )
    if form == "bare" or retry_after is None:
        return GeminiRefusal(429, "RESOURCE_EXHAUSTED", base)
    if form == "header":
        return GeminiRefusal(
            429,
            "RESOURCE_EXHAUSTED",
            base,
            headers={"Retry-After": str(math.ceil(retry_after))},
        )
    return GeminiRefusal(
        429,
        "RESOURCE_EXHAUSTED",
        f"{base} Please retry in {retry_after}s.",
        _quota_details(model, retry_after),
    )


def _quota_details(model: str, retry_after: float) -> list[Body]:
    return [
        {
            "@type": f"{_RPC}.QuotaFailure",
            "violations": [
                {
                    "quotaMetric": "generativelanguage.googleapis.com/generate_requests_per_model",
                    "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
                    "quotaDimensions": {"location": "global", "model": model},
                    "quotaValue": "10",
                }
            ],
        },
        {
            "@type": f"{_RPC}.Help",
            "links": [
                {
                    "description": "Learn more about Gemini API quotas",
                    "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
                }
            ],
        },
        {"@type": f"{_RPC}.RetryInfo", "retryDelay": f"{retry_after:g}s"},
    ]


def internal() -> GeminiRefusal:
    return GeminiRefusal(
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting",
    )


def unavailable() -> GeminiRefusal:
    return GeminiRefusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")


def deadline_exceeded() -> GeminiRefusal:
    return GeminiRefusal(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.")
