"""Reference kits, called as the gateway calls them; nobody executes their workflow here."""

import json
from typing import Any

import pytest

from shared.runtime import aws as aws_module
from tests.aws import Aws
from tests.fake_kit_workflow import FakeKitWorkflow
from tests.integration.http_client import Answer, call
from tests.integration.refusals import file_part, send_form
from tests.workshop import png

KITS = "/v1/reference-kits"
SEVEN = [
    *("anchor_face", "profile", "half_body", "full_body"),
    *("expressions.smile", "expressions.neutral", "expressions.surprised"),
]


@pytest.fixture
def workflow(live: Aws, monkeypatch: pytest.MonkeyPatch) -> FakeKitWorkflow:
    fake = FakeKitWorkflow()
    monkeypatch.setattr(aws_module, "kit_workflow", lambda arn: fake)
    return fake


def ask(**changes: Any) -> Answer:
    """With a small photo, as a form."""
    request = {"name": "Ada, studio", "source_image": {"file": "photo"}} | changes
    first = b'--edge\r\nContent-Disposition: form-data; name="request"\r\n\r\n'
    body = first + json.dumps(request).encode() + b"\r\n" + file_part(png(7), name="photo")
    return send_form(KITS, body)


def created(**changes: Any) -> dict[str, Any]:
    answer = ask(**changes)
    assert answer.status == 202, answer.text
    kit: dict[str, Any] = answer.json
    return kit


def at(kit: dict[str, Any]) -> str:
    return f"{KITS}/{kit['id']}"


def cancelled(kit: dict[str, Any]) -> None:
    assert call("POST", f"/v1/generations/{kit['generation_id']}/cancel").status == 200


def test_a_kit_of_a_photo_waits_for_its_workflow(workflow: FakeKitWorkflow) -> None:
    answer = ask()

    kit = answer.json
    assert answer.headers["location"] == at(kit)
    assert int(answer.headers["retry-after"]) >= 1
    assert list(kit["slots"]) == SEVEN
    assert (kit["status"], kit["progress"]["total"]) == ("pending", 7)
    assert kit["source_image"]["qa"]["status"] == "pending"
    assert 0.20 <= kit["cost"]["estimated_usd"] <= 0.35
    (run,) = workflow.started
    assert (run.kit_id, run.others, run.max_concurrency) == (kit["id"], (1, 2, 3, 4, 5, 6), 10)
    assert call("GET", at(kit)).json["slots"] == kit["slots"]


def test_a_kit_is_named_by_its_character_and_keeps_a_photo_of_its_own(
    workflow: FakeKitWorkflow,
) -> None:
    mira = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    assert call("POST", KITS, {"name": "x", "character_id": mira}).code == "source_not_ready"
    send_form(f"/v1/characters/{mira}/source-image", file_part(png(9)))

    kit = call("POST", KITS, {"name": "Mira", "character_id": mira}).json

    assert kit["character_id"] == mira
    assert call("DELETE", f"/v1/characters/{mira}").status == 204
    assert call("GET", f"/v1/images/{kit['source_image']['image']['id']}").status == 200


