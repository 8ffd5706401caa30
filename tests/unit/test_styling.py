"""A style capsule in a submission: words, pictures, money and the record."""

from typing import Any

import pytest

from shared.domain.errors import ContentRefused, NotFound
from shared.domain.generation import Brief, Failure, Generation
from shared.domain.ids import Kind
from shared.domain.pricing.catalogue import find_model
from shared.domain.request import Mode, Owner, Plan, ProviderName
from shared.domain.style_capsule import AppliedStyle
from shared.domain.styling import style_of
from shared.domain.wish import Wish
from shared.services.change_style_capsule import ChangeStyleCapsule
from shared.services.create_style_capsule import CreateStyleCapsule, NewStyleCapsule
from shared.services.gather_references import GatherReferences
from shared.services.moderate import Moderate
from tests.builders import ADA, GRACE, a_character, a_source, an_id, an_idempotency_key
from tests.fakes import FakeAnswers
from tests.unit.desk import ADA_PAYS, Desk

NOIR = NewStyleCapsule(name="Noir", prompt="film noir, hard light", negative_prompt="colour")


def create(desk: Desk) -> CreateStyleCapsule:
    return CreateStyleCapsule(
        capsules=desk.style_capsules,
        images=desk.images,
        answers=FakeAnswers(desk.memory),
        moderate=Moderate(desk.counted),
        clock=desk.clock,
        new_id=desk.new_id,
    )


def kept(desk: Desk, *, images: int = 0, **changes: Any) -> str:
    """A capsule with this many pictures; its id."""
    ids = [an_id(Kind.IMAGE, 700 + number) for number in range(images)]
    for image_id in ids:
        desk.memory.images[image_id] = a_source(a_character()).image.model_copy(
            update={"id": image_id, "key": f"styles/{image_id}.png"}
        )
    new = NOIR.model_copy(update={"reference_images": tuple(ids), **changes})
    return create(desk)(owner=ADA, new=new).value.id


def asked(desk: Desk, capsule_id: str, **changes: Any) -> tuple[Generation, Brief]:
    wish = Wish(mode=Mode.IMAGINE, prompt="a lighthouse", style_capsule_id=capsule_id)
    snapshot = desk.request_generation(owner=ADA_PAYS, wish=wish.model_copy(update=changes)).value
    return snapshot.generation, desk.memory.briefs[snapshot.generation.id]


def test_the_style_is_said_last_and_its_exclusions_after_the_callers() -> None:
    desk = Desk()

    _, brief = asked(desk, kept(desk), negative_prompt="people")

    assert brief.prompts == ("a lighthouse Draw it in this visual style: film noir, hard light",)
    assert brief.request.negative_prompt == "people, colour"


def test_every_image_of_a_pack_is_in_the_style() -> None:
    desk = Desk()
    desk.characters.add(a_character(source=a_source(a_character())), None)

    _, brief = asked(
        desk,
        kept(desk, images=2),
        mode=Mode.PORTRAIT,
        prompt=None,
        character_id=a_character().id,
        image_count=3,
    )

    told = "The last 2 attached pictures show the style alone"
    assert all(NOIR.prompt in prompt and told in prompt for prompt in brief.prompts)
    assert len(brief.prompts) == 3


def test_a_generation_keeps_a_copy_of_what_it_used() -> None:
    desk = Desk()
    capsule_id = kept(desk, images=1)
    generation, _ = asked(desk, capsule_id)
    change = ChangeStyleCapsule(
        desk.style_capsules, desk.images, Moderate(desk.counted), desk.clock
    )

    change(owner=ADA, capsule_id=capsule_id, change={"prompt": "watercolour"})

    assert desk.memory.generations[generation.id].style_capsule == AppliedStyle(
        capsule_id=capsule_id,
        name="Noir",
        prompt="film noir, hard light",
        negative_prompt="colour",
        images_shown=1,
    )
    assert desk.style_capsules.get(ADA, capsule_id).prompt == "watercolour"


