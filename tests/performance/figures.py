"""A measured figure beside its goal."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`values` are repeats; the median counts. A goal is the largest value that is good."""

    id: str
    what: str
    values: Sequence[float]
    goal: float
    unit: str = ""
    decimals: int = 2
    beside: str = ""

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        return round(self.value, self.decimals) <= self.goal

    @property
    def of_goal(self) -> float:
        """1.0 is exactly the goal."""
        return self.value / self.goal

    def told(self, value: float) -> str:
        return f"{value:.{self.decimals}f}{self.unit and ' '}{self.unit}"

    @property
    def spread(self) -> str:
        """Least and most of the repeats."""
        if len(self.values) < 2:
            return "–"
        return f"{min(self.values):.{self.decimals}f} – {max(self.values):.{self.decimals}f}"
