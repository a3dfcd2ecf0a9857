"""Festival with an HTS voice, kept running: loading it takes 0.2 s, a clause less.

It is driven through its own stdin. Its server would do the same over TCP, but hands
every local user an interpreter that runs programs.
"""

from __future__ import annotations

import re
import subprocess
import threading
import weakref
from contextlib import suppress
from typing import IO

from voiceagent.audio.clip import Clip
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.tts.program import MAX_BYTES, find_program, give_up, kill
from voiceagent.engines.tts.speakable import sayable
from voiceagent.engines.tts.wav import no_voice, read_wav
from voiceagent.errors import (
    ConfigError,
    EngineDied,
    EngineFailed,
    EngineHung,
    VoiceAgentError,
)
from voiceagent.store.scratch import ScratchFolder
from voiceagent.tts.text import prepared

__all__ = ["FestivalTts"]

TIMEOUT = 5.0
"""Seconds it may take to load its voice, or over one clause."""
INSTALL = install_of(EngineStage.VOICE, "festival")
DONE = '(format stderr "voiceagent-done\\n")'
MAX_REMARKS = 100
"""Lines it may write before its answer."""
VOICE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


class FestivalTts:
    """One festival process, started on first use and again when it broke."""

    def __init__(
        self, *, voice: str = "cmu_us_slt_arctic_hts", timeout: float = TIMEOUT
    ) -> None:
        """Raises `EngineMissing` or `ConfigError`; a missing voice shows in `warm`."""
        if not VOICE_NAME.fullmatch(voice):
            raise ConfigError(f"`{voice}` cannot be a festival voice")
        self.name = f"festival/{voice}"
        self._program = find_program("festival", INSTALL)
        self._voice, self._timeout = voice, timeout
        scratch = ScratchFolder()
        self._folder = scratch.path
        self._remove = weakref.finalize(self, scratch.close)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start it now; raises `ModelMissing` or `EngineFailed`."""
        with self._lock:
            self._running()

    def synthesize(self, text: str) -> Clip:
        """Render one clause; raises `EngineFailed`, `ModelMissing` or `UsageError`."""
        return prepared(self.render(text), text)

    def render(self, text: str) -> Clip:
        """The same as festival made it, silences and loudness left alone."""
        words = sayable(text, plain=True).replace('"', "")
        wav = self._folder / "clause.wav"
        with self._lock:
            process = self._running()
            self._ask(
                process,
                f'(utt.save.wave (utt.synth (Utterance Text "{words}"))'
                f' "{wav}" \'riff)',
            )
            data = wav.read_bytes()[:MAX_BYTES] if wav.exists() else b""
            wav.unlink(missing_ok=True)
        return read_wav(data, self.name)

    def close(self) -> None:
        """End the process and remove its folder; done anyway when it is collected."""
        with self._lock:
            self._end()
            self._remove()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        process = self._process = subprocess.Popen(
            [self._program, "--pipe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        weakref.finalize(self, _stop, process)
        self._ask(process, f"(voice_{self._voice})")
        return process

    def _ask(self, process: subprocess.Popen[bytes], request: str) -> None:
        """Evaluate `request` and wait; whatever goes wrong ends the process."""
        assert process.stdin and process.stderr
        hung = threading.Event()
        watchdog = threading.Timer(self._timeout, give_up, (process, hung))
        watchdog.start()
        try:
            process.stdin.write(f"(begin {request} {DONE})\n".encode())
            process.stdin.flush()
            answer = _answer(process.stderr)
        except BrokenPipeError:
            answer = b""
        finally:
            watchdog.cancel()
        if answer.strip() != b"voiceagent-done":
            self._end()
            raise self._problem(answer.decode(errors="replace"), hung.is_set())

    def _problem(self, answer: str, hung: bool) -> VoiceAgentError:
        if "unbound variable : voice_" in answer:
            return no_voice(self.name, f"{answer.strip()}; try `{INSTALL}`")
        kind: type[EngineFailed] = EngineHung if hung else EngineDied
        ended = f"it took more than {self._timeout:g} s" if hung else "it ended"
        return (EngineFailed if answer else kind)(
            f"voice `{self.name}` made no sound",
            # Its messages may repeat the text, which must not get into a log.
            cause="it refused the text" if answer else ended,
            hint=f"check `{INSTALL}`, or set `speak.voice`",
        )

    def _end(self) -> None:
        if self._process is not None:
            _stop(self._process)
        self._process = None


def _answer(stderr: IO[bytes]) -> bytes:
    """Its verdict, whatever it remarks before."""
    for _ in range(MAX_REMARKS):
        line = stderr.readline(4096)
        if not line or line.startswith((b"voiceagent-done", b"SIOD ERROR")):
            return line
    return b""


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        kill(process)
    process.wait()
    for pipe in (process.stdin, process.stderr):
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.close()
