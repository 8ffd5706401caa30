"""The faults that the ComfyUI simulator can be asked for, and where each strikes.

`connect` faults drop every request that comes. HTTP faults strike a `prompt`, or with `"on"`
another route. `reply` faults queue the graph but spoil the answer; `run` faults change how it
ends, `delay` how long it takes, `picture` faults what was saved.
"""

from collections.abc import Mapping

from infra.local.simulators.faults import FaultKind
from infra.local.simulators.pictures import PICTURE_FAULTS

_ROUTES = ("prompt", "upload", "history", "queue", "view", "interrupt")
_OUT_OF_MEMORY = "Allocation on device 0 would exceed allowed memory. (out of memory)"

COMFYUI_FAULTS: Mapping[str, FaultKind] = {
    "down": FaultKind(("connect",)),
    "server_error": FaultKind(_ROUTES),
    "unavailable": FaultKind(_ROUTES),
    "disconnect": FaultKind(_ROUTES),
    "hang": FaultKind(_ROUTES, {"seconds": 3600.0}),
    "not_json": FaultKind(_ROUTES, {"status": 200.0}),
    "not_found": FaultKind(_ROUTES),
    # A model file that this server lacks.
    "node_error": FaultKind(("refuse",), {"file": "flux1-dev-kontext_fp8_scaled.safetensors"}),
    "lost_reply": FaultKind(("reply",)),
    "latency": FaultKind(("delay",), {"seconds": 5.0}),
    "runtime_error": FaultKind(("run",), {"message": _OUT_OF_MEMORY, "node_type": "KSampler"}),
    # The process dies over it and comes back `seconds` later, remembering nothing but files.
    "killed": FaultKind(("run",), {"seconds": 0.0}),
    "stuck": FaultKind(("run",)),
    "no_image": FaultKind(("run",)),
    **PICTURE_FAULTS,
}
