"""The messages of the analysis queue: which picture to look at for faces."""

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.domain.entity import Entity


class SourceToAnalyse(Entity):
    """A version of a character's source image: quality, and the face to compare others with."""

    kind: Literal["source"] = "source"
    owner: str
    character_id: str
    version: int


class KitToAnalyse(Entity):
    """The photo of a reference kit: as a source image."""

    kind: Literal["kit"] = "kit"
    owner: str
    kit_id: str


class ImageToAnalyse(Entity):
    """Any other picture of a character or a kit: quality, and how much it looks like the source."""

    kind: Literal["image"] = "image"
    owner: str
    image_id: str


type Analysis = Annotated[
    SourceToAnalyse | KitToAnalyse | ImageToAnalyse, Field(discriminator="kind")
]


@cache
def _adapter() -> TypeAdapter[Analysis]:
    return TypeAdapter(Analysis)


def parse_analysis(body: str) -> Analysis:
    """Raises pydantic's ValidationError for what is no message of ours."""
    return _adapter().validate_json(body)
