"""What a model is told, word for word."""

import pytest

from shared.domain.character import Attributes, Character
from shared.domain.errors import Unprocessable
from shared.domain.ids import SLUG_PATTERN
from shared.domain.prompts.compose import compose
from shared.domain.prompts.data import check_names, poses
from shared.domain.request import GenerationRequest, Mode, ProviderName, Reach
from shared.domain.wish import Wish
from tests.builders import a_character, a_source


def request(**changes: object) -> GenerationRequest:
    fields = {
        "mode": Mode.PORTRAIT,
        "seed": 7,
        "provider": ProviderName.GEMINI,
        "model": "any",
        "character_id": "chr_1",
    }
    return GenerationRequest.model_validate(fields | changes)


def with_source(character: Character) -> Character:
    return character.model_copy(update={"source": a_source(character)})


def test_an_imagined_image_is_told_the_prompt_and_nothing_else() -> None:
    asked = request(mode=Mode.IMAGINE, prompt="a {prompt} in {{fog}}", image_count=2)

    assert compose(asked, None, None) == ("a {prompt} in {{fog}}",) * 2


def test_a_portrait_with_a_source_is_told_to_keep_the_person() -> None:
    character = with_source(a_character())
    asked = request(poses=("smile",), prompt="by the sea")

    (told,) = compose(asked, character, None)

    assert told == (
        "A photorealistic portrait of one person. The attached picture shows this person. Keep "
        "the identity exactly: the same face shape, eyes, brows, nose, mouth, jaw, skin tone, "
        "marks and apparent age, recognisable at a glance. Take nothing else from the picture: "
        "pose, clothes and background are new. The person: age thirties, auburn hair. Pose and "
        "framing: head and shoulders, facing the camera, a warm open smile, bright daylight. What "
        "the picture shows besides, in the words of the person who asked for it: by the sea "
        "Natural skin texture, true proportions, sharp eyes, believable light. One person only; "
        "no text, logo or watermark."
    )


def test_without_a_source_the_first_image_stands_alone_and_the_others_follow_it() -> None:
    first, second, third = compose(request(image_count=3), a_character(), None)

    assert "picture is attached" not in first
    assert "If a picture is attached, it shows this person." in second
    assert "If a picture is attached, it shows this person." in third


def test_poses_are_taken_in_turn() -> None:
    asked = request(image_count=3, poses=("profile", "walking"))

    told = compose(asked, a_character(), None)

    assert [poses()["profile"] in one for one in told] == [True, False, True]
    assert poses()["walking"] in told[1]


def test_a_pack_without_wishes_varies_its_poses() -> None:
    told = compose(request(image_count=10), a_character(), None)

    assert len(set(told)) == 10


def test_there_are_ten_poses_and_each_has_a_name_and_a_framing() -> None:
    import re

    assert len(poses()) >= 10
    assert all(re.fullmatch(SLUG_PATTERN, slug) and framing for slug, framing in poses().items())


@pytest.mark.parametrize("strength", [0.0, 0.33, 0.5, 1.0])
def test_style_strength_is_put_into_words_only_where_there_is_no_parameter(
    strength: float,
) -> None:
    asked = request(mode=Mode.IMAGINE, prompt="p", style_strength=strength)

    (in_words,) = compose(asked, None, Reach.PROMPT)

    assert in_words.startswith("p ")
    assert compose(asked, None, Reach.NATIVE) == ("p",)
    assert compose(asked, None, Reach.IGNORED) == ("p",)


def test_a_callers_words_cannot_fill_in_the_template() -> None:
    attributes = Attributes(hair_color="{prompt} {pose} {}")
    character = a_character(attributes=attributes)

    (told,) = compose(request(prompt="{attributes}", poses=("front",)), character, None)

    assert "{prompt} {pose} {} hair" in told
    assert "who asked for it: {attributes} Natural" in told


def test_an_unknown_pose_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Unprocessable) as refused:
        check_names(Wish(mode=Mode.PORTRAIT, image_count=2, poses=("front", "moonwalk")))

    assert refused.value.code == "unknown_pose"
    assert "front" in refused.value.details["known"]
