"""Sound that only `ffmpeg` knows, decoded in a child that can do nothing else.

It is told the format, opens that one file and no address, writes no file, and has
limits on memory, processor time and on how long it is waited for. What it complains
about is damage: it goes on behind a hole, we do not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.kinds import DEMUXERS
from voiceagent.audio.wav_format import CONVERT, out_of_bounds
from voiceagent.errors import AudioFileError

__all__ = ["DecodeFailed", "FfmpegReader"]

SECONDS = 30.0
"""That it is waited for, each time that something is read."""
MAX_MEMORY = 4 << 30
MAX_PROCESSOR = 3600
"""Seconds of processor time: a day of sound takes less."""
MAX_COMPLAINT = 2000
EXACT = frozenset(("mov", "caf", "w64", "wv"))
"""Formats whose length is known and not estimated from the size."""
ONLY = ("-v", "error", "-protocol_whitelist", "file")


class DecodeFailed(Exception):
    """A decoder met damage; `got` holds what it had decoded of the block."""

    def __init__(self, cause: str, got: NDArray[np.float32]) -> None:
        super().__init__(cause)
        self.got = got


class FfmpegReader:
    """A file decoded by `ffmpeg` from its beginning to its end."""

    seeks = False
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, kind: str, *, cut: bool) -> None:
        """Raises `AudioFileError`: it is not installed, or cannot read it either."""
        self.format = kind
        self.cut = cut
        self._path, self._demuxer = path, DEMUXERS[kind]
        self._child: _Child | None = None
        program = _program(path, kind, "ffmpeg")
        stream = self._probed(_program(path, kind, "ffprobe"))
        self.encoding = str(stream.get("codec_name", "unknown"))
        self.channels = int(stream.get("channels", 0))
        self.rate = int(stream.get("sample_rate", 0))
        if odd := out_of_bounds(self.channels, self.rate):
            raise self._unusable(odd)
        known = self._demuxer in EXACT
        seconds = float(stream.get("duration", 0.0)) if known else 0.0
        self.frames = self.present = max(0, round(seconds * self.rate))
        self.slack = self.rate // 4  # what encoders add and decoders drop at the ends
        self._line = [program, "-nostdin", *self._input("-i"), "-map", "0:a:0"]
        self._line += ["-f", "f32le", "-"]

    def seek(self, frame: int) -> None:
        """Only to where it stands."""
        raise DecodeFailed("this file cannot be sought", self._values(b""))

    def read(self, frames: int) -> NDArray[np.float32]:
        """The next frames, none at the end; raises `DecodeFailed` on damage."""
        if self._child is None:
            self._child = _Child(self._line)
        size = 4 * self.channels
        raw = self._child.read(frames * size)
        if len(raw) < frames * size and (cause := self._child.complaint()):
            raise DecodeFailed(cause, self._values(raw))
        return self._values(raw)

    def close(self) -> None:
        """End the child; a second time does nothing."""
        if self._child is not None:
            self._child.end()

    def _values(self, raw: bytes) -> NDArray[np.float32]:
        whole = len(raw) // (4 * self.channels) * 4 * self.channels
        flat = np.frombuffer(raw[:whole], "<f4").astype(np.float32)
        return flat.reshape(-1, self.channels)

    def _input(self, *before: str) -> list[str]:
        name = f"file:{self._path.absolute()}"
        return [*ONLY, "-f", self._demuxer, *before, name]

    def _probed(self, program: str) -> dict[str, Any]:
        """What is known of the first sound in the file."""
        fields = "stream=codec_name,channels,sample_rate,duration"
        ask = ["-select_streams", "a:0", "-show_entries", fields, "-of", "json"]
        child = _Child([program, *ask, *self._input()])
        raw = child.read(1 << 16)
        cause = child.complaint()
        child.end()
        try:
            found: dict[str, Any] = json.loads(raw or b"{}")
            (stream,) = found["streams"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._unusable(cause or "there is no sound in it") from error
        return dict(stream)

    def _unusable(self, cause: str) -> AudioFileError:
        return AudioFileError(
            f"`{self._path}` is {self.format} that `ffmpeg` cannot read",
            cause=cause,
            hint=f"copy or record it again, or {CONVERT}",
        )


class _Child:
    """A program whose output is read, with a limit on each wait."""

    def __init__(self, line: list[str]) -> None:
        self._process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        _bound(self._process.pid)
        assert self._process.stdout and self._process.stderr
        self._out: IO[bytes] = self._process.stdout
        self._told = bytearray()
        self._hung = threading.Event()
        self._drain = threading.Thread(
            target=_keep_first, args=(self._process.stderr, self._told), daemon=True
        )
        self._drain.start()

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end or where it hangs."""
        watchdog = threading.Timer(SECONDS, self._give_up)
        watchdog.start()
        try:
            return self._out.read(size)
        finally:
            watchdog.cancel()

    def complaint(self) -> str:
        """What it did not like, once its output has ended; "" for nothing."""
        if self._hung.is_set():
            return f"`ffmpeg` took more than {SECONDS:.0f} s"
        try:
            status = self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.end()
            return f"`ffmpeg` took more than {SECONDS:.0f} s"
        self._drain.join()
        told = bytes(self._told).decode(errors="replace").strip()
        if told:
            return told.splitlines()[0].rpartition("] ")[2][:200]
        return f"`ffmpeg` ended with status {status}" if status else ""

    def end(self) -> None:
        """Kill it if it lives, and wait for it."""
        if self._process.poll() is None:
            self._kill()
        self._process.wait()
        self._drain.join()
        self._out.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _give_up(self) -> None:
        self._hung.set()
        self._kill()

    def _kill(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except AttributeError:  # Windows
            self._process.kill()
        except (ProcessLookupError, PermissionError):
            pass  # nobody of its group is left


def _keep_first(stderr: IO[bytes], into: bytearray) -> None:
    while piece := os.read(stderr.fileno(), 4096):
        into += piece[: MAX_COMPLAINT - len(into)]


def _bound(pid: int) -> None:
    """Limits on what it may use; it may write no file at all."""
    if os.name != "posix":
        return
    import resource

    set_limit = getattr(resource, "prlimit", None)
    if set_limit is None:  # macOS
        return
    limits = {
        resource.RLIMIT_AS: MAX_MEMORY,
        resource.RLIMIT_CPU: MAX_PROCESSOR,
        resource.RLIMIT_FSIZE: 0,
    }
    with suppress(ProcessLookupError):
        for which, limit in limits.items():
            set_limit(pid, which, (limit, limit))


def _program(path: Path, kind: str, name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise AudioFileError(
            f"`{path}` is {kind}",
            cause=f"that is read by `{name}`, which is not installed; WAV, FLAC, OGG, "
            "MP3 and AIFF are read without it",
            hint=f"`apt-get install ffmpeg`, or elsewhere {CONVERT}",
        )
    return found
