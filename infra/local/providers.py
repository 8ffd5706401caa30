"""Which image providers a local run talks to: given ones where the environment names them."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.layout import BadInput, StateDir
from infra.local.private_file import read_or_create

SIMULATED_GEMINI_KEY = "local-gemini-key"
SIMULATED_REPLICATE_TOKEN = "local-replicate-token"  # noqa: S105  # opens the simulator only
PASSED_ON = ("LIKENESS_COMFYUI_URL",)


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's variables, and what its simulator accepts."""

    name: str
    base_url: str
    key: str
    simulated_key: str

    def is_given(self, environment: Mapping[str, str]) -> bool:
        """Whether the environment names a server or an account of this provider."""
        if environment.get(self.base_url) and not environment.get(self.key):
            raise BadInput(f"{self.base_url} is set but {self.key} is not: set both or neither.")
        return bool(environment.get(self.key))

    def values(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What the environment says of it."""
        names = (self.base_url, self.key)
        return {name: environment[name] for name in names if environment.get(name)}


GEMINI = Provider("gemini", "LIKENESS_GEMINI_BASE_URL", "GEMINI_API_KEY", SIMULATED_GEMINI_KEY)
REPLICATE = Provider(
    "replicate", "LIKENESS_REPLICATE_BASE_URL", "REPLICATE_API_TOKEN", SIMULATED_REPLICATE_TOKEN
)


@dataclass(frozen=True, slots=True)
class ProviderPlan:
    """The provider secret of a run, and the simulators it counts on, by name."""

    secret: dict[str, str]
    simulators: dict[str, str]


def plan_providers(
    environment: Mapping[str, str],
    simulator_urls: Mapping[str, str],
    *,
    webhook_secret: str,
    public_url: str,
) -> ProviderPlan:
    """Take each provider from the environment where it is given, else from its simulator."""
    secret = {
        "LIKENESS_PUBLIC_URL": environment.get("LIKENESS_PUBLIC_URL") or public_url,
        "REPLICATE_WEBHOOK_SECRET": environment.get("REPLICATE_WEBHOOK_SECRET") or webhook_secret,
    }
    simulators = {}
    for provider in (GEMINI, REPLICATE):
        if provider.is_given(environment):
            secret |= provider.values(environment)
        elif provider.name in simulator_urls:
            simulators[provider.name] = simulator_urls[provider.name]
            secret[provider.base_url] = simulator_urls[provider.name]
            secret[provider.key] = provider.simulated_key
    if "replicate" in simulators:
        # A simulator signs with the secret it is told here, whatever a real account uses.
        secret["REPLICATE_WEBHOOK_SECRET"] = webhook_secret
        secret["LIKENESS_PUBLIC_URL"] = public_url
    secret |= {name: environment[name] for name in PASSED_ON if environment.get(name)}
    return ProviderPlan(secret=secret, simulators=simulators)


def local_webhook_secret(state: StateDir) -> str:
    """The Standard Webhooks secret this deployment shares with its simulator."""

    def make() -> str:
        return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()

    return read_or_create(state.webhook_secret, make)
