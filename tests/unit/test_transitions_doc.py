"""The page about the table of moves says what the table does."""

from shared.domain.transitions import TABLE
from tests.transitions_doc import MEANING, PATH, text


def test_the_page_is_the_one_the_table_makes() -> None:
    assert PATH.read_text(encoding="utf-8") == text(), "run python -m tests.transitions_doc"


def test_every_move_is_told_with_its_end_and_its_meaning() -> None:
    page = text().splitlines()

    for status, event in TABLE:
        row = [line for line in page if line.startswith(f"| {status} | {event.__name__} |")]
        assert len(row) == 1
        assert all(cell.strip() for cell in row[0].strip("|").split("|"))
    assert set(MEANING) == {event for _, event in TABLE}
