"""The usual voice activity detector: the cheap one first, the good one in doubt."""

from __future__ import annotations

from voiceagent.engines.vad.silero import SileroVad
from voiceagent.engines.vad.webrtcvad import WebrtcVad
from voiceagent.frontend.config import VadConfig
from voiceagent.frontend.vad import GatedVad

__all__ = ["make"]


def make(config: VadConfig) -> GatedVad:
    """The same for every configuration."""
    return GatedVad(WebrtcVad(mode=2), SileroVad())
