"""The Gemini simulator against the real SDK: pictures, usage, and what it refuses."""

import asyncio
import base64
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from infra.local.simulators import SimulatorSettings, gemini_app, in_background
from tests.contract.simulator_clients import GEMINI_KEY, Control, astronaut, gemini_client, http

MODEL = "gemini-nano-banana-2.1"
SETTINGS = SimulatorSettings(latency=0.02, gemini_api_keys=frozenset({GEMINI_KEY}))


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with in_background(gemini_app(SETTINGS)) as url:
        yield url


@pytest.fixture
def simulator(base_url: str) -> Control:
    control = Control(base_url)
    control.reset()
    return control


@pytest.fixture
def client(base_url: str) -> Iterator[Any]:
    with gemini_client(base_url) as client:
        yield client


def post(simulator: Control, body: object, model: str = MODEL, **headers: str) -> httpx.Response:
    return http(
        "POST",
        f"{simulator.base_url}/v1/models/{model}:generateContent",
        json=body,
        headers={"x-goog-api-key": GEMINI_KEY, **headers},
    )


def words(text: str = "a quiet lake", **config: object) -> dict[str, object]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": config}


def picture_part(data: bytes, media_type: str = "image/png") -> dict[str, object]:
    return {"inlineData": {"mimeType": media_type, "data": base64.b64encode(data).decode()}}


def test_a_portrait_comes_back_exactly_sized_with_usage_by_the_table(
    simulator: Control, client: Any
) -> None:
    answer = client.models.generate_content(
        model=MODEL,
        contents=[
            types.Part.from_text(text="the same person on a beach"),
            types.Part.from_bytes(data=astronaut(), mime_type="image/png"),
        ],
        config=types.GenerateContentConfig(
            seed=7,
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="3:4", image_size="1K"),
            thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL),
            safety_settings=[
                types.SafetySetting(
                    category=types.HarmCategory.HARM_CATEGORY_HARASSMENT,
                    threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH,
                )
            ],
        ),
    )

    (part,) = answer.candidates[0].content.parts
    picture = Image.open(BytesIO(part.inline_data.data))
    assert (picture.format, picture.size) == ("JPEG", (896, 1200))
    assert part.inline_data.mime_type == "image/jpeg"
    assert part.thought_signature
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.model_version == MODEL
    usage = answer.usage_metadata
    assert usage.candidates_token_count == 1120
    assert {row.modality.value: row.token_count for row in usage.prompt_tokens_details} == {
        "TEXT": 6,
        "IMAGE": 1120,
    }
    assert usage.total_token_count == 1126 + 1120 + usage.thoughts_token_count
    (call,) = simulator.calls()["calls"]
    assert (call["prompt"], call["seed"], call["references"]) == (
        "the same person on a beach",
        7,
        1,
    )


