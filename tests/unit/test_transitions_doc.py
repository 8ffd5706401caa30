"""The page about the table of moves says what the table does."""

from shared.domain.transitions import TABLE
from tests.transitions_doc import MEANING, PATH, text


def test_the_page_is_the_one_the_table_makes() -> None:
    assert PATH.read_text(encoding="utf-8") == text(), "run python -m tests.transitions_doc"


def test_every_move_is_told_with_its_end_and_its_meaning() -> None:
    rows = [line.strip("| ").split(" | ") for line in text().splitlines() if line[:2] == "| "]
    told = {(status, event): rest for states, event, *rest in rows for status in states.split(", ")}

    for status, event in TABLE:
        ends, meaning = told[status, event.__name__]
        assert ends
        assert meaning == MEANING[event]
    assert set(MEANING) == {event for _, event in TABLE}
