"""The entry point of analytics on moto: the table's changes, and the events to keep."""

import json
from typing import Any

import boto3
import pytest

from functions.analytics.handler import lambda_handler
from shared.domain.errors import Unavailable
from tests.aws import ARCHIVE_BUCKET, REGION, Aws
from tests.aws_calls import AwsCalls
from tests.builders import ADA
from tests.integration.deployed import Context, event
from tests.integration.http_client import call

CHANGES = "table_changes"
"""Of a pack of two of Ada's: one image came, one was blocked, and it was closed."""


@pytest.fixture
def bus(live: Aws) -> None:
    boto3.client("events", region_name=REGION).create_event_bus(Name="likeness-bus")


def handle(happened: dict[str, Any]) -> None:
    lambda_handler(happened, Context())  # type: ignore[arg-type]  # what it uses of it


def in_pieces(happened: dict[str, Any], *, size: int) -> list[dict[str, Any]]:
    records = happened["Records"]
    return [{"Records": records[start : start + size]} for start in range(0, len(records), size)]


def rollup(live: Aws, name: str, owner: str | None = ADA) -> dict[str, int]:
    pk = "ROLLUP" if owner is None else f"ROLLUP#{owner}"
    (row,) = (
        one for one in live.records() if one["pk"]["S"] == pk and one["sk"]["S"].startswith(name)
    )
    return {key: int(value["N"]) for key, value in row.items() if "N" in value}


@pytest.mark.usefixtures("bus")
def test_changes_are_summed_and_told(
    live: Aws, aws_calls: AwsCalls, capsys: pytest.CaptureFixture[str]
) -> None:
    handle(event(CHANGES))

    hour = rollup(live, "HOUR#")
    assert (hour["images"], hour["failed"]) == (1, 1)
    assert rollup(live, "COST#mode#portrait")["actual"] == 39_000
    assert rollup(live, "SPEND#", None) == {"micro_usd": 39_000}
    # 1 queued, 2 started, 1 completed, 1 stored, 1 failed, 1 pack: one call takes ten.
    assert aws_calls.count["events.PutEvents"] == 1
    assert aws_calls.count["dynamodb.TransactWriteItems"] == 1
    assert '"spend_micro_usd"' in capsys.readouterr().out


@pytest.mark.usefixtures("bus")
def test_changes_told_again_in_other_batches_count_once(live: Aws) -> None:
    handle(event(CHANGES))
    before = live.records()

    for piece in in_pieces(event(CHANGES), size=5):
        handle(piece)

    assert live.records() == before


@pytest.mark.usefixtures("bus")
@pytest.mark.parametrize("order", ["as they were", "the last first", "each twice"])
def test_in_small_batches_the_sums_are_the_same(live: Aws, order: str) -> None:
    """A later batch does not tell of the generation that its images belong to: it is read."""
    whole = event(CHANGES)
    generation = whole["Records"][0]["dynamodb"]["NewImage"]
    live.dynamodb.put_item(TableName="likeness-table", Item=generation)
    pieces = in_pieces(whole, size=3)
    if order == "the last first":
        pieces.reverse()
    if order == "each twice":
        pieces = [{"Records": piece["Records"] * 2} for piece in pieces]

    for piece in pieces:
        handle(piece)

    hour = rollup(live, "HOUR#")
    assert (hour["images"], hour["failed"], hour["jobs_completed"]) == (1, 1, 1)
    assert rollup(live, "COST#model#")["count"] == 1
    assert rollup(live, "SPEND#", None) == {"micro_usd": 39_000}


def test_a_bus_that_does_not_take_them_fails_the_batch(live: Aws, aws_calls: AwsCalls) -> None:
    aws_calls.fail("events.PutEvents", "ThrottlingException", times=3)

    with pytest.raises(Unavailable):
        handle(event(CHANGES))


def test_events_are_kept_as_lines_and_once_however_often_they_come(live: Aws) -> None:
    handle(event("archive_events"))
    kept = live.objects(ARCHIVE_BUCKET)
    handle(event("archive_events"))

    assert live.objects(ARCHIVE_BUCKET) == kept
    (key,) = kept
    assert key.startswith("events/2026/11/20/16/")
    lines = live.s3.get_object(Bucket=ARCHIVE_BUCKET, Key=key)["Body"].read().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["generation_queued", "pack_completed"]


@pytest.mark.usefixtures("bus")
def test_an_owner_reads_the_numbers_of_what_was_told(live: Aws) -> None:
    handle(event(CHANGES))

    costs = call("GET", "/v1/costs", query={"group_by": "mode"}, owner=ADA)
    stats = call("GET", "/v1/stats", query={"hours": "744"}, owner=ADA)
    usage = call("GET", "/v1/usage", owner=ADA)

    assert costs.json["data"] == [
        {
            "key": "portrait",
            "count": 1,
            "estimated": {"sum_usd": 0.234, "mean_usd": 0.234},
            "actual": {"sum_usd": 0.039, "mean_usd": 0.039},
        }
    ]
    assert stats.status == 200
    assert usage.json["stored"] == {"images": 1, "bytes": 1_812_204}
    assert call("GET", "/v1/costs", query={"group_by": "mode"}).json["data"] == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("costs", {"group_by": "mood"}),
        ("stats", {"hours": "0"}),
        ("stats", {"hours": "9000"}),
        ("stats", {"hours": "many"}),
    ],
)
def test_numbers_that_do_not_exist_are_refused(live: Aws, path: str, query: dict[str, str]) -> None:
    refused = call("GET", f"/v1/{path}", query=query)

    assert (refused.status, refused.code) == (422, "validation_failed")


def test_a_free_owner_sees_the_place_in_the_queue(live: Aws) -> None:
    body = {"mode": "imagine", "prompt": "a lighthouse"}
    generation = call("POST", "/v1/generations", body, groups="[]").json["id"]
    waiting = {"pk": {"S": "LANE#standard"}, "sk": {"S": generation}}
    live.dynamodb.put_item(
        TableName="likeness-table",
        Item=waiting | {"state": {"S": "waiting"}, "ttl": {"N": "4102444800"}},
    )

    told = call("GET", "/v1/queue", groups="[]").json

    assert told["own"] == [
        {"generation_id": generation, "position": 1, "estimated_completion_at": None}
    ]
    (standard,) = (lane for lane in told["lanes"] if lane["lane"] == "standard")
    assert (standard["waiting"], standard["in_flight"]) == (1, 0)
    assert standard["oldest_age_seconds"] <= 5
