"""Servers on this machine that speak the wire contracts of Gemini, Replicate and ComfyUI."""

from infra.local.simulators.comfyui import comfyui_app
from infra.local.simulators.gemini import gemini_app
from infra.local.simulators.replicate import replicate_app
from infra.local.simulators.serving import in_background
from infra.local.simulators.settings import SimulatorSettings

__all__ = ["SimulatorSettings", "comfyui_app", "gemini_app", "in_background", "replicate_app"]
