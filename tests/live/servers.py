"""The servers of one's own that the environment names."""

import os
from typing import Final

OWN_COMFYUI: Final = os.environ.get("LIKENESS_COMFYUI_URL", "").rstrip("/")
"""The address of a real ComfyUI server, or nothing."""
