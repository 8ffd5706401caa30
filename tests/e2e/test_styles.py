"""A style on the deployed stack: estimated, applied, shown to the model, recorded."""

from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Studio


def test_a_pack_is_drawn_in_the_style_it_was_estimated_in(local_stack: LocalStack) -> None:
    studio = Studio(local_stack)
    character = studio.character()
    source = studio.call("GET", f"/characters/{character}").json()["source_image"]["image"]["id"]
    style = studio.post(
        "/style-capsules",
        {
            "name": "Rainy noir",
            "prompt": "rainy film noir of the deployed stack",
            "reference_images": [{"image_id": source}],
        },
    )
    wish = {
        "mode": "portrait",
        "character_id": character,
        "image_count": 2,
        "style_capsule_id": style["id"],
    }

    estimate = studio.post("/estimates", wish)
    assert studio.paid_calls("gemini", style["prompt"]) == 0
    done = studio.wait(studio.post("/generations", wish)["id"])

    assert done["status"] == "completed"
    assert studio.paid_calls("gemini", style["prompt"]) == 2
    assert done["cost"]["estimated_usd"] == estimate["cost"]["estimated_usd"]
    assert done["style_capsule"]["prompt"] == style["prompt"]
    assert done["style_capsule"]["images_shown"] == 1


def test_words_against_the_policy_reach_no_provider(local_stack: LocalStack) -> None:
    studio = Studio(local_stack)
    wish = {"mode": "imagine", "prompt": "a b3headed statue of the deployed stack"}

    refused = studio.call("POST", "/generations", json=wish)

    assert refused.status_code == 422
    assert refused.json()["code"] == "content_blocked_input"
    assert studio.paid_calls("gemini", "statue of the deployed stack") == 0
    assert studio.call("GET", "/generations").json()["data"] == []
