"""Draws in threads and spoils finished pictures on request: what all providers share."""

import asyncio
import itertools
import os
from concurrent.futures import ThreadPoolExecutor

from infra.local.simulators.drawing import Brief, draw
from infra.local.simulators.drift import drifted
from infra.local.simulators.faults import Fault, FaultKind

_NOT_AN_IMAGE = b"<!doctype html><title>Not an image</title><p>Nothing to see here."
_MEGABYTE = 1_000_000

# Faults of the picture itself, whichever provider sends it.
PICTURE_FAULTS = {
    "truncated_image": FaultKind(("picture",)),
    "not_an_image": FaultKind(("picture",)),
    "huge_image": FaultKind(("picture",), {"megabytes": 40.0}),
    "identity_drift": FaultKind(("picture",)),
}


class Artist:
    """Drawing takes a core for tens of milliseconds: threads keep the event loop answering."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="drawing")
        self._unseeded = itertools.count(1)

    def seed(self, given: int | None) -> int:
        """Without a seed every call differs, yet a restarted simulator repeats itself."""
        return next(self._unseeded) if given is None else given

    async def draw(self, brief: Brief) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._threads, draw, brief)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def spoil(picture: bytes, fault: Fault | None) -> bytes:
    """The picture as the fault leaves it."""
    if fault is None:
        return picture
    if fault.name == "truncated_image":
        return picture[: len(picture) // 2]
    if fault.name == "not_an_image":
        return _NOT_AN_IMAGE
    if fault.name == "identity_drift":
        return drifted(picture)
    return picture + bytes(round(fault.number("megabytes") * _MEGABYTE))
