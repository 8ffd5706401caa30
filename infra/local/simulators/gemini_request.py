"""Understands a generateContent request, or refuses it as the real service would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from infra.local.simulators.drawing import UnreadableReference, open_reference
from infra.local.simulators.gemini_errors import (
    invalid_argument,
    invalid_document,
    invalid_request,
    malformed_json,
)
from infra.local.simulators.gemini_models import ModelCard
from infra.local.simulators.proto_json import InvalidDocument, Schema, read_document

_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
_COMBINATIONS = ({"IMAGE"}, {"TEXT", "IMAGE"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What is to be drawn, with the service's defaults filled in."""

    model: ModelCard
    prompt: str
    images: tuple[bytes, ...]
    seed: int | None
    ratio: str
    size: str
    with_text: bool
    thinking_level: str
    include_thoughts: bool

    @property
    def pixels(self) -> tuple[int, int]:
        return self.model.pixels(self.ratio, self.size)


def parse_document(body: bytes) -> Json:
    """Step one needs no model: JSON that fits the schema. Raises GeminiRefusal."""
    try:
        value = json.loads(body)
    except ValueError as exc:
        raise malformed_json() from exc
    try:
        return read_document(_schema(), "GenerateContentRequest", value)
    except InvalidDocument as exc:
        raise invalid_document(exc) from exc


def understand(document: Json, model: ModelCard) -> GenerateRequest:
    """Step two: what the model itself allows. Raises GeminiRefusal."""
    _check_contents(document)
    _check_settings(document)
    images = tuple(_images(document, model))
    config: Json = document.get("generation_config", {})
    thinking: Json = config.get("thinking_config", {})
    _check_config(config, thinking, model)
    _check_extras(document, model)
    ratio, size = _shape(config.get("image_config", {}), model, images)
    return GenerateRequest(
        model=model,
        prompt=prompt_of(document),
        images=images,
        seed=config.get("seed"),
        ratio=ratio,
        size=size,
        with_text="TEXT" in config.get("response_modalities", ["TEXT", "IMAGE"]),
        thinking_level=thinking.get("thinking_level", "MEDIUM" if model.thinking_levels else ""),
        include_thoughts=thinking.get("include_thoughts", False),
    )


def prompt_of(document: Json) -> str:
    return "\n".join(part["text"] for _, _, part in _parts(document) if "text" in part)


def _parts(document: Json) -> Iterator[tuple[int, int, Json]]:
    for place, content in enumerate(document.get("contents", [])):
        for index, part in enumerate(content.get("parts", [])):
            yield place, index, part


def _check_contents(document: Json) -> None:
    contents = document.get("contents", [])
    if not contents:
        raise invalid_request("contents", "contents is not specified")
    for place, content in enumerate(contents):
        if content.get("role", "user") not in ("user", "model"):
            raise invalid_argument("Please use a valid role: user, model.")
        if not content.get("parts"):
            raise invalid_request(f"contents[{place}].parts", "contents.parts must not be empty.")
    for place, index, part in _parts(document):
        if not any(field in part for field in _schema().one_of["Part"]):
            raise invalid_request(
                f"contents[{place}].parts[{index}].data",
                "required oneof field 'data' must have one initialized field",
            )
        echoed = contents[place].get("role") == "model" and "inline_data" in part
        if echoed and "thought_signature" not in part:
            raise invalid_argument(
                "Image part is missing a thought_signature in content position "
                f"{place + 1}, part position {index + 1}."
            )


def _check_settings(document: Json) -> None:
    seen: set[str] = set()
    for index, setting in enumerate(document.get("safety_settings", [])):
        field = f"safety_settings[{index}]"
        if "category" not in setting or "threshold" not in setting:
            raise invalid_request(field, "category and threshold are required")
        if setting["category"] in seen:
            raise invalid_request(field, "only one setting per category is allowed")
        seen.add(setting["category"])


def _images(document: Json, model: ModelCard) -> Iterator[bytes]:
    count = 0
    for place, index, part in _parts(document):
        blob = part.get("inline_data")
        if blob is None:
            continue
        count += 1
        if count > model.max_references:
            raise invalid_argument(f"Please use fewer than {model.max_references + 1} images.")
        if blob.get("mime_type") not in _IMAGE_TYPES:
            raise invalid_argument(f"Unsupported MIME type: {blob.get('mime_type', '')}")
        data = blob.get("data", b"")
        try:
            open_reference(data)
        except UnreadableReference as exc:
            raise invalid_argument(
                "Unable to process input image. Please retry or report in "
                "https://developers.generativeai.google/guide/troubleshooting "
                f"(contents[{place}].parts[{index}])"
            ) from exc
        yield data


def _check_config(config: Json, thinking: Json, model: ModelCard) -> None:
    if config.get("candidate_count", 1) != 1:
        raise invalid_argument(f"Multiple candidates is not enabled for models/{model.id}")
    if config.get("response_mime_type", "text/plain") != "text/plain":
        raise invalid_argument(f"JSON mode is not enabled for models/{model.id}")
    modalities = set(config.get("response_modalities", ["TEXT", "IMAGE"]))
    if modalities not in _COMBINATIONS:
        raise invalid_argument(
            f"The requested combination of response modalities ({', '.join(sorted(modalities))}) "
            f"is not supported by the model. models/{model.id} accepts the following "
            "combination of response modalities:\n* IMAGE\n* IMAGE, TEXT"
        )
    level = thinking.get("thinking_level")
    if level is not None and level not in model.thinking_levels:
        raise invalid_argument(f"Thinking level {level} is not supported for this model.")


def _check_extras(document: Json, model: ModelCard) -> None:
    for tool in document.get("tools", []):
        if set(tool) - {"google_search"}:
            raise invalid_argument(f"Function calling is not enabled for models/{model.id}")
    if "cached_content" in document:
        raise invalid_argument(f"CachedContent is not supported for models/{model.id}")
    if document.get("service_tier", "STANDARD") != "STANDARD":
        raise invalid_argument(f"service_tier is not supported for models/{model.id}")


def _shape(image_config: Json, model: ModelCard, images: tuple[bytes, ...]) -> tuple[str, str]:
    ratio = image_config.get("aspect_ratio")
    if ratio is None:
        ratio = model.nearest_ratio(*open_reference(images[0]).size) if images else "1:1"
    size = image_config.get("image_size", "1K")
    place = "generation_config.image_config"
    if ratio not in model.ratios:
        choice = _choice(model.ratios)
        raise invalid_request(f"{place}.aspect_ratio", f"aspect_ratio must be one of {choice}.")
    if size not in model.tokens_by_size:
        choice = _choice(tuple(model.tokens_by_size))
        raise invalid_request(f"{place}.image_size", f"image_size must be one of {choice}.")
    return ratio, size


def _choice(values: tuple[str, ...]) -> str:
    quoted = [f"'{value}'" for value in values]
    return f"{', '.join(quoted[:-1])}, or {quoted[-1]}" if len(quoted) > 1 else quoted[0]


@cache
def _schema() -> Schema:
    text = resources.files(__package__).joinpath("gemini_schema.json").read_text()
    return Schema(**json.loads(text))
