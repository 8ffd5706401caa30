"""The studio's types are those of the OpenAPI document."""

from tests import api_types


def test_the_types_in_web_are_written_from_the_document_as_it_is() -> None:
    assert api_types.PATH.read_text() == api_types.text(), "run `python -m tests.api_types`"
