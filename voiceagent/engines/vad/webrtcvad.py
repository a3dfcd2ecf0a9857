"""WebRTC's voice activity detector: a yes or no for 3 microseconds a frame.

MIT, WebRTC parts BSD; no model file. It releases late and hears noise as speech, so it
is the gate before a better one.
"""

from __future__ import annotations

from voiceagent.audio.frames import RATE
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.frontend.config import VadConfig

__all__ = ["INSTALL", "WebrtcVad", "make"]

INSTALL = install_of(EngineStage.VAD, "webrtcvad")


class WebrtcVad:
    """Says 1.0 or 0.0 for each frame."""

    def __init__(self, *, mode: int = 1) -> None:
        """`mode`: 0 hears the most speech, 3 the least noise. Raises `ConfigError` or
        `EngineMissing`."""
        try:
            import webrtcvad
        except ImportError as error:
            raise EngineMissing("webrtcvad", install=INSTALL, cause=str(error)) from (
                error
            )
        if mode not in range(4):
            raise ConfigError(f"webrtcvad has no mode {mode}", hint="choose 0, 1, 2, 3")
        self.name = f"webrtcvad-{mode}"
        self._make = webrtcvad.Vad
        self._mode = mode
        self.reset()

    def push(self, pcm: bytes) -> float:
        """1.0 for speech in the next 10, 20 or 30 ms, else 0.0."""
        return float(self._vad.is_speech(pcm, RATE))

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._vad = self._make(self._mode)


def make(config: VadConfig) -> WebrtcVad:
    """By itself it must let the least noise through."""
    return WebrtcVad(mode=3)
