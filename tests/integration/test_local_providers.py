"""Which providers a local run talks to: what the environment names, else simulators."""

from pathlib import Path

import pytest

from infra.local.layout import BadInput, StateDir
from infra.local.providers import ProviderPlan, local_webhook_secret, plan_providers
from infra.local.synthesis import local_context

SIMULATORS = {
    "gemini": "http://127.0.0.1:7001",
    "replicate": "http://127.0.0.1:7002",
    "comfyui": "http://127.0.0.1:7003",
}


def plan(environment: dict[str, str]) -> ProviderPlan:
    return plan_providers(
        environment,
        SIMULATORS,
        webhook_secret="whsec_bG9jYWw=",
        public_url="http://127.0.0.1:8080",
    )


def test_an_empty_environment_means_simulators_for_all() -> None:
    made = plan({})
    assert made.simulators == SIMULATORS
    assert made.secret["LIKENESS_GEMINI_BASE_URL"] == "http://127.0.0.1:7001"
    assert made.secret["LIKENESS_REPLICATE_BASE_URL"] == "http://127.0.0.1:7002"
    assert made.secret["LIKENESS_COMFYUI_URL"] == "http://127.0.0.1:7003"
    assert made.secret["REPLICATE_WEBHOOK_SECRET"] == "whsec_bG9jYWw="
    assert made.secret["LIKENESS_PUBLIC_URL"] == "http://127.0.0.1:8080"
    assert {"GEMINI_API_KEY", "REPLICATE_API_TOKEN"} <= set(made.secret)


def test_a_key_alone_means_the_real_provider_and_the_others_stay_simulated() -> None:
    made = plan({"GEMINI_API_KEY": "real-key"})
    assert set(made.simulators) == {"replicate", "comfyui"}
    assert made.secret["GEMINI_API_KEY"] == "real-key"
    assert "LIKENESS_GEMINI_BASE_URL" not in made.secret


def test_a_given_server_is_used_with_its_own_key_and_secret() -> None:
    given = {
        "REPLICATE_API_TOKEN": "r8_given",
        "LIKENESS_REPLICATE_BASE_URL": "http://10.0.0.5:9000",
        "REPLICATE_WEBHOOK_SECRET": "whsec_Z2l2ZW4=",
        "LIKENESS_PUBLIC_URL": "https://likeness.example",
    }
    made = plan(given)
    assert set(made.simulators) == {"gemini", "comfyui"}
    assert {name: made.secret[name] for name in given} == given


def test_a_simulator_signs_with_the_local_secret_whatever_a_real_account_uses() -> None:
    made = plan({"REPLICATE_WEBHOOK_SECRET": "whsec_cmVhbA==", "LIKENESS_PUBLIC_URL": "https://x"})
    assert made.secret["REPLICATE_WEBHOOK_SECRET"] == "whsec_bG9jYWw="
    assert made.secret["LIKENESS_PUBLIC_URL"] == "http://127.0.0.1:8080"


@pytest.mark.parametrize("name", ["LIKENESS_GEMINI_BASE_URL", "LIKENESS_REPLICATE_BASE_URL"])
def test_a_server_without_a_key_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"{name} is set but"):
        plan({name: "http://127.0.0.1:9"})


def test_an_own_comfyui_server_needs_its_address_alone() -> None:
    made = plan({"LIKENESS_COMFYUI_URL": "http://127.0.0.1:8188"})
    assert made.secret["LIKENESS_COMFYUI_URL"] == "http://127.0.0.1:8188"
    assert set(made.simulators) == {"gemini", "replicate"}


def test_a_local_deployment_asks_comfyui_last() -> None:
    assert local_context({})["image_providers"] == "gemini,replicate,comfyui"
    assert local_context({"image_providers": "gemini"})["image_providers"] == "gemini"


def test_the_webhook_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    secret = local_webhook_secret(StateDir(tmp_path))
    assert secret.startswith("whsec_")
    assert local_webhook_secret(StateDir(tmp_path)) == secret
    assert local_webhook_secret(StateDir(tmp_path / "another")) != secret
