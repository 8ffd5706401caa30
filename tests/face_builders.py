"""Readings of a good portrait, changed by naming what matters."""

from typing import Any

from shared.domain.faces import Box, Face, FaceReading

_PICTURE: dict[str, Any] = {"width": 1024, "height": 1024, "luma_std": 54.0, "phash": "f0" * 8}


def a_face(**changes: Any) -> Face:
    """Sharp, evenly lit, looking ahead, in the middle of a picture of 1024 × 1024."""
    fields: dict[str, Any] = {
        "box": Box(left=0.35, top=0.25, width=0.3, height=0.3),
        "confidence": 1.8,
        "yaw": 2.0,
        "roll": -3.0,
        "sharpness": 21.5,
        "brightness": 132.0,
        "overexposed": 0.01,
        "noise": 1.9,
        "width_px": 307,
    }
    return Face(**fields | changes)


def a_reading(*more: Face, **changes: Any) -> FaceReading:
    """One face with these changes, and `more` smaller ones."""
    return FaceReading(**_PICTURE, faces=(a_face(**changes), *more))


def a_reading_without_a_face(**changes: Any) -> FaceReading:
    return FaceReading(**_PICTURE | changes)
