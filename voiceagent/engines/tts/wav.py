"""What a voice program gives: its WAV, or that it has no such voice."""

from __future__ import annotations

import io

import numpy as np

from voiceagent.audio.clip import Clip
from voiceagent.audio.wav import WavReader
from voiceagent.audio.wav_header import layout
from voiceagent.errors import AudioFileError, EngineFailed, ModelMissing

__all__ = ["no_voice", "read_wav"]


def read_wav(data: bytes, name: str) -> Clip:
    """A program's WAV as a clip (channels mixed); raises `EngineFailed`."""
    try:
        where = layout(io.BytesIO(data), len(data), name)
    except AudioFileError as error:
        raise _bad_sound(name, error.cause or error.what) from error
    if not where.encoding or not where.present:
        raise _bad_sound(name, "its WAV holds no samples")
    values = WavReader(io.BytesIO(data), where).read(where.present).mean(axis=1)
    if not np.isfinite(values).all():
        raise _bad_sound(name, "its WAV holds numbers that are no sound")
    whole = np.clip(np.rint(values * 32768), -32768, 32767).astype("<i2")
    return Clip(whole.tobytes(), where.rate)


def no_voice(name: str, cause: str) -> ModelMissing:
    """The error of an engine that has no such voice."""
    return ModelMissing(
        f"there is no voice `{name}`",
        cause=cause.strip()[:200],
        hint="choose an installed one in `speak.voice`",
    )


def _bad_sound(name: str, cause: str) -> EngineFailed:
    return EngineFailed(
        f"voice `{name}` gave something that is no WAV",
        cause=cause,
        hint="check that the command writes a WAV and nothing else",
    )
