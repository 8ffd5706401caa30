"""What a model is told in each mode, word for word."""

import re

import pytest

from shared.domain.character import Attributes, Character
from shared.domain.ids import SLUG_PATTERN
from shared.domain.prompts.compose import avoided, compose
from shared.domain.prompts.data import read, room_styles, room_types
from shared.domain.request import GenerationRequest, Lora, Mode, ProviderName, Reach
from tests.builders import a_character, a_source

KEPT_ROOM = (
    "The first attached picture shows the room as it is. Its architecture stays exactly as it "
    "is: the same walls, windows, doors, openings and ceiling height in the same places and "
    "sizes, "
)
SAME_CAMERA = "Keep the camera where it stands: the same viewpoint, lens, crop and perspective."


def told(mode: Mode, character: Character | None = None, **changes: object) -> str:
    fields = {
        "mode": mode,
        "seed": 7,
        "provider": ProviderName.GEMINI,
        "model": "any",
        "inputs": 1,
    }
    request = GenerationRequest.model_validate(fields | changes)
    first, *others = compose(request, character, None)
    assert set(others) <= {first}
    return first


def mira() -> Character:
    character = a_character()
    return character.model_copy(update={"source": a_source(character)})


def test_a_room_is_redesigned_within_its_walls() -> None:
    said = told(Mode.REDESIGN, room_type="living_room", style="japandi", prompt="a reading chair")

    assert said == (
        "Redesign the interior of this living room in the style Japandi: low furniture, oak and "
        "black accents, paper lamps, empty space. " + KEPT_ROOM + "the same floor plan, and what "
        "is seen through the windows. " + SAME_CAMERA + " Change only furniture, textiles, lamps, "
        "colours, surfaces and decoration. It is a home in Australia: bright, clear southern "
        "daylight, furniture and materials as sold there, Australian power points and switches. "
        "What the room is to have besides, in the words of the person who asked for it: a reading "
        "chair A photorealistic interior photograph with believable light and scale."
    )


def test_an_empty_room_is_furnished_and_nothing_of_it_is_built() -> None:
    said = told(Mode.STAGING, room_type="bedroom", style="coastal")

    assert said == (
        "Furnish this empty bedroom in the style coastal: whitewashed timber, linen, rattan, pale "
        "blue and sand. " + KEPT_ROOM + "the same floor and wall surfaces, and what is seen "
        "through the windows. " + SAME_CAMERA + " Add only movable things: furniture, rugs, "
        "curtains, lamps, pictures and plants, in sizes that fit the room, with doors and paths "
        "left free. It is a home in Australia, shown for sale: bright, clear southern daylight, "
        "furniture and materials as sold there, Australian power points and switches. A "
        "photorealistic interior photograph with believable light, shadows and scale."
    )


def test_several_pictures_become_one() -> None:
    said = told(Mode.COMPOSE, inputs=3, prompt="the dog on the sofa, in the garden")

    assert said == (
        "Make one picture out of the first 3 attached pictures. Whatever is taken from a picture "
        "stays recognisable: people keep their face, things keep their shape, colours and labels. "
        "Give everything one light, one perspective and one scale, without seams. What is to be "
        "made of them, in the words of the person who asked for it: the dog on the sofa, in the "
        "garden"
    )


def test_only_the_face_is_swapped() -> None:
    said = told(Mode.FACE_SWAP, mira())

    assert said == (
        "Give the main person in the first attached picture the face of the person in attached "
        "picture number 2. Take only the face: its shape, eyes, brows, nose, mouth, jaw, skin "
        "tone and marks. Everything else in the first picture stays exactly as it is: pose, "
        "expression and gaze, hair, body, hands, clothes, other people, background, crop and "
        "perspective. Light and grain on the face follow the first picture; the edge cannot be "
        "seen. Photorealistic."
    )


def test_a_learned_face_comes_without_a_picture() -> None:
    said = told(Mode.FACE_SWAP, lora=Lora(weights="ada/me"))

    assert "the face of the person you have learned" in said
    assert "number" not in said


def test_a_person_may_appear_in_an_image_from_words() -> None:
    assert told(Mode.IMAGINE, mira(), inputs=0, prompt="at the market") == (
        "at the market Attached picture number 1 shows the person who appears in this image. Keep "
        "the identity exactly: the same face shape, eyes, brows, nose, mouth, jaw, skin tone, "
        "marks and apparent age, recognisable at a glance. Take nothing else from that picture. "
        "The person: age thirties, auburn hair."
    )


