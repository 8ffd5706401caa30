"""The stack and the code know each other by strings: here the two sides are held together."""

import importlib
from dataclasses import fields
from typing import Any

import pytest

from infra.functions import NAMES
from shared.adapters.dynamo import keys
from shared.runtime.settings import (
    AnalyticsSettings,
    ApiSettings,
    FaceAnalysisSettings,
    KitWorkflowSettings,
    ReferenceKitSettings,
    Settings,
    SweeperSettings,
    WebhookSettings,
    WorkerSettings,
)
from tests.aws import TABLE, fresh_aws
from tests.infrastructure.templates import Template

SETTINGS: dict[str, type[Settings]] = {
    "generations": ApiSettings,
    "characters": ApiSettings,
    "reference_kits": ReferenceKitSettings,
    "webhook": WebhookSettings,
    "worker": WorkerSettings,
    "face_analysis": FaceAnalysisSettings,
    "kit_workflow": KitWorkflowSettings,
    "sweeper": SweeperSettings,
    "analytics": AnalyticsSettings,
}


@pytest.mark.parametrize("function", NAMES)
def test_a_function_is_given_every_variable_it_reads(template: Template, function: str) -> None:
    needed = {field.name.upper() for field in fields(SETTINGS[function])}

    assert needed <= set(template.environment(function))


@pytest.mark.parametrize("function", NAMES)
def test_every_deployed_handler_is_there_to_be_called(template: Template, function: str) -> None:
    module, _, name = template.functions()[function]["Handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), name))


def test_the_tests_table_has_the_keys_and_indexes_of_the_deployed_one(template: Template) -> None:
    (deployed,) = template.of_type("AWS::DynamoDB::Table").values()
    with fresh_aws() as aws:
        tested = aws.dynamodb.describe_table(TableName=TABLE)["Table"]

    assert deployed["KeySchema"] == tested["KeySchema"]
    assert _indexes(deployed) == _indexes(dict(tested))
    assert set(_indexes(deployed)) == {keys.BY_OWNER, keys.DUE_INDEX}


def _indexes(table: dict[str, Any]) -> dict[str, Any]:
    return {
        index["IndexName"]: (index["KeySchema"], index["Projection"]["ProjectionType"])
        for index in table["GlobalSecondaryIndexes"]
    }
