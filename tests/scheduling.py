"""Which tests run in one process, one after the other: a file's, and those of several files that
share what takes seconds to make. Each process would make it anew."""

from xdist.scheduler.loadscope import LoadScopeScheduling

# The first that fits. Of the files in `e2e` these have an engine of their own.
_TOGETHER = (
    "tests/e2e/test_engine_conformance",
    "tests/e2e/test_engine_restart",
    "tests/e2e/test_fairness",
    "tests/e2e/test_up",
    "tests/e2e/",
    "tests/infrastructure/",
    "tests/performance/",
)
# One stack serves both, where one is needed.
_WITH = {"tests/browser/test_scripts": "tests/browser/test_scripts", "tests/browser/": "tests/e2e/"}


def scope_of(nodeid: str) -> str:
    """What a test stays together with."""
    file = nodeid.partition("::")[0]
    scope = next((start for start in (*_WITH, *_TOGETHER) if file.startswith(start)), file)
    return _WITH.get(scope, scope)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A process takes a scope at a time, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
