"""Gemini's image models as a dated table: ratios, sizes in pixels, tokens, limits."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_RESOURCE = "gemini_models.json"


@dataclass(frozen=True, slots=True)
class ModelCard:
    id: str
    display_name: str
    ratios: tuple[str, ...]
    pixels_at_1k: dict[str, tuple[int, int]]
    scale: dict[str, float]
    tokens_by_size: dict[str, int]
    input_image_tokens: int
    max_references: int
    thinking_levels: tuple[str, ...]
    retired: bool

    def pixels(self, ratio: str, size: str) -> tuple[int, int]:
        width, height = self.pixels_at_1k[ratio]
        return round(width * self.scale[size]), round(height * self.scale[size])

    def nearest_ratio(self, width: int, height: int) -> str:
        """Without an aspect ratio the model keeps that of the picture it is given."""

        def distance(ratio: str) -> float:
            wide, high = self.pixels_at_1k[ratio]
            return abs(wide / high - width / height)

        return min(self.ratios, key=distance)

    def as_json(self) -> dict[str, object]:
        return {
            "name": f"models/{self.id}",
            "version": "001",
            "displayName": self.display_name,
            "inputTokenLimit": 131072,
            "outputTokenLimit": 32768,
            "supportedGenerationMethods": ["generateContent"],
        }


@cache
def model_cards() -> dict[str, ModelCard]:
    text = resources.files(__package__).joinpath(_RESOURCE).read_text()
    table = json.loads(text)
    return {name: _card(name, row, table) for name, row in table["models"].items()}


def _card(name: str, row: dict[str, Any], table: dict[str, Any]) -> ModelCard:
    pixels = table["pixels_at_1K"][row["pixels"]]
    return ModelCard(
        id=name,
        display_name=row["display_name"],
        ratios=tuple(table["ratios"][row["ratios"]]),
        pixels_at_1k={ratio: (wide, high) for ratio, (wide, high) in pixels.items()},
        scale=table["scale"],
        tokens_by_size=row["tokens_by_size"],
        input_image_tokens=row["input_image_tokens"],
        max_references=row["max_references"],
        thinking_levels=tuple(row["thinking_levels"]),
        retired=row["retired"],
    )
