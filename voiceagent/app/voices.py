"""Which voices there are, the preferred one first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.tts.config import SpeakConfig
from voiceagent.tts.protocol import Tts

__all__ = ["find_voices"]

USUAL = ("flite", "espeak")
"""What is tried where none is named, and where the named one fails."""


def find_voices(config: SpeakConfig, make: Callable[[str], Tts]) -> list[Tts]:
    """The installed voices; raises `EngineMissing` where the one that is named is not
    there, or none is, and `ConfigError` where the setting is wrong."""
    if config.voice == "command":
        if not config.command:
            raise ConfigError(
                "`speak.voice` is `command`, but `speak.command` is empty",
                hint='set it, such as `command = ["piper", "--model", "x.onnx"]`',
            )
        return [make("command")]
    if config.voice == "auto":
        return _installed(USUAL, make)
    # Never another voice in its place without a word; the usual ones help it out.
    wanted = make(config.voice)
    others = [name for name in USUAL if name != config.voice]
    return [wanted, *_others(others, make)]


def _others(names: Sequence[str], make: Callable[[str], Tts]) -> list[Tts]:
    with suppress(EngineMissing):
        return _installed(names, make)
    return []


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
