"""What an owner of reference kits does, and what is to be seen of their workflow."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx

from shared.adapters.dynamo.generations import DynamoGenerations
from shared.adapters.dynamo.table import Table
from shared.domain.generation import Snapshot
from shared.domain.transitions import Move
from shared.domain.work import PollPredictions, RunItems, Work
from tests.e2e.studio import Json, Studio, invoke_function

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def until(holds: Callable[[], Any], *, seconds: float = 90) -> Any:
    """What it answers once that is true."""
    end = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.2)
    return answer


@dataclass
class KitStudio(Studio):
    """One character is the source of all kits of an owner."""

    @cached_property
    def person(self) -> str:
        character = self.character()
        source = f"/characters/{character}/source-image"
        until(lambda: self.call("GET", source).json()["qa"]["status"] != "pending")
        return character

    def begin(self, hair: str, *slots: str | Json, **changes: Any) -> Json:
        """A kit that the simulators know by the person's hair: all of the known slots, or the
        anchor and these."""
        person = self.person
        changed = {"attributes": {"hair_color": hair}}
        answer = self.call("PATCH", f"/characters/{person}", json=changed)
        assert answer.is_success, answer.text
        wish: Json = {"name": hair, "character_id": person, "provider": "gemini"}
        if slots:
            wish |= {"slots": slots, "expressions": []}
        return self.post("/reference-kits", wish | changes)

    def kit(self, kit: Json) -> Json:
        answer = self.call("GET", f"/reference-kits/{kit['id']}")
        assert answer.status_code == 200, answer.text
        content: Json = answer.json()
        return content

    def wait_for_kit(self, kit: Json, *, seconds: float = 120) -> Json:
        """The kit once all has ended: its generation is closed, and its workflow over."""
        until(
            lambda: (
                self.drawing(kit).generation.closed
                and "RUNNING" not in self.executions(kit).values()
            ),
            seconds=seconds,
        )
        return self.kit(kit)

    def drawing(self, kit: Json) -> Snapshot:
        return self._generations.get(kit["generation_id"])

    def wait_for_call(self, kit: Json, index: int) -> None:
        """Until a provider has been called for this slot."""
        until(lambda: self.drawing(kit).items[index].called_at)

    def executions(self, kit: Json) -> Mapping[str, str]:
        """The status of each, by its number."""
        found = {}
        for number in ("1", "2", "3"):
            try:
                answer = self._states.describe_execution(executionArn=self._arn(kit, number))
            except self._states.exceptions.ExecutionDoesNotExist:
                break
            found[number] = answer["status"]
        return found

    def entered(self, kit: Json) -> list[str]:
        """The states of the first execution, in order: as many transitions."""
        history = self._states.get_execution_history(
            executionArn=self._arn(kit, "1"), maxResults=1000
        )
        return [
            one["stateEnteredEventDetails"]["name"]
            for one in history["events"]
            if one["type"].endswith("StateEntered")
        ]

    def calls(self, words: str, provider: str = "gemini") -> list[Json]:
        """What the provider was asked with these words, in order."""
        asked = httpx.get(f"{self.stack.simulators[provider]}/_calls").json()["calls"]
        return [one for one in asked if words in (one["prompt"] or "")]

    def digest(self, image: Json) -> str:
        return hashlib.sha256(httpx.get(image["url"]).content).hexdigest()

    def deliver_again(self, kit: Json, *indexes: int) -> None:
        """The message of these slots, as SQS may."""
        work = RunItems(generation_id=kit["generation_id"], indexes=indexes)
        self._send("WorkPriorityQueueUrl", work)

    def poll(self, kit: Json, index: int) -> None:
        """What is sent with a call, and waits for 45 seconds."""
        work = PollPredictions(generation_id=kit["generation_id"], indexes=(index,))
        self._send("IngestQueueUrl", work)

    def expire_lease(self, kit: Json, index: int) -> None:
        """As if two minutes had passed for whoever holds the item."""
        item = self.drawing(kit).items[index]
        past = {"lease_until": LONG_AGO, "version": item.version + 1}
        self._generations.apply(Move(item, item.model_copy(update=past)))

    def sweep(self, kit: Json) -> bool:
        """The next sweep, as if this kit were due. Whether it is over then."""
        self._generations.mark_due(kit["generation_id"], LONG_AGO)
        invoke_function(self.stack, "Sweeper", {"kind": "sweep"})
        return self.drawing(kit).generation.closed

    def draw_again(self, kit: Json, index: int, token: str) -> None:
        """A step of the workflow that comes late, with a token that nobody knows."""
        step = {"state": "draw_slot", "index": index, "token": token}
        order = step | {"generation_id": kit["generation_id"]}
        invoke_function(self.stack, "KitWorkflow", order)

    def _send(self, queue: str, work: Work) -> None:
        address = self.stack.outputs[queue]
        self._queues.send_message(QueueUrl=address, MessageBody=work.model_dump_json())

    def _arn(self, kit: Json, number: str) -> str:
        arn = self.stack.outputs["KitWorkflowArn"].replace(":stateMachine:", ":execution:")
        return f"{arn}:{kit['generation_id']}-{number}"

    @cached_property
    def _states(self) -> Any:
        return self.stack.boto3_client("stepfunctions")

    @cached_property
    def _queues(self) -> Any:
        return self.stack.boto3_client("sqs")

    @cached_property
    def _generations(self) -> DynamoGenerations:
        dynamodb = self.stack.boto3_client("dynamodb")
        return DynamoGenerations(Table(dynamodb, self.stack.outputs["TableName"]))
