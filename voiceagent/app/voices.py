"""Which voices there are, the preferred one first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.tts.config import SpeakConfig
from voiceagent.tts.protocol import Tts

__all__ = ["find_voices"]

USUAL = ("flite", "espeak")
"""What is tried where the wanted voice is missing."""


def find_voices(config: SpeakConfig, make: Callable[[str], Tts]) -> list[Tts]:
    """The installed voices; `EngineMissing` if none is, `ConfigError` if wrong."""
    if config.voice == "command":
        if not config.command:
            raise ConfigError(
                "`speak.voice` is `command`, but `speak.command` is empty",
                hint='set it, such as `command = ["piper", "--model", "x.onnx"]`',
            )
        return [make("command")]
    names = [config.voice] if config.voice != "auto" else []
    return _installed([*names, *USUAL], make)


def _installed(names: Sequence[str], make: Callable[[str], Tts]) -> list[Tts]:
    found: list[Tts] = []
    missing: EngineMissing | None = None
    for name in dict.fromkeys(names):
        try:
            found.append(make(name))
        except EngineMissing as error:
            missing = missing or error
    if not found and missing is not None:
        raise missing
    return found
