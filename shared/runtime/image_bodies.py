"""How a request names a picture in JSON."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.domain.ids import Kind
from shared.domain.image_input import ImageInput
from shared.runtime.models import Body, IdOf


class ImageInputBody(Body):
    """Exactly one of the three: an upload, an image you own, or a public https address."""

    upload_id: Annotated[str, IdOf(Kind.UPLOAD)] | None = None
    image_id: Annotated[str, IdOf(Kind.IMAGE)] | None = None
    url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None

    _ways: ClassVar[tuple[str, ...]] = ("upload_id", "image_id", "url")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, way) is not None for way in self._ways) != 1:
            names = ", ".join(self._ways)
            raise PydanticCustomError(
                "one_image_input", "Give exactly one of {names}.", {"names": names}
            )
        return self

    def to_domain(self) -> ImageInput:
        return ImageInput(upload_id=self.upload_id, image_id=self.image_id, url=self.url)