SAID_OF_ASSETS = {
    "master_asset": (
        "A master picture of one subject of a production. Show the subject whole, clear and "
        "evenly lit before a plain background, so that it can be recognised in every later "
        "picture. What is to be seen, in the words of the person who asked for it: a red car "
        "Sharp throughout, true proportions, nothing cut off."
    ),
    "start_frame": (
        "The first frame of a shot in a film. Show the moment just before the action begins: "
        "still, balanced, with room for what is about to move. What is to be seen, in the "
        "words of the person who asked for it: a red car A single film still without motion "
        "blur; no split screen."
    ),
    "end_frame": (
        "The last frame of a shot in a film. Show the moment at which the action has come to "
        "rest, in the same place, light and lens as the rest of the shot. What is to be seen,"
        " in the words of the person who asked for it: a red car A single film still without "
        "motion blur; no split screen."
    ),
    "inpaint": (
        "Change one part of the first attached picture. The second attached picture is the "
        "mask: what is white in it is drawn anew, what is black stays exactly as it is. Keep "
        "size, crop, perspective, light and grain, and let the edges meet without a seam. "
        "What is to be seen, in the words of the person who asked for it: a red car Only the "
        "masked part differs from the first picture."
    ),
}


@pytest.mark.parametrize(("job", "said"), SAID_OF_ASSETS.items())
def test_a_project_is_told_what_kind_of_picture_it_gets(job: str, said: str) -> None:
    assert told(Mode.ASSET, asset=placed(job), prompt="a red car") == said


def placed(job: str) -> dict[str, str]:
    return {"job_type": job, "project_id": "film", "branch_id": "main"}


def test_all_eight_attributes_are_told_of_a_character() -> None:
    everything = Attributes(
        age_range="forties",
        presentation="feminine",
        ethnicity="Māori",
        hair_color="black",
        hair_style="in a long braid",
        eye_color="brown",
        body_type="athletic",
        outfit_style="workwear",
    )

    said = told(Mode.PORTRAIT, a_character(attributes=everything), inputs=0)

    assert (
        "The person: age forties, feminine presentation, Māori ethnicity, black hair, hair worn in "
        "a long braid, brown eyes, athletic build, dressed in workwear style."
    ) in said


@pytest.mark.parametrize("mode", [Mode.REDESIGN, Mode.STAGING, Mode.COMPOSE, Mode.FACE_SWAP])
def test_a_callers_words_fill_in_no_template(mode: Mode) -> None:
    said = told(
        mode, mira(), room_type="attic", style="modern", prompt="{style} {room_type} {count}"
    )

    assert "in the words of the person who asked for it: {style} {room_type} {count}" in said
    assert not re.search(r"\{(prompt|attributes)\}", said)


@pytest.mark.parametrize("mode", list(Mode))
def test_what_is_avoided_is_the_callers_wish_and_then_the_modes_own(mode: Mode) -> None:
    fields = {"mode": mode, "seed": 7, "provider": "gemini", "model": "any"}
    own = read("negatives").get(mode)

    silent = avoided(GenerationRequest.model_validate(fields))
    wished = avoided(GenerationRequest.model_validate(fields | {"negative_prompt": "hats"}))

    assert silent == own
    assert wished == (f"hats, {own}" if own else "hats")


def test_the_architecture_is_guarded_by_what_is_avoided_too() -> None:
    for mode in (Mode.REDESIGN, Mode.STAGING):
        assert "moved or missing windows and doors" in read("negatives")[mode]


def test_every_locale_has_words_for_the_same_modes() -> None:
    local = read("boosters")

    assert local["default"] == "en-AU"
    assert len({tuple(words) for words in local["locales"].values()}) == 1


@pytest.mark.parametrize("known", [room_types(), room_styles()], ids=["rooms", "styles"])
def test_rooms_and_styles_have_names_that_can_be_asked_for(known: dict[str, str]) -> None:
    assert len(known) >= 12
    assert all(re.fullmatch(SLUG_PATTERN, slug) and words for slug, words in known.items())


def test_style_strength_is_told_in_every_mode() -> None:
    fields = {"seed": 7, "provider": "gemini", "model": "any", "style_strength": 1.0, "inputs": 2}
    named = {"room_type": "attic", "style": "modern", "prompt": "p", "asset": placed("inpaint")}
    named["draws_variant"] = "headshot"
    slots = {"slots": [{"name": "profile"}]}

    for mode in Mode:
        request = GenerationRequest.model_validate({"mode": mode} | fields | named | slots)
        assert "boldly and throughout" in compose(request, mira(), Reach.PROMPT)[0]
