"""docs/performance.svg: each figure as a share of its goal, one bar beside another."""

from collections.abc import Sequence
from html import escape

from tests.performance.figures import Figure

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 860, 330, 160, 30, 56
_FULL = 1.6
"""Where the scale ends, in goals; longer bars are cut there and say so in their number."""
_GOOD, _MISSED, _INK, _FAINT = "#2f7d5b", "#b4552d", "#22272e", "#9aa4af"


def svg(figures: Sequence[Figure]) -> str:
    """The whole picture; text stays text."""
    height = _TOP + _ROW * len(figures) + 20
    goal = _x(1.0)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" role="img" '
            'font-family="sans-serif" font-size="13">'
        ),
        "<title>Measured figures as a share of their goals</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        (
            f'<text x="16" y="24" font-size="15" fill="{_INK}">'
            "Measured, as a share of the goal (shorter is better)</text>"
        ),
        f'<text x="{goal}" y="{_TOP - 8}" text-anchor="middle" fill="{_INK}">goal</text>',
        *(part for row, figure in enumerate(figures) for part in _bar(row, figure)),
        (
            f'<line x1="{goal}" y1="{_TOP}" x2="{goal}" y2="{height - 16}" stroke="{_INK}" '
            'stroke-dasharray="4 3"/>'
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _bar(row: int, figure: Figure) -> list[str]:
    y = _TOP + _ROW * row
    end = _x(min(figure.of_goal, _FULL))
    colour = _GOOD if figure.met else _MISSED
    number = f"{figure.told(figure.value)}  (goal {figure.told(figure.goal)})"
    return [
        (
            f'<text x="{_LEFT - 10}" y="{y + 19}" text-anchor="end" fill="{_INK}">'
            f"{escape(f'{figure.id} {figure.what}'.replace('`', ''))}</text>"
        ),
        f'<rect x="{_LEFT}" y="{y + 6}" width="{end - _LEFT:.1f}" height="18" fill="{colour}"/>',
        f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT}" y2="{y + _ROW}" stroke="{_FAINT}"/>',
        (
            f'<text x="{end + 8:.1f}" y="{y + 19}" fill="{_INK}" font-size="11" '
            f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(number)}</text>'
        ),
    ]


def _x(goals: float) -> float:
    return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * goals / _FULL, 1)
