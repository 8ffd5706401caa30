"""Seeds: where a generation starts, and how its items differ."""

from typing import Final

SEED_LIMIT: Final = 2**31
"""Every provider takes 0 to 2³¹−1 (Gemini's seed is a signed 32-bit integer)."""

_STRIDE: Final = 0x9E3779B1
"""2³² divided by the golden ratio (Knuth, TAOCP 3, 6.4): odd, so that the items of a generation
never share a seed, and large, so that neighbours are far apart."""

_ITEMS: Final = 64
"""More than any generation has: a redraw's seed is that of an item that there never is."""


def item_seed(first: int, index: int) -> int:
    """`(first + index · 0x9E3779B1) mod 2³¹`: the first item keeps the seed that was asked for."""
    return (first + index * _STRIDE) % SEED_LIMIT


def redraw_seed(first: int, redraw: int) -> int:
    """Of an item that is drawn again: no draw of a generation has the seed of another."""
    return item_seed(first, _ITEMS * redraw)
