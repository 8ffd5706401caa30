"""Planted bugs. Each is one mistake somebody could make in the rules, the handlers or the
stores; a simulation that lets one of them pass proves nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain import closing, holding, sweeping
from shared.domain import events as e
from shared.domain.closing import Closing, LateCompletion
from shared.domain.generation import Item, Snapshot, Status
from shared.domain.limits import LEASE
from shared.domain.quota import period_of
from shared.domain.transitions import Decision, Ignored, Move, decide
from tests.simulation.handlers.moving import Rules
from tests.simulation.mutant_handlers import BROKEN_HANDLERS, BROKEN_WORLDS, PollsOnlyWhatItBound
from tests.simulation.schedule import Subject

type Decide = Callable[[Item, e.Event, datetime], Decision]


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    subject: Subject


def _next(item: Item, **changes: object) -> Item:
    return item.model_copy(update={"version": item.version + 1, **changes})


# -- moves


def _bind_overwrites(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.Bound) and not item.ended:
        changes = {"status": Status.GENERATING, "prediction_id": event.attempt.prediction_id}
        return Move(item, _next(item, lease_until=None, **changes), attempt=event.attempt)
    return decide(item, event, now)


def _result_accepted_after_cancel(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.GoodResult) and item.status is Status.CANCELLED:
        return _as(item, event, now, Status.GENERATING)
    return decide(item, event, now)


def _second_result_wins_too(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.GoodResult) and item.status is Status.COMPLETED:
        return _as(item, event, now, Status.GENERATING)
    return decide(item, event, now)


def _as(item: Item, event: e.Event, now: datetime, status: Status) -> Decision:
    """Decides as if the item were in another state."""
    decision = decide(item.model_copy(update={"status": status}), event, now)
    if isinstance(decision, Ignored):
        return Ignored(item, decision.reason)
    return replace(decision, before=item)


def _stale_attempt_fails_the_item(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.AttemptFailed):
        return decide(item, replace(event, attempt_number=item.calls), now)
    return decide(item, event, now)


def _lease_means_nothing(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.LeaseExpired):
        return decide(item, event, now + LEASE)
    return decide(item, event, now)


def _attempts_without_end(item: Item, event: e.Event, now: datetime) -> Decision:
    tireless = item.model_copy(update={"attempts": 0})
    decision = decide(tireless, event, now)
    if isinstance(decision, Ignored):
        return Ignored(item, decision.reason)
    spent = item.attempts + decision.after.attempts
    return replace(
        decision, before=item, after=decision.after.model_copy(update={"attempts": spent})
    )


def _cost_counted_again(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.GoodResult | e.LateResult):
        unpaid = event.attempt.model_copy(update={"outcome": None})
        return decide(item, replace(event, attempt=unpaid), now)
    return decide(item, event, now)


def _upload_forgets_who_made_it(item: Item, event: e.Event, now: datetime) -> Decision:
    decision = decide(item, event, now)
    if isinstance(event, e.GoodResult) and isinstance(decision, Move):
        kept = {"prediction_id": item.prediction_id, "won_by": None}
        return replace(decision, after=decision.after.model_copy(update=kept))
    return decision


def _late_window_never_closes(item: Item, event: e.Event, now: datetime) -> Decision:
    decision = decide(item, event, now)
    if isinstance(event, e.DeadlinePassed) and isinstance(decision, Move):
        after = decision.after
        if after.late_until is not None:
            longer = {"late_until": after.late_until + timedelta(days=1)}
            return replace(decision, after=after.model_copy(update=longer))
    return decision


def _cancel_leaves_late_windows_open(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.CancelRequested) and item.status is Status.FAILED:
        return Ignored(item, "ended")
    return decide(item, event, now)


# -- scores and redraws


def _a_failure_throws_the_best_away(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.AttemptFailed | e.DeadlinePassed | e.LeaseExpired) and item.best:
        forgetful = decide(item.model_copy(update={"best": None}), event, now)
        if isinstance(forgetful, Ignored):
            return Ignored(item, forgetful.reason)
        return replace(forgetful, before=item)
    return decide(item, event, now)


def _draws_without_end(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.Judged) and item.accept is not None:
        greedy = item.accept.model_copy(update={"max_attempts": 99})
        decision = decide(item.model_copy(update={"accept": greedy}), event, now)
        if isinstance(decision, Ignored):
            return Ignored(item, decision.reason)
        after = decision.after.model_copy(update={"accept": item.accept})
        return replace(decision, before=item, after=after)
    return decide(item, event, now)


def _draws_whatever_it_costs(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.Judged):
        return decide(item, replace(event, share_micro_usd=None), now)
    return decide(item, event, now)


def _takes_images_of_earlier_draws(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.GoodResult) and item.draws:
        one_draw = item.model_copy(update={"attempts": item.calls})
        decision = decide(one_draw, event, now)
        if isinstance(decision, Ignored):
            return Ignored(item, decision.reason)
        after = decision.after.model_copy(update={"attempts": item.attempts})
        return replace(decision, before=item, after=after)
    return decide(item, event, now)


def _draws_beside_an_attempt_that_runs(item: Item, event: e.Event, now: datetime) -> Decision:
    if isinstance(event, e.Judged) and item.won_by != item.calls:
        decision = decide(item.model_copy(update={"won_by": item.calls}), event, now)
        if isinstance(decision, Ignored):
            return Ignored(item, decision.reason)
        return replace(decision, before=item)
    return decide(item, event, now)


# -- money and closing


def _changed(closed: Closing | None, **changes: object) -> Closing | None:
    if closed is None:
        return None
    return replace(closed, after=closed.after.model_copy(update=changes))


def _refunds_everything(snapshot: Snapshot, now: datetime) -> Closing | None:
    closed = closing.close(snapshot, now)
    return None if closed is None else replace(closed, released=snapshot.generation.units)


def _releases_in_the_wrong_period(snapshot: Snapshot, now: datetime) -> Closing | None:
    return _changed(closing.close(snapshot, now), quota_period=period_of(now))


def _closes_without_looking(snapshot: Snapshot, now: datetime) -> Closing | None:
    ended = [item.model_copy(update={"status": Status.FAILED}) for item in snapshot.items]
    items = tuple(
        now_ended if not item.ended and index else item
        for index, (item, now_ended) in enumerate(zip(snapshot.items, ended, strict=True))
    )
    return closing.close(snapshot.model_copy(update={"items": items}), now)


def _cancelled_reads_as_failed(snapshot: Snapshot, now: datetime) -> Closing | None:
    closed = closing.close(snapshot, now)
    if closed is None or closed.after.status is not Status.CANCELLED:
        return closed
    return _changed(closed, status=Status.FAILED)


def _late_image_is_free(snapshot: Snapshot, move: Move) -> LateCompletion:
    return replace(closing.late_completion(snapshot, move), recharged=0)


def _late_image_is_charged_while_open(snapshot: Snapshot, move: Move) -> LateCompletion:
    return replace(closing.late_completion(snapshot, move), recharged=1)


# -- sweeping and letting go


def _gives_up_without_asking(item: Item, now: datetime) -> sweeping.Remedy:
    if item.deadline is not None and now >= item.deadline and not item.ended:
        return e.DeadlinePassed()
    return sweeping.remedy(item, now)


def _leaves_bound_uploads_alone(item: Item, now: datetime) -> sweeping.Remedy:
    if item.status is Status.UPLOADING and item.prediction_id is not None:
        before = item.deadline is not None and now < item.deadline
        return None if before else e.DeadlinePassed()
    return sweeping.remedy(item, now)


def _asks_at_the_deadline_only(item: Item, now: datetime) -> sweeping.Remedy:
    """Together with a message that polls only what it bound itself."""
    what = sweeping.remedy(item, now)
    early = item.deadline is not None and now < item.deadline
    return None if early and isinstance(what, sweeping.AskProvider) else what


def _never_sends_again(item: Item, now: datetime) -> sweeping.Remedy:
    what = sweeping.remedy(item, now)
    return None if isinstance(what, sweeping.Resend) else what


def _looks_again_too_late(snapshot: Snapshot, now: datetime) -> datetime:
    return sweeping.next_due(snapshot, now) + timedelta(minutes=15)


def _trusts_a_bound_item_to_its_deadline(snapshot: Snapshot, now: datetime) -> datetime:
    running = [item for item in snapshot.items if not item.ended]
    others = tuple(item for item in running if item.prediction_id is None)
    deadlines = [item.deadline for item in running if item.prediction_id and item.deadline]
    if others or not deadlines:
        left = snapshot.model_copy(update={"items": others or snapshot.items})
        return min([sweeping.next_due(left, now), *deadlines])
    return max(now, *deadlines)


def _lets_nothing_go_after_a_failure(snapshot: Snapshot) -> tuple[Item, ...]:
    done = any(item.status is Status.COMPLETED for item in snapshot.items)
    return holding.releasable(snapshot) if done else ()


def _never_polls_again(round_: int) -> timedelta:
    return timedelta(hours=5)


def _rules() -> Iterator[tuple[str, Rules]]:
    moves: list[Decide] = [
        _bind_overwrites,
        _result_accepted_after_cancel,
        _second_result_wins_too,
        _stale_attempt_fails_the_item,
        _lease_means_nothing,
        _attempts_without_end,
        _cost_counted_again,
        _upload_forgets_who_made_it,
        _late_window_never_closes,
        _cancel_leaves_late_windows_open,
        _a_failure_throws_the_best_away,
        _draws_without_end,
        _draws_whatever_it_costs,
        _takes_images_of_earlier_draws,
        _draws_beside_an_attempt_that_runs,
    ]
    for decides in moves:
        yield decides.__name__, Rules(decide=decides)
    for closes in (
        _refunds_everything,
        _releases_in_the_wrong_period,
        _closes_without_looking,
        _cancelled_reads_as_failed,
    ):
        yield closes.__name__, Rules(close=closes)
    for late in (_late_image_is_free, _late_image_is_charged_while_open):
        yield late.__name__, Rules(late_completion=late)
    for remedy in (_gives_up_without_asking, _leaves_bound_uploads_alone, _never_sends_again):
        yield remedy.__name__, Rules(remedy=remedy)
    for looks in (_looks_again_too_late, _trusts_a_bound_item_to_its_deadline):
        yield looks.__name__, Rules(next_due=looks)
    yield "_lets_nothing_go_after_a_failure", Rules(releasable=_lets_nothing_go_after_a_failure)
    yield _never_polls_again.__name__, Rules(poll_delay=_never_polls_again)


def _subjects() -> Iterator[tuple[str, Subject]]:
    for name, rules in _rules():
        yield name, Subject(rules=rules)
    forgotten = Rules(remedy=_asks_at_the_deadline_only)
    yield "polls_are_forgotten", Subject(rules=forgotten, handlers=PollsOnlyWhatItBound)
    for handlers in BROKEN_HANDLERS:
        yield handlers.__name__, Subject(handlers=handlers)
    for world in BROKEN_WORLDS:
        yield world.__name__, Subject(world=world)


MUTANTS = [Mutant(name.lstrip("_"), subject) for name, subject in _subjects()]
