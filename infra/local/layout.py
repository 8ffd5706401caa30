"""Names that never change between local runs, and where local state is kept."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
DEFAULT_PORT = 8080
REGION = "us-east-1"
STACK_NAME = "Likeness"
# The engine's root credentials; it listens on loopback only.
ACCESS_KEY_ID = SECRET_ACCESS_KEY = "test"  # noqa: S105  # the engine's default, no secret
# Independent of ports: the synthesized stack and every minted token outlive a change of port.
ISSUER = "https://likeness.localhost"
AUDIENCE = "likeness"
# Who works here when nobody says who: of the token that `likeness up` prints, and of the studio.
OWNER = "me"


class LocalError(Exception):
    """What keeps the local stack from running, told to the user in one line."""

    exit_code = 1


class BadInput(LocalError):
    """The user asked for something that cannot be."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class StateDir:
    """One local deployment's folder: engine state, keys, logs."""

    root: Path

    @classmethod
    def of(cls, path: Path | None, environment: Mapping[str, str] = os.environ) -> "StateDir":
        """The folder asked for, else `LIKENESS_STATE_DIR`, else `.likeness` in the project."""
        chosen = path or Path(environment.get("LIKENESS_STATE_DIR") or PROJECT / ".likeness")
        return cls(chosen.expanduser().absolute())

    def create(self) -> None:
        """Make the folder and its parts, readable by this user alone: it holds keys."""
        try:
            for folder in (self.root, self.logs, self.engine):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise BadInput(
                f"The state folder {self.root} cannot be written: {problem.strerror}. "
                "Name another with LIKENESS_STATE_DIR."
            ) from problem

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def engine(self) -> Path:
        return self.root / "engine"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def signing_key(self) -> Path:
        return self.root / "signing-key.json"

    @property
    def webhook_secret(self) -> Path:
        return self.root / "webhook-secret"
