"""The workflow of a reference kit of ten slots on moto: what each state of it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pytest

import tests.conftest  # noqa: F401  # first of all: an environment without any real account
from functions.kit_workflow.handler import lambda_handler
from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.images import DynamoImages
from shared.adapters.dynamo.table import Table
from shared.domain.generation import Status
from shared.domain.transitions import Move
from shared.runtime import aws as clients
from shared.runtime import bootstrap_kit_workflow
from shared.runtime.clock import clock
from tests.aws import TABLE, fresh_aws
from tests.builders import an_image
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.integration.deployed import Context, deployed
from tests.kit_builders import a_kit, a_kit_snapshot, begin_kit
from tests.performance.consumption import Consumption, metered
from tests.performance.counting import PACK

SLOTS = ("anchor_face", *(f"slot_{number}" for number in range(1, PACK)))


@dataclass(frozen=True, slots=True)
class WorkflowSteps:
    """`let_go` and `answer` are of one slot, `send` is of those that are let go at once."""

    check: Consumption
    let_go: Consumption
    send: Consumption
    answer: Consumption
    finish: Consumption


def transitions(slots: int, looks: int) -> int:
    """States that an execution enters: photo checked and chosen by, anchor, map, end; each other
    slot; and three for each second that the photo is waited for."""
    return 5 + (slots - 1) + 3 * looks


@cache
def count_workflow() -> WorkflowSteps:
    with (
        fresh_aws() as aws,
        pytest.MonkeyPatch.context() as patch,
        deployed(aws, patch),
    ):
        patch.setattr(clients, "workflow_tasks", FakeKitWorkflow)
        table = Table(aws.dynamodb, TABLE)
        snapshot = a_kit_snapshot(slots=SLOTS, created_at=clock())
        kit = a_kit(snapshot, drawn_at=clock())
        generations = DynamoGenerations(table)
        begin_kit(generations, DynamoImages(table), kit, snapshot)
        named = {"generation_id": snapshot.generation.id}
        with metered(aws.dynamodb) as check:
            _call({"state": "check_source", "owner": kit.owner, "kit_id": kit.id})
        let_go = []
        for index in range(len(SLOTS)):
            with metered(aws.dynamodb) as one:
                _call({"state": "draw_slot", "index": index, "token": f"{index:0600}"} | named)
            let_go.append(one)
        _complete(generations, snapshot.generation.id)
        begun = generations.get(snapshot.generation.id)
        first = begun.model_copy(update={"items": begun.items[:1]})
        with metered(aws.dynamodb) as answer:
            bootstrap_kit_workflow.answer_workflow()(first)
        bootstrap_kit_workflow.answer_workflow()(generations.get(snapshot.generation.id))
        with metered(aws.dynamodb) as finish:
            _call({"state": "finish_kit"} | named)
        assert generations.get(snapshot.generation.id).generation.closed
    send = Consumption(let_go[-1].calls - let_go[1].calls)
    return WorkflowSteps(check, let_go[1], send, answer, finish)


def _complete(generations: DynamoGenerations, generation_id: str) -> None:
    snapshot = generations.get(generation_id)
    for item in snapshot.items:
        ended = {
            "status": Status.COMPLETED,
            "dispatch": None,
            "version": item.version + 1,
            "image": an_image(snapshot.generation, item.index, slot=item.slot),
        }
        generations.apply(Move(item, item.model_copy(update=ended)))


def _call(happened: Mapping[str, object]) -> None:
    lambda_handler(happened, Context())  # type: ignore[arg-type]
