"""The measuring command's page and plot tell what was measured, and what was missed."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from tests.performance.analysis import FaceAnalysis
from tests.performance.bundle_sizes import BundleSize
from tests.performance.counting import count_portraits
from tests.performance.figures import Figure
from tests.performance.findings import Findings, figures
from tests.performance.kits import KitRound
from tests.performance.measuring import Measured, Round
from tests.performance.owner import Waited
from tests.performance.page import text
from tests.performance.plot import svg

DAY = date(2026, 11, 21)


def findings(
    *,
    pack_seconds: float = 2.4,
    peak_memory_mb: float = 150,
    kit_seconds: float = 12.0,
    analysis_ms: float = 180,
    analysis_mb: float = 110,
) -> Findings:
    pack = Waited(began=0, recorded=pack_seconds, seen=pack_seconds)
    return Findings(
        measured=Measured(
            memory_mb=1024,
            rounds=[Round(2.0, pack, pack_billed=0.22, baseline_billed=2.2)],
            kits=[KitRound(kit_seconds, in_sequence=kit_seconds + 9)],
            cold_pack=pack,
            pack_cpu=0.1,
            peak_memory_mb=peak_memory_mb,
            webhook_billed=0.05,
        ),
        bundles=[BundleSize("worker", 15.2, compiled=1.0)],
        portraits=count_portraits(),
        analysis=FaceAnalysis([analysis_ms - 9, analysis_ms, analysis_ms + 70], analysis_mb),
        load=0.1,
        processors=2,
    )


def test_a_page_of_reached_goals_has_nothing_to_explain() -> None:
    page = text(findings(), DAY)

    assert "missed" not in page
    assert "What stands in the way" not in page
    assert "| P3 | pack of ten ÷ one provider call | 1.20 | – | ≤ 1.25 | reached |" in page
    assert "| P4 | kit of 7 slots ÷ two provider calls | 1.20 | – | ≤ 1.25 | reached |" in page


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"pack_seconds": 3.0}, "**P3** misses"),
        ({"kit_seconds": 12.9}, "**P4.** Two calls"),
        ({"peak_memory_mb": 230.0}, "**P12, memory.**"),
        ({"analysis_ms": 260.0}, "**P13, time.**"),
        ({"analysis_mb": 230.0}, "**P13, memory.**"),
    ],
)
def test_a_missed_goal_says_what_stands_in_its_way(worse: dict[str, float], reason: str) -> None:
    page = text(findings(**worse), DAY)

    assert page.count("**missed**") == 1
    assert reason in page


def test_the_counts_of_the_page_are_the_counts_of_the_tests() -> None:
    counted = {figure.what: figure.value for figure in figures(findings())}

    assert counted["AWS calls to submit a pack"] == 3
    assert counted["AWS calls per image"] == 8


def test_the_plot_is_an_image_whose_bars_are_shares_of_the_goals() -> None:
    drawn = ET.fromstring(
        svg([Figure("P3", "half & half", [0.5], goal=1), Figure("P9", "over", [9], goal=1)])
    )

    half, over = (bar for bar in drawn.iter() if bar.tag.endswith("rect") and bar.get("x"))
    goal = next(line for line in drawn.iter() if line.get("stroke-dasharray"))
    left, at_goal = float(half.attrib["x"]), float(goal.attrib["x1"])
    assert float(half.attrib["width"]) == pytest.approx((at_goal - left) / 2, abs=0.1)
    assert float(over.attrib["width"]) > at_goal - left
    assert half.get("fill") != over.get("fill")
