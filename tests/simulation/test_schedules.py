"""The protocol under every kind of trouble: crashes, lost replies, duplicates, time."""

from tests.simulation.proof import CI_FAIR, CI_UNFAIR, prove
from tests.simulation.schedule import Schedule


def test_no_unfair_schedule_breaks_an_invariant() -> None:
    tally = prove(range(CI_UNFAIR), fair=False)

    assert tally.schedules == CI_UNFAIR
    assert tally.crashes > CI_UNFAIR, "a run without crashes proves little"
    assert tally.late > CI_UNFAIR // 200, "late images are part of the proof"


def test_everything_completes_in_a_fair_world_that_crashes_twice_at_most() -> None:
    tally = prove(range(CI_FAIR), fair=True)

    assert tally.schedules == CI_FAIR
    assert tally.crashes > CI_FAIR // 3


def test_a_seed_tells_the_same_story_every_time() -> None:
    stories = []
    for _ in range(2):
        schedule = Schedule(7, fair=False, trace=[])
        schedule.run()
        stories.append(schedule.trace)

    assert stories[0]
    assert stories[0] == stories[1]
