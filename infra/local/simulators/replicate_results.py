"""What a finished prediction gives, also in the odd shapes that models have given."""

import base64
from collections.abc import Callable, Mapping

from infra.local.simulators.faults import Fault
from infra.local.simulators.replicate_models import ModelSpec

_SIGNATURES = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}

Shape = Callable[[list[str], Fault], object]


def shape_output(
    urls: list[str], pictures: list[bytes], spec: ModelSpec, faults: Mapping[str, Fault]
) -> object:
    """A URL or a list by the model's own kind, unless a fault asks for something else."""
    fault = faults.get("result")
    if fault is None:
        return urls if spec.gives_list else urls[0]
    if fault.name == "output_data_uri":
        uris = [_data_uri(picture) for picture in pictures]
        return uris if spec.gives_list else uris[0]
    return _SHAPES[fault.name](urls, fault)


def media_type(picture: bytes) -> str:
    return _SIGNATURES.get(picture[:4], "image/jpeg")


def _data_uri(picture: bytes) -> str:
    return f"data:{media_type(picture)};base64,{base64.b64encode(picture).decode()}"


def _foreign(urls: list[str], fault: Fault) -> object:
    return f"https://{fault.text('host')}/{urls[0].rpartition('/')[2]}"


_SHAPES: Mapping[str, Shape] = {
    "output_null": lambda urls, fault: None,
    "output_empty": lambda urls, fault: [],
    "output_text": lambda urls, fault: "no picture today",
    "output_list": lambda urls, fault: urls,
    "output_nested": lambda urls, fault: [[url] for url in urls],
    "output_object": lambda urls, fault: {"image": urls[0]},
    "output_foreign_host": _foreign,
    "output_many": lambda urls, fault: urls[:1] * int(fault.number("urls")),
}
