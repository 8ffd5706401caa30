"""What a graph comes to: a drawing after its prompt and reference, or its picture scaled."""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from infra.local.simulators.comfyui_graphs import ancestors
from infra.local.simulators.comfyui_inputs import Graph
from infra.local.simulators.drawing import Brief, UnreadableReference, open_reference

_IHDR_END = 33
_WORDS, _CANVAS, _SAMPLER = "CLIPTextEncode", "EmptySD3LatentImage", "KSampler"


@dataclass(frozen=True, slots=True)
class Scaling:
    """ImageScale: the picture cut to the shape in its middle, or stretched."""

    picture: bytes
    width: int
    height: int
    crops: bool


def plan_picture(graph: Graph, saving: str, uploads: Mapping[str, bytes]) -> Brief | Scaling:
    """What the saved node asks for. The order of its nodes decides nothing."""
    nodes = [graph[one] for one in sorted(ancestors(graph, saving))]
    shown = [uploads[node["inputs"]["image"]] for node in _of(nodes, "LoadImage")]
    samplers = _of(nodes, _SAMPLER)
    if not samplers:
        scale = _of(nodes, "ImageScale")[0]["inputs"]
        return Scaling(shown[0], scale["width"], scale["height"], scale["crop"] == "center")
    width, height = _size(nodes, shown)
    return Brief(
        prompt=prompt_of(graph),
        seed=samplers[0]["inputs"]["seed"],
        width=width,
        height=height,
        references=tuple(shown),
        format="png",
    )


def prompt_of(graph: Graph) -> str:
    texts = [str(node["inputs"].get("text", "")) for node in _of(graph.values(), _WORDS)]
    return max(texts, key=len, default="")


def seed_of(graph: Graph) -> int | None:
    return next((node["inputs"].get("seed") for node in _of(graph.values(), _SAMPLER)), None)


def scale(order: Scaling) -> bytes:
    """Raises UnreadableReference."""
    try:
        with Image.open(BytesIO(order.picture)) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as exc:
        raise UnreadableReference("cannot identify image file") from exc
    size = (order.width or picture.width, order.height or picture.height)
    fit = ImageOps.fit if order.crops else Image.Image.resize
    target = BytesIO()
    fit(picture, size, Image.Resampling.LANCZOS).save(target, "PNG", compress_level=1)
    return target.getvalue()


def with_workflow(png: bytes, graph: Graph) -> bytes:
    """As the server saves it: the whole graph in the text chunk `prompt`, in plain sight."""
    data = b"prompt\0" + json.dumps(graph).encode("ascii")
    check = zlib.crc32(b"tEXt" + data)
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", check)
    return png[:_IHDR_END] + chunk + png[_IHDR_END:]


def _size(nodes: list[Any], shown: list[bytes]) -> tuple[int, int]:
    """Of the empty canvas; a graph without one starts from its picture's own shape."""
    for canvas in _of(nodes, _CANVAS):
        return canvas["inputs"]["width"], canvas["inputs"]["height"]
    width, height = open_reference(shown[0]).size
    return max(64, width // 8 * 8), max(64, height // 8 * 8)


def _of(nodes: Any, kind: str) -> list[Any]:
    return [node for node in nodes if node.get("class_type") == kind]
