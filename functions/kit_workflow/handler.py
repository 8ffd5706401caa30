"""The states of the kit workflow: one small function each, picked by the name in the event."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.runtime import bootstrap_kit_workflow as bootstrap
from shared.runtime.observability import logger, metrics


def check_source(*, owner: str, kit_id: str) -> dict[str, str]:
    """What the state machine chooses by."""
    return {"photo": bootstrap.check_source()(owner=owner, kit_id=kit_id)}


def draw_slot(*, generation_id: str, index: int, token: str) -> dict[str, str]:
    """Returns at once: the state ends when its token is answered."""
    bootstrap.run_slot()(generation_id=generation_id, index=index, token=token)
    return {}


def finish_kit(*, generation_id: str) -> dict[str, str]:
    bootstrap.finish_kit()(generation_id=generation_id)
    return {}


STATES: Final[Mapping[str, Callable[..., dict[str, str]]]] = {
    state.__name__: state for state in (check_source, draw_slot, finish_kit)
}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """`event` is the name of a `state` and its arguments. Raises to be tried again."""
    state, arguments = event["state"], {k: v for k, v in event.items() if k != "state"}
    try:
        return STATES[state](**arguments)
    except Exception:
        logger().exception("state failed", state=state)
        raise
    finally:
        metrics().flush_metrics()
