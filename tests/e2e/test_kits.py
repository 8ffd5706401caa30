"""Reference kits through their workflow on the deployed stack: in order, alone, to the end."""

import os
import signal
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import pytest

from infra.local.stack_runner import LocalStack
from shared.domain.generation import Snapshot, Status
from shared.domain.image_keys import owner_folder
from tests.e2e.kit_studio import KitStudio, until
from tests.e2e.studio import Json, keys_under, worker_pids
from tests.performance.counting_kits import transitions

pytestmark = pytest.mark.e2e

SECONDS = 1.5
"""Of a provider's call that something is to happen in."""


def own(name: str, prompt: str) -> Json:
    """A slot that a provider's faults can be meant for."""
    return {"name": name, "prompt": prompt}


@dataclass
class Begun:
    """Stories that go on side by side: begun before the first test, looked at in its own."""

    studio: KitStudio
    other: KitStudio
    killed: Json
    cancelled: Json
    deleted: Json
    partial: Json
    faceless: Json
    webhooks: Json


@pytest.fixture(scope="module")
def begun(local_stack: LocalStack) -> Begun:
    studio, other = KitStudio(local_stack), KitStudio(local_stack)
    killed = a_kit_whose_worker_is_killed(studio)
    studio.fault("gemini", "latency", "never mind", seconds=20)
    studio.fault("gemini", "latency", "soon forgotten", seconds=8)
    studio.fault("gemini", "blocked", "nothing decent")
    studio.fault("gemini", "unavailable", "nobody home", count=3)
    studio.fault("gemini", "blocked", "without a face")
    studio.fault("replicate", "webhook_duplicated", "told by webhook", times=3)
    studio.fault("replicate", "webhook_lost", "the lost webhook")
    return Begun(
        studio,
        other,
        killed,
        cancelled=studio.begin(
            "hair of the cancelled", own("slow", "never mind"), "profile", max_concurrency=1
        ),
        deleted=studio.begin("deleted", own("slow", "soon forgotten")),
        partial=studio.begin(
            "partial", own("indecent", "nothing decent"), own("gone", "nobody home")
        ),
        faceless=studio.begin("without a face", "profile", "half_body"),
        webhooks=other.begin(
            "told by webhook", own("untold", "the lost webhook"), provider="replicate"
        ),
    )


def a_kit_whose_worker_is_killed(studio: KitStudio) -> Json:
    """One slot is drawn already, and nobody has told the workflow; the other is being drawn.
    Before all other stories: every worker is killed."""
    studio.fault("gemini", "hang", "the hand that stops", seconds=60)
    kit = studio.begin("hair of the killed", "profile", own("unlucky", "the hand that stops"))
    until(lambda: studio.drawing(kit).items[1].ended and studio.calls("the hand that stops"))
    for process in worker_pids(studio.stack):
        os.kill(process, signal.SIGKILL)
    studio.expire_lease(kit, 2)
    return kit


def statuses(drawing: Snapshot) -> list[Status]:
    return [item.status for item in drawing.items]


def errors(kit: Json) -> dict[str, str]:
    return {name: slot["error"]["code"] for name, slot in kit["slots"].items() if slot["error"]}


def test_a_kit_that_is_cancelled_stops_where_it_is(begun: Begun) -> None:
    studio, kit = begun.studio, begun.cancelled
    studio.wait_for_call(kit, 1)

    answer = studio.call("POST", f"/generations/{kit['generation_id']}/cancel")

    assert answer.json() == {"cancelled": True, "stopped": 2, "will_arrive": 0, "charged": 1}
    assert studio.wait_for_kit(kit)["status"] == "partial"
    assert studio.executions(kit) == {"1": "SUCCEEDED"}
    assert len(studio.calls("hair of the cancelled")) == 2, "the profile was never asked for"


def test_a_kit_that_is_deleted_takes_its_workflow_with_it(begun: Begun) -> None:
    studio, kit = begun.studio, begun.deleted
    studio.wait_for_call(kit, 1)

    assert studio.call("DELETE", f"/reference-kits/{kit['id']}").status_code == 204

    assert studio.executions(kit) == {"1": "ABORTED"}
    for path in (f"/reference-kits/{kit['id']}", f"/generations/{kit['generation_id']}"):
        assert studio.call("GET", path).status_code == 404


def test_a_kit_whose_worker_was_killed_is_finished_by_another(begun: Begun) -> None:
    studio, kit = begun.studio, begun.killed

    until(lambda: studio.sweep(kit), seconds=120)
    done = studio.wait_for_kit(kit)

    assert (done["status"], studio.executions(kit)) == ("ready", {"1": "SUCCEEDED"})
    assert [item.calls for item in studio.drawing(kit).items] == [1, 1, 2]
    assert len(studio.calls("hair of the killed")) == 4
    assert not any(item.awaited for item in studio.drawing(kit).items)


