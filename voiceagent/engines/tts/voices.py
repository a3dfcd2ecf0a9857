"""The voices that a configuration can name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voiceagent.engines.tts.command import TIMEOUT, CommandTts
from voiceagent.engines.tts.festival import FestivalTts
from voiceagent.engines.tts.wav import no_voice
from voiceagent.errors import ConfigError
from voiceagent.tts.protocol import Tts

__all__ = ["espeak", "flite", "make_voice"]


def espeak(
    voice: str = "en-us", *, respelt: Mapping[str, str] | None = None
) -> CommandTts:
    """eSpeak NG: starts at once, many languages, sounds like a machine; GPL-3."""
    return CommandTts(
        ["espeak-ng", "-v", voice, "--stdin", "--stdout"],
        name=f"espeak/{voice}",
        install="apt-get install espeak-ng",
        missing_voice="voice does not exist",
        respelt=respelt,
    )


def flite(voice: str = "slt") -> CommandTts:
    """Flite: small statistical voices (`slt`, `rms`, `awb`, `kal16`); BSD style."""
    tts = CommandTts(
        ["flite", "-voice", voice, "-o", "{output}"],
        name=f"flite/{voice}",
        install="apt-get install flite",
        plain=True,
    )
    # With an unknown name it speaks in another voice and says nothing (2.2).
    if voice not in _flite_voices() and not Path(voice).is_file():
        raise no_voice(tts.name, f"`flite -lv` lists {', '.join(_flite_voices())}")
    return tts


def make_voice(name: str, *, command: Sequence[str] = ()) -> Tts:
    """The voice of a configured name: `espeak`, `flite`, `festival`, `say`, `command`,
    or one of an engine's (`flite/rms`). Raises `MissingError` or `ConfigError`."""
    engine, _, voice = name.partition("/")
    if engine == "command":
        return CommandTts(command)
    makers: dict[str, Callable[..., Tts]] = {
        "espeak": espeak,
        "festival": _festival,
        "flite": flite,
        "say": _say,
    }
    if engine not in makers:
        raise ConfigError(
            f"there is no voice `{name}`",
            hint=f"choose {', '.join(makers)}, or `command` with `speak.command`",
        )
    return makers[engine](voice) if voice else makers[engine]()


def _festival(voice: str = "cmu_us_slt_arctic_hts") -> Tts:
    return FestivalTts(voice=voice)


def _say(voice: str = "Samantha") -> CommandTts:
    return CommandTts(
        ["say", "-v", voice, "--data-format=LEI16@22050", "-o", "{output}"],
        name=f"say/{voice}",
        install="use macOS, where it is part of the system",
        missing_voice="not found",
    )


def _flite_voices() -> list[str]:
    listed = subprocess.run(
        ["flite", "-lv"], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return listed.stdout.partition(":")[2].split()
