"""Replicate's models as a dated table: what each takes, and whether it gives a URL or a list."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_RESOURCE = "replicate_models.json"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `uri` is a string that must be a URL or a data URI."""

    type: str
    required: bool = False
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    items: str = ""
    maximum_items: int | None = None
    default: str | float | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """`version` is set for community models, which run by version only.

    `person` names the input whose face is wanted where there are several pictures.
    """

    name: str
    fields: Mapping[str, Field]
    gives_list: bool
    version: str | None
    person: str | None

    @property
    def official(self) -> bool:
        return self.version is None

    def image_fields(self) -> list[str]:
        names = [name for name, field in self.fields.items() if "uri" in (field.type, field.items)]
        return sorted(names, key=lambda name: name != self.person)


@cache
def model_specs() -> dict[str, ModelSpec]:
    table = json.loads(resources.files(__package__).joinpath(_RESOURCE).read_text())
    return {name: _spec(name, row, table) for name, row in table["models"].items()}


def find_by_version(version: str) -> ModelSpec | None:
    """`owner/name` of an official model, or a community model's hash with or without its name."""
    name, _, version_hash = version.rpartition(":")
    if not name and not _HASH.fullmatch(version):
        spec = model_specs().get(version)
        return spec if spec is not None and spec.official else None
    for spec in model_specs().values():
        if spec.version == version_hash and name in ("", spec.name):
            return spec
    return None


def _spec(name: str, row: dict[str, Any], table: dict[str, Any]) -> ModelSpec:
    fields: dict[str, dict[str, Any]] = {}
    for included in row.get("include", []):
        fields |= table["field_sets"][included]
    fields |= row.get("fields", {})
    return ModelSpec(
        name=name,
        fields={key: _field(field, table["enums"]) for key, field in fields.items()},
        gives_list=row["output"] == "list",
        version=row.get("version"),
        person=row.get("person"),
    )


def _field(row: dict[str, Any], enums: Mapping[str, list[str]]) -> Field:
    enum = row.get("enum", ())
    return Field(**{**row, "enum": tuple(enums[enum] if isinstance(enum, str) else enum)})