def test_a_slot_that_fails_fails_alone(begun: Begun) -> None:
    done = begun.studio.wait_for_kit(begun.partial)

    assert done["status"] == "partial"
    assert errors(done) == {"indecent": "content_blocked_output", "gone": "provider_unavailable"}
    assert done["slots"]["anchor_face"]["image"]
    assert begun.studio.read(done["generation_id"])["quota"] == {"held": 0, "charged": 1}
    assert begun.studio.executions(done) == {"1": "SUCCEEDED"}


def test_without_an_anchor_nothing_else_is_asked_for_and_nothing_is_charged(begun: Begun) -> None:
    studio = begun.studio
    done = studio.wait_for_kit(begun.faceless)

    assert done["status"] == "failed"
    assert errors(done) == {
        "anchor_face": "content_blocked_output",
        "profile": "anchor_failed",
        "half_body": "anchor_failed",
    }
    assert len(studio.calls("without a face")) == 1
    assert studio.read(done["generation_id"])["quota"] == {"held": 0, "charged": 0}
    assert studio.executions(done) == {"1": "SUCCEEDED"}
    assert not {"DrawOthers", "DrawSlot"} & set(studio.entered(done))


def test_a_lost_webhook_and_one_that_comes_three_times_change_nothing(begun: Begun) -> None:
    studio, kit = begun.other, begun.webhooks
    studio.wait_for_call(kit, 1)

    def asked() -> bool:
        studio.poll(kit, 1)
        return studio.drawing(kit).items[1].ended

    until(asked)
    done = studio.wait_for_kit(kit)

    assert (done["status"], studio.executions(kit)) == ("ready", {"1": "SUCCEEDED"})
    assert [item.calls for item in studio.drawing(kit).items] == [1, 1]
    assert studio.paid_calls("replicate", "told by webhook") == 2


def test_a_kit_is_its_anchor_first_and_then_the_others_after_photo_and_anchor(
    begun: Begun,
) -> None:
    """With every message delivered twice, and a step of the workflow too late."""
    studio = KitStudio(begun.studio.stack)
    studio.fault("gemini", "latency", "anchor first", seconds=SECONDS, count=7)

    kit = studio.begin("anchor first")
    studio.wait_for_call(kit, 0)
    studio.deliver_again(kit, *range(7))
    studio.wait_for_call(kit, 1)
    studio.deliver_again(kit, *range(7))
    done = studio.wait_for_kit(kit)
    studio.draw_again(kit, 3, token="nobody knows this one")

    assert (done["status"], done["progress"]["completed"]) == ("ready", 7)
    assert studio.executions(kit) == {"1": "SUCCEEDED"}
    drawing = studio.drawing(kit)
    anchor, others = drawing.items[0], drawing.items[1:]
    assert {item.calls for item in drawing.items} == {1}
    assert anchor.completed_at
    assert all(item.started_at and item.started_at > anchor.completed_at for item in others)
    photo = studio.digest(done["source_image"]["image"])
    face = studio.digest(done["slots"]["anchor_face"]["image"])
    assert [call["shown"] for call in studio.calls("anchor first")] == [[photo]] + 6 * [
        [face, photo]
    ]
    assert studio.read(kit["generation_id"])["quota"] == {"held": 0, "charged": 7}
    entered = studio.entered(kit)
    looks = entered.count("WaitForLook")
    assert entered[-9:-8] + entered[-1:] == ["DrawAnchor", "FinishKit"]
    assert Counter(entered) - Counter(looks * ["WaitForLook", "CheckSource", "Photo"]) == {
        "CheckSource": 1,
        "Photo": 1,
        "DrawAnchor": 1,
        "DrawOthers": 1,
        "DrawSlot": 6,
        "FinishKit": 1,
    }
    assert len(entered) == transitions(7, looks)


def test_a_kit_in_sequence_is_drawn_one_after_the_other(begun: Begun) -> None:
    studio = begun.studio

    kit = studio.begin("in sequence", "profile", "half_body", max_concurrency=1)
    done = studio.wait_for_kit(kit)

    assert (done["status"], studio.executions(kit)) == ("ready", {"1": "SUCCEEDED"})
    times = [(item.started_at, item.completed_at) for item in studio.drawing(kit).items]
    for before, after in pairwise(times):
        assert before[1] is not None
        assert after[0] is not None
        assert before[1] < after[0]
    entered = [name for name in studio.entered(kit) if name.startswith("Draw")]
    assert entered == ["DrawAnchor", "DrawOthers", "DrawSlot", "DrawSlot"]


def test_of_a_kit_that_was_deleted_nothing_is_left_when_its_picture_has_come(
    begun: Begun,
) -> None:
    studio, kit = begun.studio, begun.deleted
    until(lambda: studio.calls("soon forgotten")[0]["status"])

    prefix = f"{owner_folder(studio.owner)}/kits/{kit['id']}/"
    until(lambda: not keys_under(studio.stack, prefix))
    images = studio.call("GET", f"/images?generation_id={kit['generation_id']}").json()
    assert images["data"] == []