def test_the_same_prompt_seed_and_reference_give_the_same_picture(simulator: Control) -> None:
    first, again, other = (
        post(simulator, words(seed=seed, responseModalities=["IMAGE"])).json()["candidates"]
        for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_without_a_seed_every_call_draws_something_else(simulator: Control) -> None:
    one, two = (post(simulator, words()).json()["candidates"] for _ in range(2))
    assert one != two


@pytest.mark.parametrize(
    ("size", "ratio", "pixels", "tokens"),
    [
        ("2K", "16:9", (2752, 1536), 1680),
        ("4K", "1:1", (4096, 4096), 3780),
        ("1K", "1:8", (384, 3072), 1120),
    ],
)
def test_sizes_multiply_the_pixels_of_the_ratio(
    simulator: Control, size: str, ratio: str, pixels: tuple[int, int], tokens: int
) -> None:
    image_config = {"aspectRatio": ratio, "imageSize": size}
    answer = post(simulator, words(imageConfig=image_config, responseModalities=["IMAGE"])).json()
    data = answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
    assert Image.open(BytesIO(base64.b64decode(data))).size == pixels
    assert answer["usageMetadata"]["candidatesTokenCount"] == tokens


def test_without_a_ratio_the_reference_decides_and_text_comes_along(simulator: Control) -> None:
    wide = BytesIO()
    Image.new("RGB", (1600, 900), "navy").save(wide, "PNG")
    body = {"contents": [{"parts": [{"text": "warmer"}, picture_part(wide.getvalue())]}]}
    parts = post(simulator, body).json()["candidates"][0]["content"]["parts"]
    assert parts[0]["text"]
    picture = Image.open(BytesIO(base64.b64decode(parts[1]["inlineData"]["data"])))
    assert picture.size == (1376, 768)


def test_snake_case_and_url_safe_base64_are_read_as_well(simulator: Control) -> None:
    data = base64.urlsafe_b64encode(astronaut()).decode().rstrip("=")
    body = {
        "contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": data}}]}],
        "generation_config": {"image_config": {"aspect_ratio": "1:1"}, "seed": "12"},
    }
    assert post(simulator, body).status_code == 200
    assert simulator.calls()["calls"][0]["seed"] == 12


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            {"contents": [{"parts": [{"txt": "x"}]}]},
            "Unknown name \"txt\" at 'contents[0].parts[0]': Cannot find field.",
        ),
        ({**words(), "prompt": "x"}, 'Unknown name "prompt": Cannot find field.'),
        (words(text=5), "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 5"),  # type: ignore[arg-type]
        (words(seed=2**31), "'generation_config.seed' (TYPE_INT32), 2147483648"),
        (words(seed=1.5), "'generation_config.seed' (TYPE_INT32)"),
        (words(responseModalities=["IMAGES"]), "'generation_config.response_modalities[0]'"),
        (words(imageConfig={"aspectRatio": "7:3"}), "aspect_ratio must be one of '1:1', '1:4'"),
        (words(imageConfig={"imageSize": "1k"}), "image_size must be one of '1K', '2K', or '4K'"),
        (words(imageConfig={"outputMimeType": "image/png"}), 'Unknown name "outputMimeType"'),
        (words(imageConfig="1:1"), "Invalid value at 'generation_config.image_config'"),
        (words(candidateCount=2), "Multiple candidates is not enabled"),
        (words(responseModalities=["TEXT"]), "combination of response modalities (TEXT)"),
        (words(responseMimeType="application/json"), "JSON mode is not enabled"),
        (words(thinkingConfig={"thinkingLevel": "LOW"}), "Thinking level LOW is not supported"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": [{"parts": []}]}, "contents.parts must not be empty"),
        ({"contents": [{"parts": [{}]}]}, "required oneof field 'data'"),
        ({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}, "valid role: user, model"),
        (
            {**words(), "safetySettings": [{"category": "HARM_CATEGORY_X", "threshold": "OFF"}]},
            "Invalid value at 'safety_settings[0].category'",
        ),
        ({**words(), "tools": [{"functionDeclarations": []}]}, "Function calling is not enabled"),
        (
            {"contents": [{"parts": [{"text": "x", **picture_part(b"x")}]}]},
            "oneof field 'data' is already set. Cannot set 'inlineData'",
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "%%"}}]}]},
            "(TYPE_BYTES), Base64 decoding failed",
        ),
        ({"contents": [{"parts": [picture_part(b"x", "image/gif")]}]}, "Unsupported MIME type"),
        ({"contents": [{"parts": [picture_part(b"x")]}]}, "Unable to process input image"),
        (
            {"contents": [{"role": "model", "parts": [picture_part(b"x")]}]},
            "Image part is missing a thought_signature in content position 1, part position 1",
        ),
        ({"contents": [{"parts": [picture_part(astronaut())] * 15}]}, "fewer than 15 images"),
    ],
)
def test_what_the_service_would_refuse_is_refused_in_its_words(
    simulator: Control, body: object, complaint: str
) -> None:
    answer = post(simulator, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert complaint in error["message"]
    assert simulator.calls()["charged"] == 0


def test_every_violation_of_the_schema_is_listed(simulator: Control) -> None:
    body = {"contents": [{"parts": [{"txt": "x"}]}], "generationConfig": {"sead": 1}}
    (details,) = post(simulator, body).json()["error"]["details"]
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [row["field"] for row in details["fieldViolations"]] == [
        "contents[0].parts[0]",
        "generation_config",
    ]


def test_a_body_that_is_no_json_is_refused(simulator: Control) -> None:
    answer = http(
        "POST",
        f"{simulator.base_url}/v1/models/{MODEL}:generateContent",
        content=b"{",
        headers={"x-goog-api-key": GEMINI_KEY},
    )
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("model", ["gemini-9-image", "gemini-3.1-flash-image"])
def test_an_unknown_or_retired_model_is_not_found(client: Any, model: str) -> None:
    with pytest.raises(errors.ClientError) as refused:
        client.models.generate_content(model=model, contents="x")
    assert (refused.value.code, refused.value.status) == (404, "NOT_FOUND")
    assert f"models/{model} is not found for API version v1" in str(refused.value.message)


def test_a_wrong_key_is_a_400_and_no_key_a_403(base_url: str, simulator: Control) -> None:
    with (
        gemini_client(base_url, key="wrong") as stranger,
        pytest.raises(errors.ClientError) as refused,
    ):
        stranger.models.generate_content(model=MODEL, contents="x")
    assert refused.value.code == 400
    assert refused.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    nobody = http("POST", f"{base_url}/v1/models/{MODEL}:generateContent", json=words())
    assert (nobody.status_code, nobody.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_models_can_be_listed_and_looked_up(client: Any) -> None:
    names = [model.name for model in client.models.list(config={"query_base": True})]
    assert f"models/{MODEL}" in names
    assert client.models.get(model=MODEL).supported_actions == ["generateContent"]


def test_the_service_gives_up_at_the_deadline_the_client_announced(simulator: Control) -> None:
    simulator.fault("latency", seconds=30)
    started = time.monotonic()
    answer = post(simulator, words(), **{"x-server-timeout": "1"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (504, "DEADLINE_EXCEEDED")
    assert time.monotonic() - started < 5


async def test_ten_calls_side_by_side_take_little_longer_than_one(simulator: Control) -> None:
    simulator.fault("latency", seconds=1.0, count=10)
    options = types.HttpOptions(base_url=simulator.base_url, timeout=20_000)
    client = genai.Client(api_key=GEMINI_KEY, http_options=options)
    started = time.monotonic()
    await asyncio.gather(
        *(client.aio.models.generate_content(model=MODEL, contents=f"n{n}") for n in range(10))
    )
    elapsed = time.monotonic() - started
    await client.aio.aclose()
    client.close()
    calls = simulator.calls()
    assert (calls["peak_in_flight"], calls["charged"], calls["in_flight"]) == (10, 10, 0)
    assert elapsed < 6
