"""One variant through its review: drawn, exported, edited by a program, taken back, approved."""

import io
import time

from PIL import Image, ImageEnhance

from infra.local.demo.api import Api, Json
from infra.local.demo.photo import Photo
from infra.local.layout import LocalError

DRAWN_WITHIN = 120.0
"""Seconds, its score included."""
_WARMER = 1.25


def review_variant(api: Api, source: Json) -> list[Json]:
    """The variant as it was drawn, and the edited version that is the hero in the end."""
    variants = f"/characters/{source['image']['character_id']}/variants"
    begun = api.post(f"{variants}/generate", {"variant_type": "headshot"})
    drawn = _looked_at(api, f"{variants}/{begun['variant_ids'][0]}")
    address = f"{variants}/{drawn['id']}"
    exported = api.post(f"{address}/export", {})
    edited = api.upload(Photo("edited.png", _edited(api, exported), "image/png"))
    version = api.post(f"{address}/reimport", {"upload_id": edited})
    _looked_at(api, f"{variants}/{version['id']}")
    approved = api.post(f"{variants}/{version['id']}/approve", {})
    return [drawn, approved]


def _looked_at(api: Api, address: str) -> Json:
    """The variant once it has its picture and that its score. Raises LocalError when it failed,
    or takes too long."""
    until = time.monotonic() + DRAWN_WITHIN
    while (variant := api.get(address))["similarity"]["status"] == "pending":
        if time.monotonic() > until:
            raise LocalError("The variant was not drawn and looked at in time.")
        time.sleep(0.5)
    if variant["error"] is not None:
        raise LocalError(f"The variant could not be drawn: {variant['error']['message']}")
    return variant


def _edited(api: Api, exported: Json) -> bytes:
    """Warmer, as somebody might make it in a program of theirs."""
    with Image.open(io.BytesIO(api.download(exported["download_url"]))) as picture:
        out = io.BytesIO()
        ImageEnhance.Color(picture.convert("RGB")).enhance(_WARMER).save(out, "PNG")
    return out.getvalue()
