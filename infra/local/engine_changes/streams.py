"""Streams of tables that outlive a restart: what no function has read yet is part of the state.

ministack keeps its readers' places but not the records, whose count begins anew: after a restart
a function would be told nothing until as many changes had been made as before it.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack lives in the script's own environment.)

import copy
from typing import Any

from ministack.services import dynamodb, lambda_svc

from infra.local.engine_changes.guard import expect_source


def unread_records_are_kept() -> None:
    """With the table's own state, so that both are of one moment; whoever reads begins with the
    first of them, for a place that was saved at another moment might skip some."""
    expect_source(dynamodb.get_state, "ce90690a6033950f")
    expect_source(dynamodb.load_persisted_state, "6f58d9dc1e6e4edf")
    expect_source(lambda_svc._poll_dynamodb_streams, "2b2460e933a9f3c3")
    expect_source(lambda_svc.load_persisted_state, "140113ddcd3634e1")
    tables_of, load_tables = dynamodb.get_state, dynamodb.load_persisted_state
    load_functions = lambda_svc.load_persisted_state

    def get_state() -> dict[str, Any]:
        return {**tables_of(), "stream": _unread(), "changes_so_far": dynamodb._stream_seq_counter}

    def load_persisted_state(state: dict[str, Any] | None) -> None:
        load_tables(state)
        if state and "stream" in state:
            dynamodb._stream_records.update(state["stream"])
            dynamodb._stream_seq_counter = state["changes_so_far"]

    def without_places(state: dict[str, Any] | None) -> None:
        load_functions({**state, "dynamodb_stream_positions": {}} if state else state)

    dynamodb.get_state = get_state
    dynamodb.load_persisted_state = load_persisted_state
    lambda_svc.load_persisted_state = without_places


def _unread() -> Any:
    """By table, what its slowest reader has before it; nothing of a table that nobody reads."""
    first: dict[tuple[str, str, str], int] = {}
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":dynamodb:" in arn:
            table = arn.split("/")[1]
            places = lambda_svc._dynamodb_stream_positions
            place = places.get_scoped(account, region, mapping["UUID"], 0)
            scope = (account, region, table)
            first[scope] = min(place, first.get(scope, place))
    unread = type(dynamodb._stream_records)()
    for (account, region, table), place in first.items():
        records = dynamodb.stream_live_records(table, account_id=account, region=region)
        start = dynamodb.stream_start_position(table, account_id=account, region=region)
        unread.set_scoped(account, region, table, copy.deepcopy(records[max(0, place - start) :]))
    return unread
