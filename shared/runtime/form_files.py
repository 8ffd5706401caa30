"""The files of a form, as the `request` part beside them refers to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from pydantic import PrivateAttr, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.image_input import ImageInput
from shared.domain.images import ImageFormat
from shared.runtime.image_bodies import ImageInputBody
from shared.runtime.multipart import Part

FORMATS: Mapping[str, ImageFormat] = {format_.media_type: format_ for format_ in ImageFormat}


@dataclass
class FormFiles:
    """Given to a body's validation as its context; knows afterwards which parts nobody named."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def take(self, name: str) -> Part | None:
        self.taken.add(name)
        return self.parts.get(name)

    def left(self) -> Iterable[str]:
        return [name for name in self.parts if name not in self.taken]


class InputPictureBody(ImageInputBody):
    """Exactly one of the four: an upload, an image you own, a public https address, or the name
    of the part of this form that holds the file."""

    file: str | None = None
    _ways: ClassVar[tuple[str, ...]] = (*ImageInputBody._ways, "file")
    _part: Part | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _part_is_there(self, info: ValidationInfo) -> Self:
        if self.file is not None:
            files = info.context if isinstance(info.context, FormFiles) else FormFiles()
            self._part = files.take(self.file)
            if self._part is None:
                raise PydanticCustomError("missing_part", "The form has no part of this name.")
        return self

    def to_domain(self) -> ImageInput:
        if self._part is None:
            return super().to_domain()
        declared = FORMATS.get(self._part.media_type or "")
        return ImageInput(data=self._part.data, declared=declared)
