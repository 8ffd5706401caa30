"""`python -m tests.simulation --unfair 100000 --fair 20000`: many schedules on all cores;
`--first N --unfair 1 --trace` tells one of them call by call."""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from os import process_cpu_count

from tests.simulation.invariants import Broken
from tests.simulation.proof import Tally, prove
from tests.simulation.schedule import Schedule

_CHUNK = 500


def main() -> None:
    options = _options()
    began = time.perf_counter()
    if options.trace:
        _tell(options.first, fair=options.fair > 0)
        return
    for name, count in (("unfair", options.unfair), ("fair", options.fair)):
        tally = _prove(options.first, count, fair=name == "fair")
        print(
            f"{name}: {tally.schedules:,} schedules, {tally.steps:,} steps, "
            f"{tally.crashes:,} crashes, {tally.late:,} late images, 0 violations, "
            f"{time.perf_counter() - began:.0f} s so far"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unfair", type=int, default=0, help="how many unfair schedules")
    parser.add_argument("--fair", type=int, default=0, help="how many fair schedules")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--trace", action="store_true", help="tell the first one")
    return parser.parse_args()


def _tell(seed: int, *, fair: bool) -> None:
    schedule = Schedule(seed, fair, trace=[])
    try:
        schedule.run()
    except Broken as broken:
        print(f"broken: {broken}")
    print("\n".join(schedule.trace or ()))


def _prove(first: int, count: int, *, fair: bool) -> Tally:
    total = Tally()
    with ProcessPoolExecutor(process_cpu_count()) as pool:
        for tally in pool.map(_chunk, _chunks(first, count), [fair] * (count // _CHUNK + 1)):
            total += tally
    return total


def _chunks(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, _CHUNK):
        yield range(start, min(start + _CHUNK, first + count))


def _chunk(seeds: range, fair: bool) -> Tally:
    return prove(seeds, fair=fair)


if __name__ == "__main__":
    main()
