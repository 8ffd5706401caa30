"""The simulation is worth what it catches: every planted bug, within the seeds that
continuous integration runs."""

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.proof import CI_UNFAIR, first_caught


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_caught(mutant: Mutant) -> None:
    assert first_caught(mutant.subject, CI_UNFAIR) is not None


def test_enough_bugs_are_planted() -> None:
    assert len(MUTANTS) >= 30
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
