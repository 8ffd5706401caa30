"""Retrying, called as the gateway calls it."""

from datetime import timedelta
from typing import Any

from shared.domain.errors import FailureClass
from shared.domain.events import AttemptFailed
from shared.domain.generation import Failure, FailureStage
from shared.runtime import aws, bootstrap
from shared.runtime.clock import clock
from shared.services.close_generation import CloseGeneration
from shared.services.moving import advance
from tests.aws import Aws
from tests.integration.deployed import event
from tests.integration.finishing import complete, generate
from tests.integration.http_client import Answer, call, send

IMAGINE = {"mode": "imagine", "prompt": "a lighthouse at dawn", "image_count": 2}
REFUSED = Failure(
    code="content_blocked_output",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.GENERATING,
    message="The provider refused the picture.",
)


def half_failed(**changes: Any) -> dict[str, Any]:
    """The first image is there, the second was refused; as the API shows it."""
    path = call("POST", "/v1/generations", IMAGINE, **changes).headers["location"]
    generation_id = path.rpartition("/")[2]
    complete(generation_id, 0)
    generations = aws.generations(bootstrap.settings().table_name)
    failed = AttemptFailed(1, REFUSED, transient=False, retry_after=timedelta(0))
    advance(generations, generate(generation_id, 1), failed, clock)
    CloseGeneration(generations, clock)(generation_id=generation_id)
    shown: dict[str, Any] = call("GET", path, **changes).json
    return shown


def retry(generation_id: str, **changes: Any) -> Answer:
    return call("POST", f"/v1/generations/{generation_id}/retry", **changes)


def test_what_failed_is_drawn_again_as_a_generation_of_its_own(live: Aws) -> None:
    old = half_failed()

    answer = retry(old["id"])

    new = answer.json
    assert answer.status == 202, answer.text
    assert answer.headers["location"] == f"/v1/generations/{new['id']}"
    assert int(answer.headers["retry-after"]) > 0
    assert (new["retry_of"], new["progress"]["total"]) == (old["id"], 1)
    assert new["items"][0]["seed"] == old["items"][1]["seed"]
    assert new["items"][0]["effective"] == old["items"][1]["effective"]
    assert call("GET", answer.headers["location"]).json["retry_of"] == old["id"]
    assert call("GET", f"/v1/generations/{old['id']}").json["quota"] == {"held": 0, "charged": 1}


def test_a_repeated_retry_under_one_key_is_one_retry(live: Aws) -> None:
    old = half_failed()
    request = event("http_retry_generation")
    request["rawPath"] = f"/v1/generations/{old['id']}/retry"
    first = send(request)
    records = live.records()

    again = send(request)

    assert (first.status, again.status) == (202, 202)
    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"
    assert live.records() == records


def test_what_runs_or_went_well_is_not_retried(live: Aws) -> None:
    running = call("POST", "/v1/generations", IMAGINE | {"image_count": 1}).json["id"]
    before = live.records()
    refused = retry(running)
    assert (refused.status, refused.code) == (409, "still_running")
    assert live.records() == before

    complete(running, 0)
    before = live.records()
    refused = retry(running)
    assert (refused.status, refused.code) == (409, "nothing_failed")
    assert live.records() == before


def test_a_retry_needs_quota_and_a_slot_as_any_wish_does(live: Aws) -> None:
    old = half_failed(groups="[]")
    call("POST", "/v1/generations", IMAGINE, groups="[]")
    before = live.records()

    refused = retry(old["id"], groups="[]")

    assert (refused.status, refused.code) == (409, "in_flight_limit")
    assert live.records() == before


def test_a_body_is_not_wanted_and_changes_nothing(live: Aws) -> None:
    old = half_failed()

    for number, raw in enumerate(("", "{", "[1, 2]")):
        answer = retry(old["id"], raw=raw, headers={"idempotency-key": f"again-{number}"})
        assert answer.status == 202, answer.text
