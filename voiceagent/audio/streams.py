"""Recordings and pipes as something to listen to."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from voiceagent.audio.file import AudioFile, Recording
from voiceagent.audio.frames import RATE, AudioFrame, Reframer
from voiceagent.audio.in_thread import in_thread
from voiceagent.audio.kinds import sound_kind
from voiceagent.audio.resample import Resampler, as_float
from voiceagent.audio.source import OnEvent, due, ignore, paced, silence
from voiceagent.clock import Pace, VirtualLoop
from voiceagent.errors import AudioFileError, UsageError
from voiceagent.trace.events import Degraded

__all__ = ["FileSource", "StdinSource"]

READ_BYTES = 8192
"""Bytes of a stream read at a time; a pipe gives what it has."""
_HALF_SAMPLE = Degraded(
    what="standard input",
    why="the stream ended in the middle of a sample; the odd byte was left out",
    hint="check that it is 16-bit",
)


class FileSource:
    """Plays a recording, frame i due 20 ms x (i + 1) after the first was asked for."""

    def __init__(
        self,
        recording: str | os.PathLike[str] | Recording,
        *,
        pace: Pace | None = Pace.REALTIME,
        lead: float = 0.0,
        tail: float = 0.0,
        partial: bool = False,
        on_event: OnEvent = ignore,
    ) -> None:
        """`lead`, `tail`: seconds of silence around it; `pace` None: never wait.

        A path is read in blocks while it plays, so memory does not grow with length.
        """
        self._recording = recording
        self._pace = pace
        self._lead, self._tail = lead, tail
        self._partial = partial
        self.on_event = on_event
        if isinstance(recording, Recording):
            self.name = recording.facts.name
        else:
            self.name = Path(recording).name

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The frames; raises `AudioFileError` after all that could be read."""
        with closing(self._cut()) as frames:
            async for frame in paced(frames, self._pace):
                yield frame

    def _cut(self) -> Generator[AudioFrame, None, None]:
        reframer = Reframer()
        yield from reframer.feed(silence(self._lead))
        if isinstance(self._recording, Recording):
            yield from reframer.feed(self._recording.pcm)
        else:
            with AudioFile(self._recording, partial=self._partial) as file:
                for block in file.blocks():
                    yield from reframer.feed(block.astype("<i2").tobytes())
        yield from reframer.feed(silence(self._tail))
        yield from reframer.flush()


class StdinSource:
    """Raw signed 16-bit little-endian mono PCM from standard input or another stream.

    Nothing is dropped: what is not read yet waits in the pipe.
    """

    def __init__(
        self,
        stream: BinaryIO | io.RawIOBase | None = None,
        *,
        rate: int = RATE,
        pace: Pace | None = None,
        on_event: OnEvent = ignore,
    ) -> None:
        """`pace`: set for a stored stream, to play it as if it were live."""
        self.name = "stdin"
        self.on_event = on_event
        # Unbuffered: a thread that waits in a buffered read would hold its lock, and
        # the interpreter dies of that when it leaves.
        self._stream = stream or io.FileIO(sys.stdin.fileno(), closefd=False)
        self._rate = rate
        self._pace = pace

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The frames; raises `UsageError`, `AudioFileError` for what is no raw PCM."""
        resampler, reframer = Resampler(self._rate), Reframer()
        rest, chunk, last = b"", await self._head(), False
        origin = asyncio.get_running_loop().time()
        while not last:
            last, rest = not chunk, rest + chunk
            even = len(rest) & ~1
            samples = resampler.feed(as_float(rest[:even]), last=last)
            rest = rest[even:]
            for frame in _all(reframer, samples.astype("<i2").tobytes(), last=last):
                await due(frame, origin, self._pace)
                yield frame
            chunk = b"" if last else await self._read()
        if rest:
            self.on_event(_HALF_SAMPLE)

    async def _head(self) -> bytes:
        """The first bytes, when they are no header of a sound file."""
        if self._stream.isatty():
            raise UsageError(
                "standard input is a terminal, not sound",
                hint="`arecord -q -t raw -f S16_LE -r 16000 -c 1 | COMMAND`",
            )
        head = b""
        while len(head) < 4 and (chunk := await self._read()):
            head += chunk
        kind = sound_kind(head)
        if kind:
            raise AudioFileError(
                f"standard input holds {kind}",
                cause="raw signed 16-bit little-endian mono PCM is read from there",
                hint="name the file instead of piping it",
            )
        return head

    async def _read(self) -> bytes:
        """The next bytes, none at the end; a thread waits for them on a live loop."""
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop):
            return _read_some(self._stream)
        return await in_thread(lambda: _read_some(self._stream))


def _read_some(stream: BinaryIO | io.RawIOBase) -> bytes:
    read = getattr(stream, "read1", stream.read)
    return bytes(read(READ_BYTES) or b"")


def _all(reframer: Reframer, pcm: bytes, *, last: bool) -> Iterator[AudioFrame]:
    yield from reframer.feed(pcm)
    if last:
        yield from reframer.flush()
