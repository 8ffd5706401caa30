"""What Replicate is sent: how pictures travel, and that nothing empty does."""

from base64 import b64encode

import pytest

from shared.adapters.replicate_request import create_body, create_path
from shared.domain.images import ImageFormat
from shared.domain.pricing.catalogue import find_model
from shared.domain.provider import ReferencePicture
from shared.domain.request import Lora, ProviderName, Quality
from tests.contract.providers.calls import a_call

SIGNED = "https://bucket.s3.amazonaws.com/ada.png?X-Amz-Signature=1"
LOCAL = "http://127.0.0.1:4566/images/ada.png?X-Amz-Signature=1"


def body_for(model_id: str, **changes: object) -> dict[str, object]:
    model = find_model(ProviderName.REPLICATE, model_id)
    given = create_body(model, a_call(model.id, **changes))["input"]
    assert isinstance(given, dict)
    return given


def picture(url: str, size: int = 3) -> ReferencePicture:
    return ReferencePicture(data=b"x" * size, format=ImageFormat.PNG, url=url)


def test_a_prediction_is_asked_for_with_one_callback_at_its_end() -> None:
    model = find_model(ProviderName.REPLICATE, "black-forest-labs/flux-schnell")
    body = create_body(model, a_call(model.id, prompt="a lake"))
    assert create_path(model) == "/v1/models/black-forest-labs/flux-schnell/predictions"
    assert body == {
        "input": {
            "prompt": "a lake",
            "aspect_ratio": "3:4",
            "megapixels": "1",
            "num_outputs": 1,
            "seed": 42,
        },
        "webhook": "https://likeness.test/v1/webhooks/replicate?a=gen_1.0.1.secret-token",
        "webhook_events_filter": ["completed"],
    }


def test_weights_go_where_the_model_looks_for_them() -> None:
    lora = Lora(weights="ada/me-lora", scale=0.8)
    sent = body_for("black-forest-labs/flux-dev-lora", lora=lora, references=(picture(SIGNED),))

    assert (sent["lora_weights"], sent["lora_scale"]) == ("ada/me-lora", 0.8)
    assert sent["image"] == SIGNED
    assert "lora_weights" not in body_for("black-forest-labs/flux-dev-lora")


@pytest.mark.parametrize(
    ("reference", "sent"),
    [
        (picture(SIGNED), SIGNED),
        (picture(SIGNED, 256_001), SIGNED),
        (picture(LOCAL), f"data:image/png;base64,{b64encode(b'xxx').decode()}"),
        (picture(LOCAL, 256_001), LOCAL),
    ],
)
def test_a_picture_is_linked_unless_its_store_is_out_of_reach_and_it_is_small(
    reference: ReferencePicture, sent: str
) -> None:
    assert body_for("black-forest-labs/flux-2-pro", references=(reference,))["input_images"] == [
        sent
    ]


def test_a_model_of_one_reference_takes_the_best_and_no_list() -> None:
    given = body_for(
        "black-forest-labs/flux-kontext-pro", references=(picture(SIGNED), picture(LOCAL))
    )
    assert given["input_image"] == SIGNED


@pytest.mark.parametrize(
    ("wanted", "sent"), [(ImageFormat.JPEG, "jpg"), (ImageFormat.PNG, "png"), (None, None)]
)
def test_a_format_is_sent_in_the_models_own_word(
    wanted: ImageFormat | None, sent: str | None
) -> None:
    given = body_for("black-forest-labs/flux-kontext-pro", output_format=wanted)
    assert given.get("output_format") == sent
    assert None not in given.values()


def test_a_format_the_model_does_not_know_is_left_to_it() -> None:
    given = body_for("black-forest-labs/flux-kontext-pro", output_format=ImageFormat.WEBP)
    assert "output_format" not in given


def test_the_quality_is_sent_in_the_models_own_word() -> None:
    draft = body_for("black-forest-labs/flux-2-pro", quality=Quality.DRAFT)
    best = body_for("google/nano-banana-pro", quality=Quality.HIGH)
    assert (draft["resolution"], best["resolution"]) == ("0.5 MP", "2K")
    assert "seed" not in best
