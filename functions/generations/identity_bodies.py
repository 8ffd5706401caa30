"""Who is to be recognised in what is asked for."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.domain.ids import Kind
from shared.domain.request import Lora
from shared.runtime.models import Body, IdOf, Slug


class CharacterIdentityBody(Body):
    """A character of yours: by its source image, or by its hero of a variant type."""

    type: Literal["character"]
    id: Annotated[str, IdOf(Kind.CHARACTER)]
    variant_type: Slug | None = None

    def asked(self) -> dict[str, Any]:
        return {"character_id": self.id, "variant_type": self.variant_type}


class KitIdentityBody(Body):
    """A reference kit of yours: its anchor face first, then as many of its other pictures as the
    model takes, at most four."""

    type: Literal["reference_kit"]
    id: Annotated[str, IdOf(Kind.KIT)]

    def asked(self) -> dict[str, Any]:
        return {"kit_id": self.id}


class LoraIdentityBody(Body):
    """A person trained into LoRA weights: `owner/model` at Replicate, or an https address of
    the weights. Only models that take such weights can draw them."""

    type: Literal["lora"]
    weights: Annotated[
        str, Field(pattern=r"^(https://[a-z0-9-]+\.)?[A-Za-z0-9][A-Za-z0-9._/?=&%-]{2,300}$")
    ]
    scale: Annotated[float, Field(ge=-1, le=3)] = 1.0

    def asked(self) -> dict[str, Any]:
        return {"lora": Lora(weights=self.weights, scale=self.scale)}


IdentityBody = Annotated[
    CharacterIdentityBody | KitIdentityBody | LoraIdentityBody, Field(discriminator="type")
]
