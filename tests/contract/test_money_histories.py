"""Random histories of generations: at every step what is used is what is held and what was
captured, and the ledger says the same."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.dynamo.table import Table
from shared.domain.errors import (
    AlreadyFinal,
    InFlightLimit,
    NothingFailed,
    QuotaExceeded,
    StillRunning,
)
from shared.domain.quota import period_of
from tests.aws import TABLE, fresh_aws
from tests.builders import ADA
from tests.contract.conftest import dynamo_stores, fake_stores
from tests.contract.history import ADA_PAYS, History

_ITEM = ("claim", "call", "refuse", "lose", "draw", "store", "time out", "bury")
_WHOLE = ("close", "cancel", "retry", "delete")
_STEP = st.one_of(
    st.tuples(st.just("submit"), st.integers(1, 4), st.just(0)),
    st.tuples(st.sampled_from(_ITEM), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.sampled_from(("run", "give up")), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.sampled_from(_WHOLE), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("late"), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from((30, 600, 1500, 86_400 * 20)), st.just(0)),
)
"""What is done, to which generation or how much of it, and to which item."""
type Steps = Sequence[tuple[str, int, int]]


def play(history: History, steps: Steps) -> None:
    for what, which, index in steps:
        # That a refusal has written nothing is part of what is checked.
        with contextlib.suppress(
            AlreadyFinal, InFlightLimit, NothingFailed, QuotaExceeded, StillRunning
        ):
            _do(history, what, which, index)
        history.check()


def _do(history: History, what: str, which: int, index: int) -> None:
    if what == "submit":
        history.submit(which)
    elif what == "wait":
        history.clock.advance(timedelta(seconds=which))
    elif history.alive:
        name = history.alive[which % len(history.alive)]
        whole: dict[str, Callable[[], object]] = {
            "close": lambda: history.close(generation_id=name),
            "cancel": lambda: history.cancel(owner=ADA, generation_id=name),
            "retry": lambda: history.retry(owner=ADA_PAYS, generation_id=name),
            "delete": lambda: history.delete(name),
            "late": lambda: history.come_late(name, index),
            "run": lambda: history.run(name, index),
            "give up": lambda: history.give_up(name, index),
        }
        whole.get(what, lambda: history.happen(name, index, what))()


@settings(max_examples=1000, deadline=None)
@given(st.lists(_STEP, min_size=5, max_size=40))
def test_money_adds_up_whatever_happens(steps: Steps) -> None:
    play(History(fake_stores()), steps)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, min_size=10, max_size=25))
def test_money_adds_up_in_the_table_too(steps: Steps) -> None:
    with fresh_aws() as aws:
        play(History(dynamo_stores(Table(aws.dynamodb, TABLE))), steps)


def test_a_history_that_knows_every_move_of_money() -> None:
    """Late after closing, retried, cancelled, deleted, and all of it in the next month."""
    history = History(fake_stores())

    play(
        history,
        [
            ("submit", 2, 0),
            ("give up", 0, 0),
            ("give up", 0, 1),
            ("late", 0, 0),
            ("retry", 0, 0),
            ("late", 0, 1),
            ("run", 1, 0),
            ("wait", 86_400 * 20, 0),
            ("delete", 0, 0),
            ("submit", 4, 0),
            ("run", 1, 0),
            ("cancel", 1, 0),
        ],
    )

    assert history.late_images == 1
    assert history.stores.owners.images_used(ADA, "2026-03") == 2
    assert history.stores.owners.images_used(ADA, period_of(history.clock())) == 1
    entries = {entry for _, entry in history.stores.ledger_of(ADA)}
    assert entries == {"hold", "release", "late#00"}
