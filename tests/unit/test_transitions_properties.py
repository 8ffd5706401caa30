"""What holds for every move, whatever happens in whatever order."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain import events as e
from shared.domain.generation import STAGES, AttemptOutcome, Dispatch, Item, Status
from shared.domain.likeness import Similarity
from shared.domain.limits import MAX_ATTEMPTS
from shared.domain.request import Acceptance
from shared.domain.transitions import TABLE, Ignored, Move, decide
from tests.builders import NOW, a_generation, an_attempt, an_image, an_item
from tests.draw_builders import a_score, awaiting, scored
from tests.unit.test_transitions import a_failure

_SECONDS = st.integers(0, 4000)


def _attempt(draw: st.DrawFn, item: Item) -> Any:
    return an_attempt(
        item,
        number=draw(st.sampled_from((item.calls, max(item.calls - 1, 1), item.calls + 1))),
        prediction_id=draw(st.sampled_from((None, "p1", "p2"))),
        outcome=draw(st.sampled_from((None, AttemptOutcome.SUCCEEDED))),
        called_at=NOW,
        cost_micro_usd=draw(st.integers(0, 50_000)),
    )


def _image(draw: st.DrawFn, item: Item) -> Any:
    if item.image is not None and draw(st.booleans()):
        return item.image
    similarity = draw(st.sampled_from((None, Similarity.pending(), a_score(60), a_score(90))))
    number = draw(st.integers(1, 5))
    return an_image(a_generation(), item.index, number=number, similarity=similarity)


_MAKE: dict[type[e.Event], Any] = {
    e.LetGo: lambda draw, item: e.LetGo(awaited=draw(st.booleans())),
    e.GivenUp: lambda draw, item: e.GivenUp(a_failure()),
    e.Answered: lambda draw, item: e.Answered(),
    e.Claimed: lambda draw, item: e.Claimed(),
    e.Unclaimed: lambda draw, item: e.Unclaimed(),
    e.ProviderCalled: lambda draw, item: e.ProviderCalled(_attempt(draw, item)),
    e.Bound: lambda draw, item: e.Bound(_attempt(draw, item)),
    e.AttemptFailed: lambda draw, item: e.AttemptFailed(
        attempt_number=draw(st.sampled_from((item.calls, item.calls + 1))),
        failure=a_failure(),
        transient=draw(st.booleans()),
        retry_after=timedelta(seconds=draw(_SECONDS)),
        attempt=draw(st.sampled_from((None, _attempt(draw, item)))),
    ),
    e.LeaseExpired: lambda draw, item: e.LeaseExpired(),
    e.GivenBack: lambda draw, item: e.GivenBack(
        attempt_number=draw(st.sampled_from((item.calls, item.calls + 1)))
    ),
    e.GoodResult: lambda draw, item: e.GoodResult(_attempt(draw, item), _image(draw, item)),
    e.UploadResumed: lambda draw, item: e.UploadResumed(),
    e.ResultLost: lambda draw, item: e.ResultLost(),
    e.StoreFailed: lambda draw, item: e.StoreFailed(a_failure(), transient=draw(st.booleans())),
    e.Stored: lambda draw, item: e.Stored(_image(draw, item)),
    e.Judged: lambda draw, item: e.Judged(
        price_micro_usd=39_000, share_micro_usd=draw(st.sampled_from((None, None, 100_000)))
    ),
    e.LateResult: lambda draw, item: e.LateResult(_attempt(draw, item), _image(draw, item)),
    e.LateWindowEnded: lambda draw, item: e.LateWindowEnded(),
    e.CancelRequested: lambda draw, item: e.CancelRequested(),
    e.DeadlinePassed: lambda draw, item: e.DeadlinePassed(),
    e.DeadLettered: lambda draw, item: e.DeadLettered(),
}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Item, e.Event, datetime]]:
    """What an item goes through: states, events and times, as decided one after the other."""
    accept = draw(st.sampled_from((None, Acceptance(max_attempts=2))))
    item = an_item(a_generation(), dispatch=draw(st.sampled_from(Dispatch)), accept=accept)
    now, steps = NOW, []
    for _ in range(draw(st.integers(1, 25))):
        now += timedelta(seconds=draw(_SECONDS) // draw(st.sampled_from((1, 100))))
        fitting = [event for status, event in TABLE if status is item.status] or list(_MAKE)
        kind = draw(st.sampled_from(fitting if draw(st.booleans()) else list(_MAKE)))
        event = _MAKE[kind](draw, item)
        steps.append((item, event, now))
        decision = decide(item, event, now)
        item = decision.after if isinstance(decision, Move) else item
        if item.awaits_judgement and draw(st.booleans()):
            scores = (Similarity.not_measured("no_face"), a_score(60), a_score(90))
            item = scored(item, draw(st.sampled_from(scores)))
    return steps


@st.composite
def any_item(draw: st.DrawFn) -> Item:
    """Also such that no sequence of events leads to."""
    moment = st.sampled_from((None, NOW, NOW + timedelta(minutes=10)))
    return an_item(
        a_generation(),
        status=draw(st.sampled_from(Status)),
        dispatch=draw(st.sampled_from((None, *Dispatch))),
        calls=draw(st.integers(0, 4)),
        attempts=draw(st.integers(0, MAX_ATTEMPTS)),
        lease_until=draw(moment),
        started_at=draw(moment),
        called_at=draw(moment),
        late_until=draw(moment),
        prediction_id=draw(st.sampled_from((None, "p1"))),
        image=draw(st.sampled_from((None, an_image(a_generation()), awaiting()[0].image))),
        accept=draw(st.sampled_from((None, Acceptance()))),
        awaited=draw(st.booleans()),
    )


@given(st.data(), any_item(), st.sampled_from(list(_MAKE)), _SECONDS)
def test_every_state_has_an_answer_to_every_event(
    data: st.DataObject, item: Item, kind: type[e.Event], seconds: int
) -> None:
    event = _MAKE[kind](data.draw, item)

    decision = decide(item, event, NOW + timedelta(seconds=seconds))

    assert isinstance(decision, Ignored | Move)
    if isinstance(decision, Ignored):
        assert decision.reason.isidentifier()


def test_every_event_is_in_the_table() -> None:
    names = {event.__name__ for event in e.Event.__subclasses__()}

    assert {event for _, event in TABLE} == set(_MAKE)
    assert {event.__name__ for event in _MAKE} == names


@given(lives())
def test_a_move_starts_from_what_was_read_and_adds_one_to_its_version(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    for before, after in moves(life):
        assert after.version == before.version + 1
        assert (after.id, after.generation_id, after.index) == (
            before.id,
            before.generation_id,
            before.index,
        )


@given(lives())
def test_the_furthest_stage_never_moves_back(life: list[tuple[Item, e.Event, datetime]]) -> None:
    for before, after in moves(life):
        assert STAGES.index(after.furthest) >= STAGES.index(before.furthest)
        if after.status in STAGES:
            assert STAGES.index(after.furthest) >= STAGES.index(after.status)


@given(lives())
def test_an_end_is_an_end_but_for_a_timeout_in_its_window(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    for item, event, now in life:
        decision = decide(item, event, now)
        if not item.ended or isinstance(decision, Ignored) or isinstance(event, e.Answered):
            continue
        assert item.status is Status.FAILED
        assert item.failure is not None
        assert item.failure.code == "timeout"
        if decision.after.status is not Status.FAILED:
            assert (decision.after.status, decision.after.late) == (Status.COMPLETED, True)
            assert item.late_until is not None
            assert now < item.late_until


@given(lives())
def test_attempts_stay_within_the_allowance_of_a_draw(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    for before, after in moves(life):
        assert 0 <= after.attempts <= MAX_ATTEMPTS
        assert after.calls >= before.calls
        assert after.attempts <= after.calls
        assert after.draws[: len(before.draws)] == before.draws
        if after.accept is not None:
            assert len(after.draws) <= after.accept.max_attempts


@given(lives())
def test_money_that_was_spent_stays_spent(life: list[tuple[Item, e.Event, datetime]]) -> None:
    for before, after in moves(life):
        assert after.cost_micro_usd >= before.cost_micro_usd


@given(lives())
def test_an_image_that_went_live_is_never_thrown_away(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    """The best of all is delivered, and the others are on record."""
    for before, after in moves(life):
        live = [one for one in (before.best, before.image) if one and one.status == "live"]
        if before.ended or not live:
            continue
        known = {draw.image_id for draw in after.draws} | {after.image.id if after.image else ""}
        assert {one.id for one in live} <= known
        if after.ended:
            assert after.status is Status.COMPLETED
            assert after.image is not None
            scores = [draw.score for draw in after.draws if draw.score is not None]
            assert after.image.score == max(scores, default=None)


@given(lives())
def test_what_is_completed_has_an_image_and_what_waits_has_none(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    with_image = (Status.UPLOADING, Status.COMPLETED)
    for _, after in moves(life):
        assert (after.image is not None) == (after.status in with_image)
        if after.ended:
            assert (after.lease_until, after.dispatch) == (None, None)
            assert after.completed_at is not None


@given(lives())
def test_what_a_workflow_awaits_is_let_go_awaited_and_is_so_until_its_end_was_told(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    for item, event, now in life:
        decision = decide(item, event, now)
        if isinstance(decision, Ignored) or decision.after.awaited == item.awaited:
            continue
        if item.awaited:
            assert isinstance(event, e.Answered)
            assert item.ended
            unchanged = {"awaited", "version"}
            assert decision.after.model_dump(exclude=unchanged) == item.model_dump(
                exclude=unchanged
            )
        else:
            assert event == e.LetGo(awaited=True)
            assert item.dispatch is Dispatch.HELD


@given(lives())
def test_only_what_is_held_is_given_up_and_it_has_cost_nothing(
    life: list[tuple[Item, e.Event, datetime]],
) -> None:
    for item, event, now in life:
        decision = decide(item, event, now)
        if isinstance(event, e.GivenUp) and isinstance(decision, Move):
            assert item.dispatch is Dispatch.HELD
            assert (decision.after.calls, decision.after.cost_micro_usd) == (0, 0)


def moves(life: list[tuple[Item, e.Event, datetime]]) -> list[tuple[Item, Item]]:
    """The steps that changed something."""
    decisions = [decide(item, event, now) for item, event, now in life]
    return [(each.before, each.after) for each in decisions if isinstance(each, Move)]
