"""Words of people: one form, and nothing that hides in them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.text import UnfitText, clean_text


def test_text_comes_out_composed_and_trimmed() -> None:
    assert clean_text("  cafe\u0301 \n", max_length=10) == "café"


def test_length_is_counted_after_composing() -> None:
    assert clean_text("e\u0301" * 10, max_length=10) == "é" * 10


def test_line_breaks_are_for_texts_that_have_lines() -> None:
    assert clean_text("one\ntwo", max_length=10, lines=True) == "one\ntwo"
    with pytest.raises(UnfitText) as refused:
        clean_text("one\ntwo", max_length=10)
    assert refused.value.code == "control_character"


def test_emoji_families_keep_the_joiners_that_hold_them_together() -> None:
    family = "👩\u200d👧"

    assert clean_text(family, max_length=10) == family


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "empty"),
        (" \u00a0 ", "empty"),
        ("\u200b\u200d\ufeff\u2060", "empty"),
        ("\u0301", "empty"),
        ("a" * 201, "too_long"),
        ("a\x00b", "control_character"),
        ("a\x9fb", "control_character"),
        ("\ud800", "lone_surrogate"),
        ("a\u202eb", "direction_override"),
        ("a\u2066b", "direction_override"),
        ("a" + "\u0334" * 101, "combining_marks"),
    ],
)
def test_unfit_text_is_refused_with_its_reason(raw: str, code: str) -> None:
    with pytest.raises(UnfitText) as refused:
        clean_text(raw, max_length=200)

    assert refused.value.code == code


@given(st.text(max_size=60))
def test_what_is_accepted_is_stable_and_within_its_limit(raw: str) -> None:
    try:
        text = clean_text(raw, max_length=40, lines=True)
    except UnfitText:
        return
    assert text
    assert len(text) <= 40
    assert unicodedata.is_normalized("NFC", text)
    assert clean_text(text, max_length=40, lines=True) == text
