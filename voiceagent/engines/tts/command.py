"""Voices that are programs: text in, WAV out, never imported.

A program of its own keeps its licence to itself (espeak-ng and piper are GPL-3),
cannot take the agent down with it and can be killed. No shell is involved. Text goes
in by stdin unless the command has a `{text}`; sound comes from stdout unless it has an
`{output}`, the path of a WAV file that it writes.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from voiceagent.audio.wav import WavReader, layout
from voiceagent.engines.tts.program import MAX_BYTES, Outcome, find_program, run_program
from voiceagent.engines.tts.speakable import checked, speakable
from voiceagent.errors import (
    AudioFileError,
    ConfigError,
    EngineFailed,
    ModelMissing,
)
from voiceagent.tts.tts import Clip, Tts, prepared

__all__ = ["CommandTts", "espeak", "flite", "make_voice", "no_voice", "read_wav"]

TIMEOUT = 5.0
"""Seconds a program may take over one clause (they need 0.01 to 0.5)."""


class CommandTts:
    """Runs a program for each clause."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        name: str = "",
        install: str = "",
        timeout: float = TIMEOUT,
        plain: bool = False,
        missing_voice: str = "",
        respelt: Mapping[str, str] | None = None,
    ) -> None:
        """`plain`: it knows ASCII only; `missing_voice`: its complaint when it has no
        such voice; `respelt`: what it is to be given for some words. Raises
        `EngineMissing` with the `install` line, `ConfigError`."""
        if not argv:
            raise ConfigError("the voice's command is empty", hint="name a program")
        program = find_program(argv[0], install)
        self.name = name or f"command/{' '.join(argv)}"
        self._argv = [program, *argv[1:]]
        self._timeout, self._plain = timeout, plain
        self._missing_voice = missing_voice
        self._respelt = respelt or {}

    def synthesize(self, text: str) -> Clip:
        """Render one clause; raises `EngineFailed`, `ModelMissing` or `UsageError`."""
        return prepared(self.render(text), text)

    def render(self, text: str) -> Clip:
        """The same as the program made it, silences and loudness left alone."""
        words = checked(speakable(text, plain=self._plain))
        if self._respelt:
            words = " ".join(self._respelt.get(word, word) for word in words.split())
        if not any("{output}" in part for part in self._argv):
            return read_wav(self._run(words, None), self.name)
        with tempfile.TemporaryDirectory(prefix="voiceagent-") as folder:
            output = Path(folder) / "clause.wav"
            self._run(words, output)
            return read_wav(_file(output), self.name)

    def _run(self, words: str, output: Path | None) -> bytes:
        argv = [
            part.replace("{output}", str(output)).replace("{text}", words)
            for part in self._argv
        ]
        said = any("{text}" in part for part in self._argv)
        given = "" if said else words
        try:
            done = run_program(argv, given, timeout=self._timeout)
        except OSError as error:
            raise self._failed(f"it cannot be started: {error}") from error
        return self._judged(done, words)

    def _judged(self, done: Outcome, words: str) -> bytes:
        if done.hung:
            raise self._failed(f"it took more than {self._timeout:g} s")
        if len(done.sound) > MAX_BYTES:
            raise self._failed(f"it wrote more than {MAX_BYTES >> 20} MiB")
        if self._missing_voice and self._missing_voice in done.complaint:
            raise no_voice(self.name, done.complaint)
        if done.status:
            reason = _last_line(done.complaint, words)
            raise self._failed(f"exit status {done.status}; {reason}")
        return done.sound

    def _failed(self, cause: str) -> EngineFailed:
        return EngineFailed(
            f"voice `{self.name}` made no sound",
            cause=cause,
            hint=f"try `{self._argv[0]}` by hand, or set `speak.voice`",
        )


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


def _festival(voice: str = "cmu_us_slt_arctic_hts") -> Tts:
    from voiceagent.engines.tts.festival import FestivalTts

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


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""


def _last_line(complaint: str, words: str) -> str:
    # Some programs repeat what they were given; it must not get into a log.
    lines = complaint.replace(words, "...").strip().splitlines()
    return lines[-1][:200] if lines else "it gave no reason"


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
