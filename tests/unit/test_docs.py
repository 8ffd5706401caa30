"""What a document states and the code knows too is the same."""

import inspect
import re
from pathlib import Path

import pytest

from shared.adapters.dynamo import keys
from tests import api_page, api_story, deployment_page, faces_page
from tests.integration.openapi_check import the_document

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_data_model_shows_the_keys_that_the_code_uses() -> None:
    documented = inspect.cleandoc(keys.__doc__ or "").split("\n\n", 1)[1]

    assert documented in (ROOT / "docs/data-model.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_examples_of_the_api_are_what_the_handlers_answer() -> None:
    page = api_page.PATH.read_text(encoding="utf-8")

    assert page == api_page.text(), "run `python -m tests.api_page`"


def test_the_choices_of_a_deployment_are_those_the_app_takes() -> None:
    page = deployment_page.PATH.read_text(encoding="utf-8")

    assert page == deployment_page.text(), "run `python -m tests.deployment_page`"


def test_the_limits_of_quality_are_those_of_the_data_file() -> None:
    page = faces_page.PATH.read_text(encoding="utf-8")

    assert page == faces_page.text(), "run `python -m tests.faces_page`"


STEPS = [step for chapter in api_story.STORY for step in chapter.steps]


def test_every_mode_has_a_worked_request() -> None:
    operation = the_document()["paths"]["/v1/generations"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    told = {(step.body or {}).get("mode") for step in STEPS}

    assert set(body["discriminator"]["mapping"]) <= told, "add a step to tests/api_story.py"


def test_every_resource_that_takes_a_body_has_a_worked_request() -> None:
    taking = {
        path.split("/")[2]
        for path, operations in the_document()["paths"].items()
        for operation in operations.values()
        if "requestBody" in operation and operation["security"]
    }

    told = {step.path.split("/")[2] for step in STEPS if step.body}
    assert taking <= told, "add a step to tests/api_story.py"
