"""How callers choose from lists of generations and images."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.generation import Status
from shared.domain.ids import Kind, id_pattern
from shared.domain.request import Mode
from shared.runtime.models import PageQuery


class GenerationQuery(PageQuery):
    """`status` may name several, with commas."""

    status: Annotated[str, Field(pattern=r"^[a-z]+(,[a-z]+){0,6}$")] | None = None
    mode: Mode | None = None
    character_id: Annotated[str, Field(pattern=id_pattern(Kind.CHARACTER))] | None = None

    @model_validator(mode="after")
    def _known_statuses(self) -> Self:
        if not set(self._names()) <= set(Status):
            known = ", ".join(Status)
            raise PydanticCustomError("unknown_status", "{text}", {"text": f"Known: {known}."})
        return self

    def statuses(self) -> tuple[Status, ...]:
        return tuple(map(Status, self._names()))

    def _names(self) -> list[str]:
        return self.status.split(",") if self.status else []


class ImageQuery(PageQuery):
    """Of one generation, of one character, or all."""

    generation_id: Annotated[str, Field(pattern=id_pattern(Kind.GENERATION))] | None = None
    character_id: Annotated[str, Field(pattern=id_pattern(Kind.CHARACTER))] | None = None
