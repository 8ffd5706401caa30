"""Servers on this machine that speak the wire contracts of Gemini and Replicate."""

from infra.local.simulators.gemini import gemini_app
from infra.local.simulators.replicate import replicate_app
from infra.local.simulators.serving import in_background
from infra.local.simulators.settings import SimulatorSettings

__all__ = ["SimulatorSettings", "gemini_app", "in_background", "replicate_app"]
