"""PortAudio, loaded when sound is wanted; what keeps it from loading is told."""

from __future__ import annotations

from typing import Any

from voiceagent.audio.alsa import quieten
from voiceagent.errors import DeviceMissing, EngineMissing

__all__ = ["load_sounddevice"]


def load_sounddevice() -> Any:
    """The `sounddevice` package; raises `EngineMissing` without it or PortAudio,
    `DeviceMissing` where PortAudio cannot begin."""
    quieten()
    try:
        import sounddevice
    except ImportError as error:
        line = "pip install 'voiceagent[edge]'"
        raise EngineMissing("sounddevice", install=line) from error
    except OSError as error:
        raise EngineMissing(
            "portaudio", install="apt-get install libportaudio2", cause=str(error)
        ) from error
    except Exception as error:  # its own class cannot be had where it does not load
        raise DeviceMissing(
            "the sound system cannot be started",
            cause=str(error),
            hint="check `~/.asoundrc` and `arecord -l`, or play a file instead",
        ) from error
    return sounddevice
