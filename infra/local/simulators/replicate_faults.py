"""The faults that the Replicate simulator can be asked for, and where each strikes.

HTTP faults strike `create`, or with `"on"` a `get` or a `cancel`. `reply` faults create the
prediction but spoil the answer; `prediction` faults change how it ends, `result` faults what it
gives, `webhook` faults how it is told, `output` and `picture` faults the download.
"""

from collections.abc import Mapping

from infra.local.simulators.faults import FaultKind
from infra.local.simulators.pictures import PICTURE_FAULTS

_ACTIONS = ("create", "get", "cancel")

SENSITIVE = (
    "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
)
NSFW = "NSFW content detected. Try running it again, or try a different prompt."

REPLICATE_FAULTS: Mapping[str, FaultKind] = {
    "rate_limited": FaultKind(_ACTIONS, {"retry_after": 5.0}),
    "server_error": FaultKind(_ACTIONS),
    "unavailable": FaultKind(_ACTIONS),
    "unauthenticated": FaultKind(_ACTIONS),
    "insufficient_credit": FaultKind(("create",)),
    "invalid_input": FaultKind(("create",)),
    "disconnect": FaultKind(_ACTIONS),
    "hang": FaultKind(_ACTIONS, {"seconds": 3600.0}),
    "not_json": FaultKind(_ACTIONS, {"status": 200.0}),
    "not_found": FaultKind(("get", "cancel")),
    "lost_reply": FaultKind(("reply",)),
    "hang_after_create": FaultKind(("reply",), {"seconds": 3600.0}),
    "webhook_before_reply": FaultKind(("reply",)),
    "latency": FaultKind(("delay",), {"seconds": 5.0}),
    "failed": FaultKind(("prediction",), {"error": "Prediction failed for an unknown reason."}),
    "sensitive_content": FaultKind(("prediction",), {"error": SENSITIVE}),
    "nsfw": FaultKind(("prediction",), {"error": NSFW}),
    "aborted": FaultKind(("prediction",)),
    "unknown_status": FaultKind(("prediction",), {"status": "paused"}),
    "stuck": FaultKind(("prediction",)),
    "output_null": FaultKind(("result",)),
    "output_empty": FaultKind(("result",)),
    "output_text": FaultKind(("result",)),
    "output_list": FaultKind(("result",)),
    "output_nested": FaultKind(("result",)),
    "output_object": FaultKind(("result",)),
    "output_data_uri": FaultKind(("result",)),
    "output_foreign_host": FaultKind(("result",), {"host": "images.example.net"}),
    "output_many": FaultKind(("result",), {"urls": 50.0}),
    "webhook_lost": FaultKind(("webhook",)),
    "webhook_duplicated": FaultKind(("webhook",), {"times": 2.0}),
    "webhook_late": FaultKind(("webhook",), {"seconds": 5.0}),
    # Signed with another secret; with `then_real` the true one follows.
    "webhook_forged": FaultKind(("webhook",), {"then_real": False}),
    # A `start` event after the final one, whatever the filter says.
    "webhook_start_last": FaultKind(("webhook",)),
    "output_expired": FaultKind(("output",)),
    "output_redirect": FaultKind(("output",), {"location": "http://169.254.169.254/latest/"}),
    "output_slow": FaultKind(("output",), {"seconds": 60.0}),
    "output_unavailable": FaultKind(("output",)),
    **PICTURE_FAULTS,
}
