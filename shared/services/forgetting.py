"""Forget what is older than a deployment keeps it: one after the other, none stopping the rest."""

from collections.abc import Callable, Iterable
from itertools import islice

from shared.domain.collecting import Collected
from shared.domain.errors import NotFound
from shared.domain.ports import Counter

_AT_ONCE = 100
"""Looked at in one run; the rest is still old an hour later."""


def forget_each[T](
    nominated: Iterable[T],
    forget: Callable[[T], bool],
    *,
    counted_as: str,
    report: Collected,
    count: Counter,
) -> Collected:
    """The report with how many were forgotten. An index only nominates: `forget` looks at the
    record, and says whether it was, or in a dry run would have been, forgotten."""
    for one in list(islice(nominated, _AT_ONCE)):
        changed = counted_as
        try:
            if not forget(one):
                continue
        except NotFound:
            continue
        except Exception as trouble:  # noqa: BLE001  # whatever it is, the others go on
            count("forget_failed", type(trouble).__name__)
            changed = "failed"
        report = report.model_copy(update={changed: getattr(report, changed) + 1})
    return report