def test_the_person_is_shown_before_the_style() -> None:
    desk = Desk()
    source = a_source(a_character())
    desk.characters.add(a_character(source=source), None)
    generation, brief = asked(
        desk, kept(desk, images=2), mode=Mode.PORTRAIT, character_id=a_character().id
    )
    for image in (*brief.references, *brief.style_images):
        desk.store.put(image.key, image.id.encode(), "image/png")

    shown = GatherReferences(desk.store)(desk.generations.get(generation.id), brief)

    assert not isinstance(shown, Failure)
    assert len(shown) == 3
    assert shown[0].data == source.image.id.encode()


@pytest.mark.parametrize(
    ("provider", "model", "shown"),
    [
        (ProviderName.REPLICATE, "black-forest-labs/flux-schnell", 0),
        (ProviderName.GEMINI, None, 3),
    ],
)
def test_a_model_is_shown_no_more_than_it_takes(
    provider: ProviderName, model: str | None, shown: int
) -> None:
    desk = Desk()

    generation, brief = asked(desk, kept(desk, images=3), provider=provider, model=model)

    assert generation.style_capsule is not None
    assert generation.style_capsule.images_shown == len(brief.style_images) == shown


def test_what_a_model_must_see_leaves_less_room_for_the_style() -> None:
    desk = Desk()
    capsule = desk.style_capsules.get(ADA, kept(desk, images=4))
    images = desk.images.get_many(capsule.reference_images)
    model = find_model(ProviderName.REPLICATE, "black-forest-labs/flux-2-pro")
    assert model.max_references == 8

    shown = [len(style_of(capsule, images, model=model, others=n).images) for n in (4, 6, 8, 9)]

    assert shown == [4, 2, 0, 0]


def test_pictures_of_the_style_are_in_the_estimate() -> None:
    desk = Desk()

    plain, _ = asked(desk, kept(desk))
    with_pictures, _ = asked(desk, kept(desk, images=3))

    assert with_pictures.estimated_micro_usd > plain.estimated_micro_usd


def test_a_picture_that_was_deleted_since_is_left_out() -> None:
    desk = Desk()
    capsule_id = kept(desk, images=2)
    del desk.memory.images[an_id(Kind.IMAGE, 700)]

    generation, _ = asked(desk, capsule_id)

    assert generation.style_capsule is not None
    assert generation.style_capsule.images_shown == 1


def test_anothers_capsule_is_not_there() -> None:
    desk = Desk()
    capsule_id = kept(desk)
    wish = Wish(mode=Mode.IMAGINE, prompt="a lighthouse", style_capsule_id=capsule_id)

    with pytest.raises(NotFound):
        desk.request_generation(owner=Owner(id=GRACE, plan=Plan.PAID), wish=wish)
    assert desk.memory.generations == {}


def test_anothers_picture_is_in_no_capsule() -> None:
    desk = Desk()
    image = a_source(a_character()).image.model_copy(update={"owner": GRACE})
    desk.memory.images[image.id] = image

    with pytest.raises(NotFound):
        create(desk)(owner=ADA, new=NOIR.model_copy(update={"reference_images": (image.id,)}))


def test_a_repeated_creation_is_answered_although_its_picture_has_gone() -> None:
    desk = Desk()
    image = a_source(a_character()).image
    desk.memory.images[image.id] = image
    call: dict[str, Any] = {
        "owner": ADA,
        "new": NOIR.model_copy(update={"reference_images": (image.id,)}),
        "idempotency": an_idempotency_key(),
    }
    first = create(desk)(**call)
    del desk.memory.images[image.id]

    again = create(desk)(**call)

    assert (again.value, again.replayed) == (first.value, True)
    assert list(desk.memory.style_capsules) == [first.value.id]


def test_a_style_is_judged_when_it_is_kept_and_again_with_the_person() -> None:
    desk = Desk()
    with pytest.raises(ContentRefused):
        kept(desk, prompt="hentai")
    desk.characters.add(a_character(), None)
    capsule_id = kept(desk, prompt="erotic charcoal drawing")
    asked(desk, capsule_id)

    with pytest.raises(ContentRefused):
        asked(desk, capsule_id, mode=Mode.PORTRAIT, character_id=a_character().id)
    assert desk.counted.counted["content_refused", "sexual"] == 2
