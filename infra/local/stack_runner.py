"""The whole local deployment as one context: engine, stack, provider simulators, public port."""

import fcntl
import os
import sys
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.children import Child, get, tail
from infra.local.deployment import Outputs, deploy, put_provider_secret
from infra.local.engine_process import engine_client, running_engine
from infra.local.identity import Issuer, Plan
from infra.local.layout import HOST, PROJECT, LocalError, StateDir
from infra.local.ports import hold_public_port, inner_ports
from infra.local.providers import (
    PROVIDERS,
    SIMULATED_GEMINI_KEY,
    SIMULATED_REPLICATE_TOKEN,
    ProviderPlan,
    local_webhook_secret,
    plan_providers,
)
from infra.local.public_server import serving
from infra.local.server import ApiGateway, create_app
from infra.local.synthesis import chosen, local_context, synthesize

FIRST_ANSWER_SECONDS = 30
SIMULATED = tuple(provider.name for provider in PROVIDERS)

type Say = Callable[[str], None]


def in_silence(_: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A running local deployment."""

    base_url: str
    engine_endpoint: str
    outputs: Outputs
    simulators: Mapping[str, str]
    issuer: Issuer
    state: StateDir

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        port: int = 0,
        state_dir: Path | None = None,
        simulators: bool = True,
        simulator_latency: float = 2.0,
        context: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        say: Say = in_silence,
    ) -> Iterator["LocalStack"]:
        """Start everything, yield it, stop everything; port 0 is any free one.

        `environment` names providers that are not to be simulated (default: this process's);
        `context` overrides CDK context, such as caps.
        """
        given = os.environ if environment is None else environment
        state = StateDir.of(state_dir, given)
        state.create()
        with ExitStack() as parts:
            parts.enter_context(_alone(state))
            listener = parts.enter_context(hold_public_port(port))
            base_url = f"http://{HOST}:{listener.getsockname()[1]}"
            ports = inner_ports(state, "engine", *SIMULATED)
            plan = _plan(state, given, base_url, ports if simulators else {})
            say("Synthesizing the stack (function bundles are built the first time)")
            assembly = synthesize(local_context({**chosen(given), **(context or {})}), state)
            say("Starting the local AWS engine")
            # The simulators start meanwhile.
            answering = parts.enter_context(_simulators(state, plan, ports, simulator_latency))
            endpoint = parts.enter_context(
                running_engine(state, port=ports["engine"], issuer_documents=base_url)
            )
            issuer, api = Issuer(state.signing_key), ApiGateway(endpoint)
            parts.enter_context(serving(create_app(issuer, api, PROJECT / "web"), listener))
            say("Deploying the stack")
            outputs = deploy(assembly, endpoint)
            put_provider_secret(outputs, endpoint, plan.secret)
            api.api_id = outputs["ApiId"]
            say("Waiting for the first answers")
            answering()
            _expect_health(base_url, state)
            yield cls(base_url, endpoint, outputs, plan.simulators, issuer, state)

    @property
    def gemini_url(self) -> str:
        """The Gemini simulator's base URL, also where its faults are set."""
        return self.simulators["gemini"]

    @property
    def replicate_url(self) -> str:
        """The Replicate simulator's base URL, also where its faults are set."""
        return self.simulators["replicate"]

    def token(self, owner: str, plan: Plan = "free", **claims: Any) -> str:
        """A bearer token of `owner`; see `Issuer.mint_token` for the other claims."""
        return self.issuer.mint_token(owner, plan, **claims)

    def boto3_client(self, service: str) -> Any:
        """A boto3 client of the engine, with its root credentials."""
        return engine_client(self.engine_endpoint, service)


@contextmanager
def _alone(state: StateDir) -> Iterator[None]:
    """Refuse a second run on the same state; the lock goes with the process, however it ends."""
    with state.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise LocalError(
                f"Likeness already runs with the state in {state.root}: stop it first, "
                "or choose another folder with LIKENESS_STATE_DIR."
            ) from held
        yield


def _plan(
    state: StateDir, environment: Mapping[str, str], base_url: str, ports: Mapping[str, int]
) -> ProviderPlan:
    return plan_providers(
        environment,
        {name: f"http://{HOST}:{ports[name]}" for name in SIMULATED if name in ports},
        webhook_secret=local_webhook_secret(state),
        public_url=base_url,
    )


@contextmanager
def _simulators(
    state: StateDir, plan: ProviderPlan, ports: Mapping[str, int], latency: float
) -> Iterator[Callable[[], None]]:
    """Start the simulators there is need of; call what is yielded to wait for their answers."""
    if not plan.simulators:
        yield lambda: None
        return
    command = [
        *(sys.executable, "-m", "infra.local.lifeline", "infra.local.simulators"),
        *(word for name in plan.simulators for word in (f"--{name}-port", str(ports[name]))),
        *("--gemini-api-key", SIMULATED_GEMINI_KEY),
        *("--replicate-api-token", SIMULATED_REPLICATE_TOKEN),
        *("--webhook-secret", local_webhook_secret(state), "--latency", str(latency)),
    ]
    log = state.logs / "simulators.log"
    child = Child("provider simulators", command, env=os.environ, cwd=PROJECT, log=log)

    def answering() -> None:
        for url in plan.simulators.values():
            child.wait_until_answers(url)

    try:
        yield answering
    finally:
        child.stop()


def _expect_health(base_url: str, state: StateDir) -> None:
    """The deployed code really runs: its own health route answers through every layer."""
    try:
        get(f"{base_url}/v1/health", seconds=FIRST_ANSWER_SECONDS)
    except (urllib.error.URLError, TimeoutError) as problem:
        log = tail(state.logs / "functions.log")
        raise LocalError(f"The API does not answer: {problem}. {log}") from problem
