"""Reference kits through their workflow on the deployed stack: in order, alone, to the end."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from infra.local.stack_runner import LocalStack
from shared.domain.generation import Generation, Item, Status
from shared.domain.kit_run import KitRun
from shared.domain.reference_kit import KitStatus, ShownKit
from shared.domain.slots import slot_shot
from tests.e2e.kit_studio import KitStudio
from tests.e2e.studio import Studio
from tests.e2e.test_generations import worker_pid
from tests.e2e.test_nothing_stuck import invoke_sweeper
from tests.performance.counting_kits import transitions

pytestmark = pytest.mark.e2e

LATENCY = 6.0
"""Seconds of a provider's call where walls are compared: long enough that what is ours shows as
what it is, a part of it."""


@pytest.fixture
def kits(local_stack: LocalStack) -> KitStudio:
    return KitStudio(local_stack)


@pytest.fixture
def studio(local_stack: LocalStack) -> Studio:
    return Studio(local_stack)


def words_of(slot: str) -> str:
    """By which the simulators know the prompt of a slot."""
    return slot_shot(slot).angle


def wall_seconds(kits: KitStudio, kit: ShownKit) -> float:
    generation = kits.drawing(kit).generation
    assert generation.closed_at is not None
    return (generation.closed_at - generation.created_at).total_seconds()


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.1)


def codes(items: tuple[Item, ...]) -> list[str | None]:
    return [None if item.failure is None else item.failure.code for item in items]


def test_without_an_anchor_nothing_else_is_called(kits: KitStudio, studio: Studio) -> None:
    before = studio.paid_calls("gemini", words_of("profile"))
    studio.fault("gemini", "blocked", words_of("anchor_face"), count=1)

    kit = kits.begin("profile", "half_body")
    done = kits.wait(kit)

    assert codes(done.items) == ["content_blocked_output", "anchor_failed", "anchor_failed"]
    assert studio.paid_calls("gemini", words_of("profile")) == before
    assert (kits.now(kit).status, kits.used(kit)) == (KitStatus.FAILED, 0)
    assert kits.executions(kit) == {"1": "SUCCEEDED"}
    assert not {"DrawOthers", "DrawSlot"} & set(kits.entered(kit))


def test_a_slot_that_is_blocked_fails_alone(kits: KitStudio, studio: Studio) -> None:
    studio.fault("gemini", "blocked", words_of("profile"), count=1)

    kit = kits.begin("profile", "half_body")
    done = kits.wait(kit)

    assert [item.status for item in done.items] == [
        Status.COMPLETED,
        Status.FAILED,
        Status.COMPLETED,
    ]
    assert (kits.now(kit).status, kits.used(kit)) == (KitStatus.PARTIAL, 2)


def test_a_lost_webhook_and_one_that_comes_three_times_change_nothing(
    kits: KitStudio, studio: Studio
) -> None:
    studio.fault("replicate", "webhook_duplicated", words_of("anchor_face"), times=3, count=1)
    studio.fault("replicate", "webhook_lost", words_of("profile"), count=1)

    kit = kits.begin("profile", provider="replicate")
    until(lambda: kits.drawing(kit).items[1].prediction_id is not None)
    kits.poll(kit, 1)
    done = kits.wait(kit)

    assert [item.status for item in done.items] == [Status.COMPLETED] * 2
    assert [item.calls for item in done.items] == [1, 1]
    assert kits.used(kit) == 2


def test_a_killed_worker_and_an_aborted_execution_leave_a_kit_that_is_finished(
    kits: KitStudio, studio: Studio
) -> None:
    studio.fault("gemini", "hang", words_of("profile"), seconds=60, count=1)
    kit = kits.begin("profile", "half_body", side_by_side=1)
    until(lambda: kits.drawing(kit).items[1].called_at is not None)

    kits.workflow().stop(KitRun.of(kits.drawing(kit)))
    os.kill(worker_pid(kits.stack), signal.SIGKILL)
    kits.expire_lease(kit, 1)
    until(lambda: swept(kits, kit).closed, seconds=40)
    done = kits.wait(kit)

    assert [item.status for item in done.items] == [Status.COMPLETED] * 3
    assert (kits.now(kit).status, kits.used(kit)) == (KitStatus.READY, 3)
    assert [item.calls for item in done.items] == [1, 2, 1]


def swept(kits: KitStudio, kit: ShownKit) -> Generation:
    """After a sweep that finds it due."""
    kits.make_due(kit)
    invoke_sweeper(kits.stack, {"kind": "sweep"})
    return kits.drawing(kit).generation


def test_a_kit_is_its_anchor_first_and_then_the_others_together(
    kits: KitStudio, studio: Studio
) -> None:
    studio.fault("gemini", "latency", "", seconds=LATENCY, count=7)

    kit = kits.begin()
    done = kits.wait(kit)

    anchor, others = done.items[0], done.items[1:]
    assert {item.status for item in done.items} == {Status.COMPLETED}
    assert kits.now(kit).status is KitStatus.READY
    assert anchor.completed_at is not None
    assert all(item.started_at and item.started_at > anchor.completed_at for item in others)
    assert not any(item.awaited for item in done.items)
    assert kits.used(kit) == len(done.items) == 7
    assert kits.executions(kit) == {"1": "SUCCEEDED"}
    entered = Counter(kits.entered(kit))
    looks = entered.pop("WaitForLook", 0)
    assert entered == {
        "CheckSource": 1 + looks,
        "Photo": 1 + looks,
        "DrawAnchor": 1,
        "DrawOthers": 1,
        "DrawSlot": 6,
        "FinishKit": 1,
    }
    assert len(kits.entered(kit)) == transitions(7, looks)
    assert wall_seconds(kits, kit) / (2 * LATENCY) <= 1.25


def test_one_after_the_other_when_that_is_asked(kits: KitStudio, studio: Studio) -> None:
    studio.fault("gemini", "latency", "", seconds=LATENCY, count=3)

    kit = kits.begin("profile", "half_body", side_by_side=1)
    done = kits.wait(kit)

    times = [(item.started_at, item.completed_at) for item in done.items]
    ordered = sorted(times, key=lambda both: str(both[0]))
    assert all(
        before[1] and after[0] and before[1] < after[0] for before, after in pairwise(ordered)
    )
    began, ended = ordered[0][0], ordered[-1][1]
    assert began is not None
    assert ended is not None
    assert (ended - began).total_seconds() / (len(times) * LATENCY) <= 1.1
