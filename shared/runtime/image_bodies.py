"""How a request names a picture in JSON."""

from typing import Annotated, Self

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

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [self.upload_id, self.image_id, self.url]
        if sum(one is not None for one in given) != 1:
            raise PydanticCustomError(
                "one_image_input", "Give exactly one of upload_id, image_id and url."
            )
        return self

    def to_domain(self) -> ImageInput:
        return ImageInput(upload_id=self.upload_id, image_id=self.image_id, url=self.url)
