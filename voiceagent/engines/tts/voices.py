"""The voices that a configuration can name."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.tts.command import TIMEOUT, CommandTts
from voiceagent.engines.tts.festival import FestivalTts
from voiceagent.engines.tts.wav import no_voice
from voiceagent.tts.config import SpeakConfig

__all__ = [
    "espeak",
    "flite",
    "make_command",
    "make_espeak",
    "make_festival",
    "make_flite",
    "make_say",
]


def espeak(
    voice: str = "en-us", *, respelt: Mapping[str, str] | None = None
) -> CommandTts:
    """eSpeak NG: starts at once, many languages, sounds like a machine; GPL-3."""
    return CommandTts(
        ["espeak-ng", "-v", voice, "--stdin", "--stdout"],
        name=f"espeak/{voice}",
        install=install_of(EngineStage.VOICE, "espeak"),
        missing_voice="voice does not exist",
        respelt=respelt,
    )


def flite(voice: str = "slt") -> CommandTts:
    """Flite: small statistical voices (`slt`, `rms`, `awb`, `kal16`); BSD style."""
    tts = CommandTts(
        ["flite", "-voice", voice, "-o", "{output}"],
        name=f"flite/{voice}",
        install=install_of(EngineStage.VOICE, "flite"),
        plain=True,
    )
    # With an unknown name it speaks in another voice and says nothing (2.2).
    if voice not in _flite_voices() and not Path(voice).is_file():
        raise no_voice(tts.name, f"`flite -lv` lists {', '.join(_flite_voices())}")
    return tts


def make_espeak(voice: str, config: SpeakConfig) -> CommandTts:
    """eSpeak NG with one of its voices; empty: the usual one."""
    return espeak(voice) if voice else espeak()


def make_flite(voice: str, config: SpeakConfig) -> CommandTts:
    """Flite with one of its voices; empty: the usual one."""
    return flite(voice) if voice else flite()


def make_festival(voice: str, config: SpeakConfig) -> FestivalTts:
    """Festival with one of its voices; empty: the usual one."""
    return FestivalTts(voice=voice or "cmu_us_slt_arctic_hts")


def make_command(voice: str, config: SpeakConfig) -> CommandTts:
    """The program of the configuration."""
    return CommandTts(config.command)


def make_say(voice: str, config: SpeakConfig) -> CommandTts:
    """What macOS has; empty: the usual one."""
    voice = voice or "Samantha"
    return CommandTts(
        ["say", "-v", voice, "--data-format=LEI16@22050", "-o", "{output}"],
        name=f"say/{voice}",
        install=install_of(EngineStage.VOICE, "say"),
        missing_voice="not found",
    )


def _flite_voices() -> list[str]:
    listed = subprocess.run(
        ["flite", "-lv"], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return listed.stdout.partition(":")[2].split()
