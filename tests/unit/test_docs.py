"""What a document states and the code knows too is the same."""

import inspect
import re
from pathlib import Path

import pytest

from shared.adapters.dynamo import keys

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_data_model_shows_the_keys_that_the_code_uses() -> None:
    documented = inspect.cleandoc(keys.__doc__ or "").split("\n\n", 1)[1]

    assert documented in (ROOT / "docs/data-model.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []
