"""Each check of a picture at each of its limits, and what each kind of picture may be."""

from typing import Any

import pytest

from shared.domain.faces import Box, FaceReading
from shared.domain.quality import CheckStatus, PictureKind, QualityCheck, check_quality, limits
from tests.face_builders import a_face, a_reading, a_reading_without_a_face

PASSED, WARNED, FAILED = CheckStatus.PASSED, CheckStatus.WARNED, CheckStatus.FAILED


def the_check(
    name: str, reading: FaceReading, kind: PictureKind = PictureKind.SOURCE
) -> QualityCheck:
    (check,) = [check for check in check_quality(reading, kind).checks if check.name == name]
    return check


def test_a_good_portrait_passes_every_check() -> None:
    quality = check_quality(a_reading(occluded=False), PictureKind.SOURCE, "0f" * 8)

    assert quality.status is PASSED
    assert {check.name for check in quality.checks} == set(limits().checks)
    assert {check.outcome for check in quality.checks} == {PASSED}


@pytest.mark.parametrize(
    ("name", "changes", "outcome", "limit"),
    [
        ("face_width", {"width_px": 79}, FAILED, 80),
        ("face_width", {"width_px": 80}, WARNED, 128),
        ("face_width", {"width_px": 127}, WARNED, 128),
        ("face_width", {"width_px": 128}, PASSED, 128),
        ("sharpness", {"sharpness": 0.44}, FAILED, 0.5),
        ("sharpness", {"sharpness": 0.5}, WARNED, 3),
        ("sharpness", {"sharpness": 2.9}, WARNED, 3),
        ("sharpness", {"sharpness": 3.0}, PASSED, 3),
        ("brightness", {"brightness": 39.4}, FAILED, 40),
        ("brightness", {"brightness": 40.0}, WARNED, 70),
        ("brightness", {"brightness": 69.4}, WARNED, 70),
        ("brightness", {"brightness": 70.0}, PASSED, 70),
        ("brightness", {"brightness": 200.0}, PASSED, 200),
        ("brightness", {"brightness": 201.0}, WARNED, 200),
        ("overexposed", {"overexposed": 0.10}, PASSED, 0.1),
        ("overexposed", {"overexposed": 0.11}, WARNED, 0.1),
        ("overexposed", {"overexposed": 0.40}, WARNED, 0.1),
        ("overexposed", {"overexposed": 0.41}, FAILED, 0.4),
        ("noise", {"noise": 8.0}, PASSED, 8),
        ("noise", {"noise": 8.1}, WARNED, 8),
        ("noise", {"noise": 20.0}, WARNED, 8),
        ("noise", {"noise": 20.1}, FAILED, 20),
        ("roll", {"roll": -15.0}, PASSED, 15),
        ("roll", {"roll": -16.0}, WARNED, 15),
        ("roll", {"roll": 30.0}, WARNED, 15),
        ("roll", {"roll": 31.0}, FAILED, 30),
        ("yaw", {"yaw": 20.0}, PASSED, 20),
        ("yaw", {"yaw": 21.0}, WARNED, 20),
        ("yaw", {"yaw": -35.0}, WARNED, 20),
        ("yaw", {"yaw": -36.0}, FAILED, 35),
        ("face_margin", {"box": Box(left=0.0, top=0.3, width=0.4, height=0.4)}, PASSED, 0),
        ("face_margin", {"box": Box(left=-0.02, top=0.3, width=0.4, height=0.4)}, FAILED, 0),
        ("face_margin", {"box": Box(left=0.7, top=0.3, width=0.4, height=0.4)}, FAILED, 0),
        ("face_margin", {"box": Box(left=0.3, top=-0.1, width=0.4, height=0.4)}, FAILED, 0),
        ("face_margin", {"box": Box(left=0.3, top=0.7, width=0.4, height=0.4)}, FAILED, 0),
        ("occlusion", {"occluded": False}, PASSED, 0),
        ("occlusion", {"occluded": True}, WARNED, 0),
    ],
)
def test_a_face_is_judged_at_each_limit(
    name: str, changes: dict[str, Any], outcome: CheckStatus, limit: float
) -> None:
    check = the_check(name, a_reading(**changes))

    assert (check.outcome, check.limit) == (outcome, limit)
    assert check_quality(a_reading(**changes), PictureKind.SOURCE).status is outcome


@pytest.mark.parametrize(
    ("name", "changes", "outcome"),
    [
        ("resolution", {"width": 79, "height": 900}, FAILED),
        ("resolution", {"width": 900, "height": 80}, WARNED),
        ("resolution", {"width": 255, "height": 900}, WARNED),
        ("resolution", {"width": 256, "height": 256}, PASSED),
        ("contrast", {"luma_std": 2.9}, FAILED),
        ("contrast", {"luma_std": 3.0}, PASSED),
    ],
)
def test_a_picture_is_judged_at_each_limit(
    name: str, changes: dict[str, Any], outcome: CheckStatus
) -> None:
    assert the_check(name, a_reading_without_a_face(**changes)).outcome is outcome