def test_slots_and_expressions_may_be_the_callers_own(workflow: FakeKitWorkflow) -> None:
    own = {"name": "back", "prompt": "seen from behind"}

    kit = created(slots=["profile", own], expressions=["laughing"], max_concurrency=1)

    told = call("GET", at(kit), query={"expand": "prompts"}).json["slots"]
    assert list(told) == ["anchor_face", "profile", "back", "expressions.laughing"]
    assert "Framing: seen from behind." in told["back"]["prompt"]
    assert "Expression: laughing." in told["expressions.laughing"]["prompt"]
    assert kit["slots"]["back"]["prompt"] is None
    assert workflow.started[0].max_concurrency == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slots": ["portrait_of_a_dog"]}, "unknown_slot"),
        ({"slots": ["profile", "profile"]}, "duplicate_slot"),
        ({"expressions": ["smile", "smile"]}, "duplicate_expression"),
        ({"expressions": [f"mood_{n}" for n in range(37)]}, "too_many_slots"),
        ({"max_cost_usd": 0.05}, "max_cost_exceeded"),
        ({"model": "no-such-model"}, "unknown_model"),
        ({"slots": [{"name": "nude", "prompt": "fully nude"}]}, "content_blocked_input"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_writes_nothing(
    workflow: FakeKitWorkflow, changes: dict[str, Any], code: str
) -> None:
    refused = ask(**changes)

    assert (refused.status, refused.code) == (422, code)
    assert call("GET", KITS).json["data"] == []
    assert call("GET", "/v1/usage").json["images_used"] == 0
    assert workflow.started == []


def test_exactly_one_source_is_named(workflow: FakeKitWorkflow) -> None:
    assert call("POST", KITS, {"name": "x"}).code == "validation_failed"


def test_a_repeated_request_starts_nothing(workflow: FakeKitWorkflow, live: Aws) -> None:
    mira = call("POST", "/v1/characters", {"name": "Mira"}).json["id"]
    send_form(f"/v1/characters/{mira}/source-image", file_part(png(9)))
    body, key = {"name": "Mira", "character_id": mira}, {"idempotency-key": "kit-1"}

    first, second = (call("POST", KITS, body, headers=key) for _ in range(2))

    assert second.headers["idempotent-replayed"] == "true"
    assert second.json["id"] == first.json["id"]
    assert len(workflow.started) == 1


def test_a_kit_whose_workflow_cannot_be_started_now_is_there_all_the_same(
    workflow: FakeKitWorkflow,
) -> None:
    workflow.down = True

    assert ask().status == 202


def test_a_kit_is_renamed_and_listed(workflow: FakeKitWorkflow) -> None:
    kit = created()

    assert call("PATCH", at(kit), {"name": "Ada, outdoors"}).json["name"] == "Ada, outdoors"
    (listed,) = call("GET", KITS).json["data"]
    assert set(kit) - set(listed) == {"slots"}
    assert (listed["progress"], listed["anchor_image"]) == (kit["progress"], None)
    assert (listed["id"], listed["name"]) == (kit["id"], "Ada, outdoors")
    assert call("PATCH", at(kit), {"owner": "me"}).status == 422


def test_a_busy_kit_draws_no_slot_again(workflow: FakeKitWorkflow) -> None:
    kit = created()

    busy = call("POST", f"{at(kit)}/regenerate/profile")

    assert (busy.status, busy.code) == (409, "kit_busy")


def test_without_an_anchor_only_the_anchor_is_drawn_again(workflow: FakeKitWorkflow) -> None:
    kit = created()
    cancelled(kit)
    assert call("GET", at(kit)).json["status"] == "cancelled"

    refused = call("POST", f"{at(kit)}/regenerate/profile")
    again = call("POST", f"{at(kit)}/regenerate/anchor_face", query={"cascade": "true"})

    assert (refused.status, refused.code) == (409, "kit_not_ready")
    assert again.status == 202
    assert again.json["generation_id"] != kit["generation_id"]
    assert len(workflow.started) == 2
    assert call("POST", f"{at(kit)}/regenerate/wings").status == 404
    assert call("POST", f"{at(kit)}/regenerate/..%2F").status == 404


def test_a_kits_generation_is_changed_through_its_kit_alone(workflow: FakeKitWorkflow) -> None:
    kit = created()
    generation = f"/v1/generations/{kit['generation_id']}"
    assert call("GET", generation).json["mode"] == "reference"

    deleted = call("DELETE", generation)
    cancelled(kit)
    retried = call("POST", f"{generation}/retry")

    assert (deleted.status, deleted.code) == (409, "of_reference_kit")
    assert (retried.status, retried.code) == (409, "of_reference_kit")


def test_a_running_kit_is_deleted_with_all_it_has(workflow: FakeKitWorkflow) -> None:
    kit = created()

    assert call("DELETE", at(kit)).status == 204

    assert [run.kit_id for run in workflow.stopped] == [kit["id"]]
    for gone in (
        at(kit),
        f"/v1/generations/{kit['generation_id']}",
        f"/v1/images/{kit['source_image']['image']['id']}",
    ):
        assert call("GET", gone).status == 404
    assert call("DELETE", at(kit)).status == 404
    assert call("POST", f"{at(kit)}/regenerate/profile").status == 404
    assert call("GET", "/v1/usage").json["images_used"] == 0


def test_anothers_kit_looks_like_none(workflow: FakeKitWorkflow) -> None:
    kit = created()

    for method, path, body in (
        ("GET", at(kit), None),
        ("PATCH", at(kit), {"name": "mine"}),
        ("DELETE", at(kit), None),
        ("POST", f"{at(kit)}/regenerate/profile", None),
    ):
        assert call(method, path, body, owner="grace").status == 404


def test_a_kit_without_an_anchor_is_no_identity_yet(workflow: FakeKitWorkflow) -> None:
    identity = {"type": "reference_kit", "id": created()["id"]}
    wish = {"mode": "imagine", "prompt": "by the sea", "identity": identity}

    refused = call("POST", "/v1/generations", wish)

    assert (refused.status, refused.code) == (409, "kit_not_ready")
    assert call("POST", "/v1/estimates", wish).code == "kit_not_ready"
