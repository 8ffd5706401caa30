"""What a model is told and shown for each slot of a reference kit."""

import pytest

from shared.domain.generation import Status
from shared.domain.prompts.compose import compose
from shared.domain.quality import PictureKind
from shared.domain.request import GenerationRequest, Mode, ProviderName
from shared.domain.slots import (
    EXPRESSION,
    KNOWN_EXPRESSIONS,
    KNOWN_SLOTS,
    SlotWish,
    slot_shot,
)
from shared.services.gather_references import GatherReferences
from tests.builders import a_brief, a_character
from tests.fake_outside import FakeImageStore
from tests.kit_builders import a_kit_snapshot, a_photo, ended

NAMES = (*KNOWN_SLOTS, *(f"{EXPRESSION}{name}" for name in KNOWN_EXPRESSIONS))
ONE_PICTURE, MANY = "black-forest-labs/flux-kontext-pro", "black-forest-labs/flux-2-pro"


def a_request(*slots: SlotWish, model: str = MANY) -> GenerationRequest:
    return GenerationRequest(
        mode=Mode.REFERENCE,
        image_count=len(slots),
        seed=7,
        provider=ProviderName.REPLICATE,
        model=model,
        kit_id="kit_1",
        slots=slots,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_slot_is_told_whose_face_and_all_of_its_shot(name: str) -> None:
    shot = slot_shot(name)

    (told,) = compose(a_request(SlotWish(name=name)), None, None)

    for part in shot.model_dump(exclude={"kind"}).values():
        assert part in told
    assert "Keep the identity exactly" in told or "stay exactly as they are" in told
    assert "{" not in told


def test_every_slot_is_framed_unlike_the_others() -> None:
    told = compose(a_request(*(SlotWish(name=name) for name in NAMES)), None, None)

    assert len(set(told)) == len(NAMES)


def test_the_anchor_knows_of_one_picture_and_the_others_of_the_studio_portrait() -> None:
    anchor, *others = compose(a_request(*(SlotWish(name=name) for name in NAMES)), None, None)

    assert "The attached picture is a photo of this person." in anchor
    assert all("the studio portrait among them" in other for other in others)


def test_an_expression_of_the_callers_own_is_put_in_its_words() -> None:
    laughing, wink = compose(
        a_request(
            SlotWish(name="expressions.laughing_out-loud"),
            SlotWish(name="expressions.wink", prompt="winks with the left {expression} eye"),
        ),
        None,
        None,
    )

    assert "Expression: laughing out loud." in laughing
    assert "Expression: winks with the left {expression} eye." in wink


def test_a_slot_of_the_callers_own_is_framed_in_its_words() -> None:
    (told,) = compose(a_request(SlotWish(name="back", prompt="seen from behind")), None, None)

    assert "Framing: seen from behind." in told


def test_a_characters_attributes_are_told_too() -> None:
    (told,) = compose(a_request(SlotWish(name="profile")), a_character(), None)

    assert "The person: age thirties, auburn hair." in told


def test_a_picture_is_checked_as_what_its_slot_shows() -> None:
    assert slot_shot("anchor_face").kind is PictureKind.FRONTAL
    assert slot_shot("profile").kind is PictureKind.PROFILE
    assert slot_shot("expressions.of_my_own").kind is PictureKind.FRONTAL
    assert slot_shot("of_my_own").kind is PictureKind.FREE


@pytest.mark.parametrize(
    ("model", "anchor_is", "shown"),
    [
        (MANY, Status.QUEUED, ["photo"]),
        (MANY, Status.COMPLETED, ["anchor", "photo"]),
        (ONE_PICTURE, Status.QUEUED, ["photo"]),
        (ONE_PICTURE, Status.COMPLETED, ["anchor"]),
    ],
)
def test_a_slot_is_drawn_after_the_anchor_and_the_photo_as_far_as_the_model_sees(
    model: str, anchor_is: Status, shown: list[str]
) -> None:
    snapshot = ended(a_kit_snapshot(), anchor_is, Status.QUEUED, Status.QUEUED)
    photo = a_photo("kit_1")
    wishes = tuple(SlotWish(name=item.slot or "") for item in snapshot.items)
    brief = a_brief(snapshot, request=a_request(*wishes, model=model), references=(photo,))
    store = FakeImageStore()
    store.put(photo.key, b"photo", "image/png")
    if anchor := snapshot.items[0].image:
        store.put(anchor.key, b"anchor", "image/png")

    pictures = GatherReferences(store)(snapshot, brief)

    assert isinstance(pictures, tuple)
    assert [picture.data.decode() for picture in pictures] == shown
