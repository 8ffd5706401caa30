"""HTTP: style capsules, their bodies and views."""

from typing import Annotated, Any, Self

from pydantic import Field

from shared.domain.entity import Timestamp
from shared.domain.idempotency import IdempotencyKey
from shared.domain.ids import Kind
from shared.domain.request import Owner
from shared.domain.style_capsule import MAX_STYLE_IMAGES, StyleCapsule
from shared.runtime import bootstrap_styles as bootstrap
from shared.runtime.http import Api, Reply
from shared.runtime.models import Body, IdOf, ListView, PageQuery, View, Words
from shared.services.create_style_capsule import NewStyleCapsule

CapsuleId = Annotated[str, Kind.STYLE_CAPSULE]
Name = Annotated[str, Words(100)]
StylePrompt = Annotated[str, Words(1000, lines=True)]

api = Api()


class OwnImageBody(Body):
    """A picture you have here already."""

    image_id: Annotated[str, IdOf(Kind.IMAGE)]


OwnImages = Annotated[tuple[OwnImageBody, ...], Field(max_length=MAX_STYLE_IMAGES)]


class StyleCapsuleBody(Body):
    """A visual style in words, and pictures that show it."""

    name: Name
    prompt: StylePrompt
    negative_prompt: StylePrompt | None = None
    reference_images: OwnImages = ()

    def to_domain(self) -> NewStyleCapsule:
        return NewStyleCapsule(
            name=self.name,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
            reference_images=tuple(one.image_id for one in self.reference_images),
        )


class StyleCapsuleChangeBody(Body):
    """What is named here changes; null takes the negative prompt away."""

    name: Name = ""
    prompt: StylePrompt = ""
    negative_prompt: StylePrompt | None = None
    reference_images: OwnImages = ()

    def to_domain(self) -> dict[str, Any]:
        change = self.model_dump(exclude_unset=True)
        if "reference_images" in change:
            change["reference_images"] = tuple(one.image_id for one in self.reference_images)
        return change


class OwnImageView(View):
    image_id: str


class StyleCapsuleView(View):
    id: str
    name: str
    prompt: str
    negative_prompt: str | None
    reference_images: list[OwnImageView]
    version: int
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, capsule: StyleCapsule) -> Self:
        return cls(
            id=capsule.id,
            name=capsule.name,
            prompt=capsule.prompt,
            negative_prompt=capsule.negative_prompt,
            reference_images=[OwnImageView(image_id=one) for one in capsule.reference_images],
            version=capsule.version,
            created_at=capsule.created_at,
            updated_at=capsule.updated_at,
        )


@api.post(
    "/v1/style-capsules",
    status=201,
    summary="Create a style capsule",
    refuses={
        404: ("not_found",),
        422: ("content_blocked_input", "idempotency_key_reused"),
    },
)
def create_style_capsule(
    owner: Owner, body: StyleCapsuleBody, idempotency: IdempotencyKey | None
) -> Reply[StyleCapsuleView]:
    """A visual style that generations can name with `style_capsule_id`."""
    answer = bootstrap.create_style_capsule()(
        owner=owner.id, new=body.to_domain(), idempotency=idempotency
    )
    return Reply(
        StyleCapsuleView.of(answer.value),
        location=f"/v1/style-capsules/{answer.value.id}",
        replayed=answer.replayed,
    )


@api.get("/v1/style-capsules", summary="List style capsules", refuses={400: ("invalid_cursor",)})
def list_style_capsules(owner: Owner, query: PageQuery) -> ListView[StyleCapsuleView]:
    """Newest first."""
    page = bootstrap.list_style_capsules()(owner=owner.id, page=query.page())
    return ListView.of(page, [StyleCapsuleView.of(one) for one in page.data])


@api.get("/v1/style-capsules/{capsule_id}", summary="Read a style capsule")
def read_style_capsule(owner: Owner, capsule_id: CapsuleId) -> StyleCapsuleView:
    """As it is now; what a generation used is told there."""
    capsule = bootstrap.read_style_capsule()(owner=owner.id, capsule_id=capsule_id)
    return StyleCapsuleView.of(capsule)


@api.patch(
    "/v1/style-capsules/{capsule_id}",
    summary="Change a style capsule",
    refuses={422: ("content_blocked_input",)},
)
def change_style_capsule(
    owner: Owner, capsule_id: CapsuleId, body: StyleCapsuleChangeBody
) -> StyleCapsuleView:
    """Generations that were asked for already keep what they used."""
    capsule = bootstrap.change_style_capsule()(
        owner=owner.id, capsule_id=capsule_id, change=body.to_domain()
    )
    return StyleCapsuleView.of(capsule)


@api.delete("/v1/style-capsules/{capsule_id}", status=204, summary="Delete a style capsule")
def delete_style_capsule(owner: Owner, capsule_id: CapsuleId) -> None:
    """Its pictures stay, and so does what was drawn with it."""
    bootstrap.delete_style_capsule()(owner=owner.id, capsule_id=capsule_id)
