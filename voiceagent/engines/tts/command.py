"""Voices that are programs: text in, WAV out, never imported.

A program of its own keeps its licence to itself (espeak-ng and piper are GPL-3),
cannot take the agent down with it and can be killed. No shell is involved. Text goes
in by stdin unless the command has a `{text}`; sound comes from stdout unless it has an
`{output}`, the path of a WAV file that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from voiceagent.audio.clip import Clip
from voiceagent.engines.tts.program import (
    MAX_BYTES,
    ProgramRun,
    find_program,
    run_program,
)
from voiceagent.engines.tts.speakable import sayable
from voiceagent.engines.tts.text_place import TEXT, check_place, filled
from voiceagent.engines.tts.wav import no_voice, read_wav
from voiceagent.errors import (
    ConfigError,
    EngineDied,
    EngineFailed,
    EngineHung,
)
from voiceagent.store.scratch import ScratchFolder
from voiceagent.tts.text import prepared

__all__ = ["CommandTts"]

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
        check_place(argv)
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
        words = sayable(text, plain=self._plain)
        if self._respelt:
            words = " ".join(self._respelt.get(word, word) for word in words.split())
        if not any("{output}" in part for part in self._argv):
            return read_wav(self._run(words, None), self.name)
        try:
            folder = ScratchFolder()
        except OSError as error:
            raise self._failed(f"there is no room for its sound: {error}") from error
        with folder:
            output = folder.path / "clause.wav"
            self._run(words, output)
            return read_wav(_file(output), self.name)

    def _run(self, words: str, output: Path | None) -> bytes:
        argv = [
            filled(part.replace("{output}", str(output)), words) for part in self._argv
        ]
        said = any(TEXT in part for part in self._argv)
        given = "" if said else words
        try:
            done = run_program(argv, given, timeout=self._timeout)
        except OSError as error:
            raise self._failed(f"it cannot be started: {error}") from error
        return self._judged(done, words)

    def _judged(self, done: ProgramRun, words: str) -> bytes:
        if done.hung:
            raise self._failed(f"it took more than {self._timeout:g} s", EngineHung)
        if len(done.sound) > MAX_BYTES:
            raise self._failed(f"it wrote more than {MAX_BYTES >> 20} MiB")
        if self._missing_voice and self._missing_voice in done.complaint:
            raise no_voice(self.name, done.complaint)
        if done.status:
            reason = _last_line(done.complaint, words)
            kind = EngineDied if done.status < 0 else EngineFailed
            raise self._failed(f"exit status {done.status}; {reason}", kind)
        return done.sound

    def _failed(
        self, cause: str, kind: type[EngineFailed] = EngineFailed
    ) -> EngineFailed:
        return kind(
            f"voice `{self.name}` made no sound",
            cause=cause,
            hint=f"try `{self._argv[0]}` by hand, or set `speak.voice`",
        )


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