@pytest.mark.parametrize(("bits", "outcome"), [(0, WARNED), (8, WARNED), (9, PASSED)])
def test_a_copy_of_the_source_warns_up_to_eight_bits(bits: int, outcome: CheckStatus) -> None:
    reading = a_reading(occluded=False)
    source_hash = f"{int(reading.phash, 16) ^ ((1 << bits) - 1):016x}"

    quality = check_quality(reading, PictureKind.FRONTAL, source_hash)

    (check,) = [check for check in quality.checks if check.name == "near_duplicate"]
    assert (check.value, check.limit, check.outcome) == (bits, 8, outcome)
    assert quality.status is outcome
    assert str(bits) in check.message


def test_without_a_face_only_the_picture_is_judged() -> None:
    quality = check_quality(a_reading_without_a_face(), PictureKind.SOURCE)

    assert [(check.name, check.outcome) for check in quality.checks] == [
        ("resolution", PASSED),
        ("contrast", PASSED),
        ("face_count", FAILED),
    ]


def test_a_second_person_fails_and_a_pattern_that_looks_like_one_warns() -> None:
    """A real second face scored 1.62, the false ones of 823 portraits at most 0.35."""
    couple = a_reading(a_face(confidence=1.62))
    curtain = a_reading(a_face(confidence=0.35))

    assert the_check("face_count", couple).value == 2
    assert check_quality(couple, PictureKind.SOURCE).status is FAILED
    assert the_check("face_count", curtain).outcome is PASSED
    assert check_quality(curtain, PictureKind.SOURCE).status is WARNED


def test_a_pattern_larger_than_the_person_is_not_judged_in_his_place() -> None:
    """As in a small portrait of an astronaut before a flag, once it was a JPEG of low quality."""
    flag = a_face(confidence=0.09, brightness=20.0)
    reading = a_reading().model_copy(update={"faces": (flag, a_face())})

    assert the_check("brightness", reading).value == 132
    assert the_check("face_count", reading).value == 1
    assert the_check("possible_faces", reading).outcome is WARNED


def test_whether_a_face_is_covered_is_left_out_where_nobody_knows() -> None:
    names = {check.name for check in check_quality(a_reading(), PictureKind.SOURCE).checks}

    assert "occlusion" not in names


def test_a_profile_may_turn_away_so_far_that_no_face_is_found() -> None:
    names = {check.name for check in check_quality(a_reading(yaw=80.0), PictureKind.PROFILE).checks}

    assert "yaw" not in names
    assert check_quality(a_reading(yaw=80.0), PictureKind.PROFILE).status is PASSED
    assert check_quality(a_reading_without_a_face(), PictureKind.PROFILE).status is WARNED
    couple = a_reading(a_face(confidence=1.62))
    assert check_quality(couple, PictureKind.PROFILE).status is FAILED


@pytest.mark.parametrize(
    "changes",
    [
        {"width_px": 41},
        {"sharpness": 0.2},
        {"brightness": 20.0},
        {"overexposed": 0.9},
        {"noise": 40.0},
        {"box": Box(left=-0.1, top=0.3, width=0.4, height=0.4)},
    ],
)
def test_a_scene_is_warned_of_what_a_portrait_fails_for(changes: dict[str, Any]) -> None:
    reading = a_reading(yaw=50.0, roll=40.0, **changes)

    assert check_quality(reading, PictureKind.FRONTAL).status is FAILED
    assert check_quality(reading, PictureKind.FREE).status is WARNED


def test_a_scene_may_show_nobody_or_several_but_not_nothing() -> None:
    crowd = a_reading(a_face(confidence=1.62), a_face(confidence=0.9))
    blank = a_reading_without_a_face(luma_std=0.0)

    assert the_check("face_count", crowd, PictureKind.FREE).outcome is WARNED
    assert check_quality(a_reading_without_a_face(), PictureKind.FREE).status is WARNED
    assert check_quality(blank, PictureKind.FREE).status is FAILED


def test_a_softened_limit_speaks_of_the_warning() -> None:
    check = the_check("face_width", a_reading(width_px=41), PictureKind.FREE)

    assert check.message == "The face is 41 pixels wide; at least 128 are recommended."


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("face_width", {"width_px": 74}, "The face is 74 pixels wide; at least 80 are needed."),
        ("face_width", {"width_px": 1307}, "The face is 1,307 pixels wide."),
        (
            "brightness",
            {"brightness": 39.4},
            "The face is too dark: its brightness is 39 of 255; at least 40 is needed.",
        ),
        (
            "overexposed",
            {"overexposed": 0.444},
            "44% of the face is overexposed; at most 40% can be used.",
        ),
        ("roll", {"roll": -20.2}, "The head is tilted by 20 degrees; at most 15 are recommended."),
    ],
)
def test_a_photographer_reads_the_value_and_the_limit(
    name: str, changes: dict[str, Any], message: str
) -> None:
    assert the_check(name, a_reading(**changes)).message == message


def test_what_is_shown_is_what_is_judged() -> None:
    """Not "sharpness is 0.5; at least 0.5 is needed"."""
    assert the_check("sharpness", a_reading(sharpness=0.46)).outcome is WARNED


def test_the_rules_of_a_kind_name_checks_that_there_are() -> None:
    checks = limits().checks
    sides = {f"{name}.{side}" for name in checks for side in ("below", "above")}
    for rules in limits().kinds.values():
        assert rules.left_out <= set(checks)
        assert rules.softened <= sides
    assert set(limits().kinds) == set(PictureKind)
