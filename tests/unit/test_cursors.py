"""Cursors: opaque, bound to one list, and refused in every other form."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cursors import Cursor, binding_of, read_cursor
from shared.domain.errors import InvalidCursor

BINDING = binding_of("ada", "images", {"character_id": "chr_1"})


@given(st.text(max_size=40))
def test_a_cursor_gives_back_where_it_stood(after: str) -> None:
    assert read_cursor(str(Cursor(after=after, binding=BINDING)), BINDING) == after


@given(st.text(max_size=80))
def test_no_text_but_ours_is_a_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(text, BINDING)


@pytest.mark.parametrize(
    "content",
    [[], {}, None, "after", 7, {"after": 7, "binding": BINDING}, {"after": "x", "binding": None}],
    ids=repr,
)
def test_other_json_in_our_wrapping_is_refused(content: object) -> None:
    text = urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    with pytest.raises(InvalidCursor):
        read_cursor(text, BINDING)


def test_a_cursor_is_bound_to_everything_it_was_made_with() -> None:
    other = binding_of("ada", "images", {"character_id": "chr_2"})
    cursor = str(Cursor(after="2026", binding=other))

    with pytest.raises(InvalidCursor, match="another list"):
        read_cursor(cursor, BINDING)


def test_a_truncated_cursor_is_refused_at_every_length() -> None:
    cursor = str(Cursor(after="2026-03-14T15:09:26.535Z#img_1", binding=BINDING))

    for length in range(len(cursor)):
        with pytest.raises(InvalidCursor):
            read_cursor(cursor[:length], BINDING)


def test_a_cursor_with_foreign_characters_in_it_is_refused() -> None:
    cursor = str(Cursor(after="2026-03-14T15:09:26.535Z#img_1", binding=BINDING))

    with pytest.raises(InvalidCursor):
        read_cursor(f"{cursor[:8]}!!!!{cursor[8:]}", BINDING)


def test_the_binding_does_not_depend_on_the_order_of_filters() -> None:
    assert binding_of({"a": 1, "b": 2}) == binding_of({"b": 2, "a": 1})
