"""Why a wish for images can be refused before its owner's state is looked at."""

from typing import Final

OF_A_WISH: Final = (
    "accept_needs_person",
    "accept_not_offered",
    "max_cost_exceeded",
    "model_needs_reference",
    "model_retired",
    "model_without_lora",
    "model_without_references",
    "provider_not_offered",
    "too_many_poses",
    "too_many_references",
    "unknown_model",
    "unknown_pose",
    "unknown_room_type",
    "unknown_style",
    "unsafe_url",
    "unsupported_aspect_ratio",
    "unsupported_output_format",
)
