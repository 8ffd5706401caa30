"""What can be set on a simulator, with values that suit a first run."""

from dataclasses import dataclass
from typing import Literal

DEFAULT_GEMINI_KEY = "simulated-gemini-key"
DEFAULT_REPLICATE_TOKEN = "r8_simulated"  # noqa: S105  # opens nothing but this simulator
DEFAULT_WEBHOOK_SECRET = "whsec_c2ltdWxhdGVkLXJlcGxpY2F0ZS13ZWJob29rLWtleQ=="  # noqa: S105  # signs only here

PictureFormat = Literal["jpeg", "png", "webp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """One value for all servers; durations in seconds.

    `public_url` is the base of the URLs Replicate hands out; without it they begin with the
    address the caller used, which is right as long as no proxy stands in between.
    """

    latency: float = 2.0
    gemini_api_keys: frozenset[str] = frozenset({DEFAULT_GEMINI_KEY})
    replicate_api_tokens: frozenset[str] = frozenset({DEFAULT_REPLICATE_TOKEN})
    webhook_secret: str = DEFAULT_WEBHOOK_SECRET
    public_url: str | None = None
    gemini_format: PictureFormat = "jpeg"
    # Replicate removes input, output and files an hour after a prediction ended.
    output_lifetime: float = 3600.0
    # Only the final webhook is tried again: growing pauses, the last about a minute after the end.
    webhook_retry_pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    webhook_timeout: float = 5.0
