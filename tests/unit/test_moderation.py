"""What may be asked for and what may not, in plain words and in disguise."""

import sys

import pytest

from shared.domain.image_input import ImageInput
from shared.domain.moderation.asked import verdict_on
from shared.domain.moderation.policy import Category, verdict
from shared.domain.request import Mode
from shared.domain.style_capsule import AppliedStyle
from shared.domain.styling import Style
from shared.domain.wish import Wish
from tests.builders import a_character, a_source
from tests.unit.moderation_prompts import (
    DISGUISED,
    GOOD,
    GOOD_WITHOUT_A_LIKENESS,
    HATE,
    MINORS,
    SEXUAL,
    SEXUAL_WITH_A_LIKENESS,
    VIOLENCE,
    VIOLENCE_WITH_A_LIKENESS,
)


def test_there_are_enough_of_either_kind() -> None:
    bad = (DISGUISED, HATE, MINORS, SEXUAL, SEXUAL_WITH_A_LIKENESS, VIOLENCE)

    assert len(set(GOOD)) >= 60
    assert sum(map(len, bad)) >= 60


@pytest.mark.parametrize("prompt", GOOD)
def test_an_innocent_wish_is_drawn_even_of_a_person(prompt: str) -> None:
    assert verdict([prompt], likeness=True) is None


@pytest.mark.parametrize("prompt", GOOD_WITHOUT_A_LIKENESS)
def test_what_shows_nobody_in_particular_is_judged_more_freely(prompt: str) -> None:
    assert verdict([prompt], likeness=False) is None
    assert verdict([prompt], likeness=True) is not None


@pytest.mark.parametrize(
    ("category", "prompt"),
    [
        *((Category.SEXUAL, prompt) for prompt in SEXUAL),
        *((Category.MINORS, prompt) for prompt in MINORS),
        *((Category.HATE, prompt) for prompt in HATE),
        *((Category.VIOLENCE, prompt) for prompt in VIOLENCE),
    ],
)
def test_what_nobody_may_be_shown_as_is_refused(category: Category, prompt: str) -> None:
    assert verdict([prompt], likeness=False) is category


@pytest.mark.parametrize("prompt", [*SEXUAL_WITH_A_LIKENESS, *VIOLENCE_WITH_A_LIKENESS])
def test_a_persons_likeness_is_protected_further(prompt: str) -> None:
    assert verdict([prompt], likeness=True) in (Category.SEXUAL, Category.VIOLENCE)


@pytest.mark.parametrize("prompt", DISGUISED)
def test_a_disguise_changes_nothing(prompt: str) -> None:
    assert verdict([prompt], likeness=True) is Category.SEXUAL


def test_all_texts_of_a_request_are_judged_together() -> None:
    assert verdict(["in lingerie on a bed", "teens"], likeness=False) is Category.MINORS
    assert verdict(["in a bikini", "aged 12"], likeness=True) is Category.MINORS
    assert verdict(["in a bikini", "aged 32"], likeness=True) is None


def test_a_picture_that_is_given_may_show_somebody() -> None:
    undressed = Wish(mode=Mode.COMPOSE, prompt="the person of the first picture, undressed")
    given = (ImageInput(url="https://example.com/photo.jpg"),)

    assert verdict_on(undressed, None) is None
    assert verdict_on(undressed.model_copy(update={"inputs": given}), None) is Category.SEXUAL


def test_a_styles_picture_may_show_somebody() -> None:
    undressed = Wish(mode=Mode.IMAGINE, prompt="the woman of the attached picture, undressed")
    applied = AppliedStyle(capsule_id="sty_1", name="Beach", prompt="bright", images_shown=1)
    character = a_character()
    image = a_source(character).image

    assert verdict_on(undressed, None, Style(applied=applied)) is None
    assert verdict_on(undressed, None, Style(applied=applied, images=(image,))) is Category.SEXUAL


def test_words_of_two_texts_do_not_run_together() -> None:
    assert verdict(["a portrait with a hand", "job interview"], likeness=True) is None


@pytest.mark.parametrize("unit", ["n u d ", "a ", "nude", "w.", "4", "child ", "the cat sat "])
def test_four_times_the_text_costs_about_four_times_the_work(unit: str) -> None:
    short, long = (_calls_made((unit * 4000)[:size]) for size in (1000, 4000))

    assert long < 6 * short


def _calls_made(prompt: str) -> int:
    """Counted rather than timed, so that it is the same on every machine."""
    made = 0

    def count(*_: object) -> None:
        nonlocal made
        made += 1

    sys.setprofile(count)
    try:
        verdict([prompt], likeness=True)
    finally:
        sys.setprofile(None)
    return made
