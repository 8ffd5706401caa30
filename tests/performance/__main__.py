"""`python -m tests.performance [--rounds N]` measures, and writes docs/performance.md and its plot.

It takes about five minutes. Also docs/costs.md, whose counts a test compares.
"""

import argparse
import os
from datetime import UTC, datetime

from tests.performance.measuring import measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each ratio is measured")
    rounds = parser.parse_args().rounds
    load = os.getloadavg()[0]
    measured = measure(rounds)
    # Only now: counting puts this process into an environment without any real account.
    from tests.performance import costs, costs_page, page
    from tests.performance.analysis import measure_analysis
    from tests.performance.bundle_sizes import bundle_sizes
    from tests.performance.counting import count_portraits
    from tests.performance.findings import Findings

    found = Findings(
        measured=measured,
        bundles=bundle_sizes(),
        portraits=count_portraits(),
        analysis=measure_analysis(),
        load=load,
        processors=os.process_cpu_count() or 1,
    )
    page.write(found, datetime.now(UTC).date())
    costs.PATH.write_text(costs_page.text(), encoding="utf-8")
    print((page.DOCS / "performance.md").read_text())


if __name__ == "__main__":
    main()
