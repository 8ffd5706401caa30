"""Who drew, and so whether the costs that are shown were really spent."""

from collections.abc import Collection
from typing import Final

PROVIDERS: Final = {"gemini": "Gemini", "replicate": "Replicate"}


def drawn_by(provider: str, simulated: Collection[str]) -> str:
    """For a heading: the provider's own name, and that it was not there when it was not."""
    return PROVIDERS[provider] + (", simulated" if provider in simulated else "")


def spending(simulated: Collection[str]) -> str:
    """One sentence or two for those who look at the costs; `simulated` by name of the provider."""
    drawn_here = [title for name, title in PROVIDERS.items() if name in simulated]
    drawn_there = [title for name, title in PROVIDERS.items() if name not in simulated]
    if not drawn_there:
        return (
            "Nothing was spent: simulators on this machine stood in for Gemini and Replicate and "
            "drew from the photo. Costs are what the real ones charge for the same calls."
        )
    if not drawn_here:
        return "Gemini and Replicate drew with your keys: the costs are yours."
    return (
        f"{drawn_there[0]} drew with your key: its costs are yours. A simulator on this machine "
        f"stood in for {drawn_here[0]}, whose costs were not spent."
    )
