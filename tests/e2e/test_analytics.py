"""The deployed stack tells what happened: events in files, and sums over HTTP."""

import json
import time
from collections import Counter
from collections.abc import Callable

import pytest

from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Json, Studio

FAILED_TWO_OF_TEN = {
    "generation_queued": 1,
    "generation_started": 10,
    "generation_completed": 8,
    "image_stored": 8,
    "generation_failed": 2,
    "pack_completed": 1,
}


@pytest.fixture
def studio(local_stack: LocalStack) -> Studio:
    return Studio(local_stack)


def eventually[T](read: Callable[[], T], enough: Callable[[T], bool], *, seconds: float = 60) -> T:
    until = time.monotonic() + seconds
    while not enough(value := read()):
        assert time.monotonic() < until, value
        time.sleep(0.5)
    return value


def archived(stack: LocalStack, owner: str) -> list[Json]:
    """Every event of the owner that has been kept, each once."""
    s3, bucket = stack.boto3_client("s3"), stack.outputs["ArchiveBucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="events/").get("Contents", [])
    files = [s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed]
    lines = [json.loads(line) for file in files for line in file.splitlines()]
    return list({one["event_id"]: one for one in lines if one["owner"] == owner}.values())


def test_a_pack_of_ten_with_two_failures_is_told_exactly(studio: Studio) -> None:
    studio.fault("gemini", "blocked", "two of ten fail", count=2)
    pack = studio.wait(studio.imagine("two of ten fail", image_count=10))
    assert (pack["progress"]["completed"], pack["progress"]["failed"]) == (8, 2)

    def events() -> list[Json]:
        return archived(studio.stack, studio.owner)

    told = eventually(events, lambda found: len(found) >= sum(FAILED_TWO_OF_TEN.values()))

    assert Counter(one["name"] for one in told) == FAILED_TWO_OF_TEN
    assert {one["generation_id"] for one in told} == {pack["id"]}
    (done,) = (one for one in told if one["name"] == "pack_completed")
    assert (done["image_count"], done["character_id"]) == (8, None)
    assert done["total_duration_ms"] > 0
    sizes = sorted(one["size_bytes"] for one in told if one["name"] == "image_stored")
    images = [item["image"] for item in pack["items"] if item["image"]]
    assert sizes == sorted(image["size_bytes"] for image in images)


def test_usage_costs_and_statistics_hold_what_has_ended(studio: Studio) -> None:
    pack = studio.wait(studio.imagine("numbers of three", image_count=3))
    images = [item["image"] for item in pack["items"]]

    def costs(group: str) -> list[Json]:
        answer = studio.call("GET", f"/costs?group_by={group}")
        assert answer.status_code == 200, answer.text
        rows: list[Json] = answer.json()["data"]
        return rows

    (by_mode,) = eventually(lambda: costs("mode"), lambda rows: len(rows) > 0)
    usage = studio.call("GET", "/usage").json()
    stats = eventually(
        lambda: studio.call("GET", "/stats?hours=1").json(),
        lambda told: told["stored"]["images"] == 3,
    )

    assert (by_mode["key"], by_mode["count"]) == ("imagine", 1)
    assert by_mode["actual"]["sum_usd"] == pytest.approx(pack["cost"]["actual_usd"])
    assert by_mode["estimated"]["sum_usd"] == pytest.approx(pack["cost"]["estimated_usd"])
    (by_model,) = costs("model")
    assert (by_model["key"], by_model["count"]) == (pack["items"][0]["model"], 3)
    assert [row["key"] for row in costs("day")] == [pack["created_at"][:10]]
    assert costs("character") == []
    assert (usage["images_used"], usage["images_left"], usage["in_flight"]) == (3, 1997, 0)
    assert (stats["images_completed"], stats["images_failed"]) == (3, 0)
    assert (stats["success_rate"], stats["jobs"][0]["count"]) == (1.0, 1)
    assert stats["first_image_p50_ms"] > 0
    assert stats["stored"]["bytes"] == sum(image["size_bytes"] for image in images)


def test_the_queue_forgets_what_has_ended(studio: Studio) -> None:
    studio.wait(studio.imagine("soon gone from the queue"))

    queue = eventually(
        lambda: studio.call("GET", "/queue").json(),
        lambda told: all(lane["in_flight"] == 0 for lane in told["lanes"]),
    )

    assert [lane["lane"] for lane in queue["lanes"]] == ["priority", "standard"]
    assert (queue["lanes"][0]["waiting"], queue["lanes"][0]["oldest_age_seconds"]) == (0, None)
    assert queue["own"] == []
