"""Which image providers a local run talks to: given ones where the environment names them."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.layout import BadInput, StateDir
from infra.local.private_file import read_or_create

SIMULATED_GEMINI_KEY = "local-gemini-key"
SIMULATED_REPLICATE_TOKEN = "local-replicate-token"  # noqa: S105  # opens the simulator only


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's variables, and what its simulator accepts; a server of one's own takes no
    key."""

    name: str
    base_url: str
    key: str | None = None
    simulated_key: str = ""

    @property
    def chosen_by(self) -> str:
        """The variable that puts the real one in the simulator's place."""
        return self.key or self.base_url

    def is_given(self, environment: Mapping[str, str]) -> bool:
        """Whether the environment names a server or an account of this provider."""
        if self.key is None:
            return bool(environment.get(self.base_url))
        if environment.get(self.base_url) and not environment.get(self.key):
            raise BadInput(f"{self.base_url} is set but {self.key} is not: set both or neither.")
        return bool(environment.get(self.key))

    def values(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What the environment says of it."""
        return {name: environment[name] for name in self._names if environment.get(name)}

    def simulated_at(self, url: str) -> dict[str, str]:
        """What its simulator is reached by."""
        return dict(zip(self._names, (url, self.simulated_key), strict=False))

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.base_url,) if self.key is None else (self.base_url, self.key)


GEMINI = Provider("gemini", "LIKENESS_GEMINI_BASE_URL", "GEMINI_API_KEY", SIMULATED_GEMINI_KEY)
REPLICATE = Provider(
    "replicate", "LIKENESS_REPLICATE_BASE_URL", "REPLICATE_API_TOKEN", SIMULATED_REPLICATE_TOKEN
)
COMFYUI = Provider("comfyui", "LIKENESS_COMFYUI_URL")
PROVIDERS = (GEMINI, REPLICATE, COMFYUI)
"""In the order in which a local deployment asks them."""


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
    for provider in PROVIDERS:
        if provider.is_given(environment):
            secret |= provider.values(environment)
        elif provider.name in simulator_urls:
            simulators[provider.name] = simulator_urls[provider.name]
            secret |= provider.simulated_at(simulator_urls[provider.name])
    if "replicate" in simulators:
        # A simulator signs with the secret it is told here, whatever a real account uses.
        secret["REPLICATE_WEBHOOK_SECRET"] = webhook_secret
        secret["LIKENESS_PUBLIC_URL"] = public_url
    return ProviderPlan(secret=secret, simulators=simulators)


def local_webhook_secret(state: StateDir) -> str:
    """The Standard Webhooks secret this deployment shares with its simulator."""

    def make() -> str:
        return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()

    return read_or_create(state.webhook_secret, make)
