"""Sources: the right frames at the right instants, from files and from a pipe."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tracemalloc
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.file import AudioFacts, Recording
from voiceagent.audio.frames import FRAME_SAMPLES, RATE, AudioFrame
from voiceagent.audio.in_thread import in_thread
from voiceagent.audio.source import Source
from voiceagent.audio.streams import FileSource, StdinSource
from voiceagent.clock import Pace, now, run
from voiceagent.errors import AudioFileError, UsageError
from voiceagent.trace.events import AudioGap, Degraded

pytestmark = pytest.mark.unit


def ramp(samples: int) -> bytes:
    return (np.arange(samples) % 30_000).astype("<i2").tobytes()


def saved(folder: Path, pcm: bytes) -> Path:
    path = folder / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm)
    return path


def memory(pcm: bytes) -> Recording:
    return Recording(np.frombuffer(pcm, "<i2"), AudioFacts("memory"))


async def collect(source: Source) -> list[tuple[float, AudioFrame]]:
    began = now()
    return [(now() - began, frame) async for frame in source.frames()]


def heard(source: Source, *, virtual: bool = True) -> list[tuple[float, AudioFrame]]:
    return run(collect(source), virtual=virtual)


def pcm_of(frames: list[tuple[float, AudioFrame]]) -> bytes:
    return b"".join(frame.pcm for _, frame in frames)


@settings(deadline=None)
@given(st.integers(0, 5000), st.integers(0, 30), st.integers(0, 30))
def test_nothing_is_lost_and_nothing_invented(n: int, lead: int, tail: int) -> None:
    source = FileSource(memory(ramp(n)), lead=lead / 100, tail=tail / 100)
    frames = heard(source)
    expected = bytes(320 * lead) + ramp(n) + bytes(320 * tail)
    assert pcm_of(frames).rstrip(b"\0") == expected.rstrip(b"\0")
    assert len(pcm_of(frames)) - len(expected) in range(2 * FRAME_SAMPLES)
    assert [f.start for _, f in frames] == [
        i * FRAME_SAMPLES for i in range(len(frames))
    ]


def test_frames_are_due_when_their_last_sample_was_spoken() -> None:
    frames = heard(FileSource(memory(ramp(RATE * 60))))
    assert all(abs(at - frame.end / RATE) < 1e-6 for at, frame in frames)


def test_an_unpaced_source_takes_no_time_and_lets_others_run() -> None:
    async def main() -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(other())
            frames = await collect(FileSource(memory(ramp(RATE)), pace=None))
            task.cancel()
        assert frames[-1][0] == 0
        return turns

    assert run(main(), virtual=True) >= 50


def test_a_late_listener_gets_every_frame_and_the_clock_does_not_slip() -> None:
    async def main() -> list[tuple[float, int]]:
        seen = []
        async for frame in FileSource(memory(ramp(RATE))).frames():
            seen.append((now(), frame.start))
            if frame.start == 3200:
                await asyncio.sleep(0.3)  # virtual: a slow stage
        return seen

    seen = run(main(), virtual=True)
    assert len(seen) == 50
    assert seen[-1][0] == pytest.approx(1.0)


def test_in_real_time_it_lasts_as_long_as_it_is() -> None:
    frames = heard(FileSource(memory(ramp(RATE // 10))), virtual=False)
    assert 0.09 < frames[-1][0] < 2


def test_a_path_and_a_recording_sound_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path, ramp(70_001))
    from_path, from_memory = FileSource(path), FileSource(memory(ramp(70_001)))
    assert heard(from_path) == heard(from_memory)
    assert from_path.name == "sound.wav"


def test_a_cut_file_is_an_error_and_partial_takes_it(tmp_path: Path) -> None:
    path = saved(tmp_path, ramp(RATE))
    os.truncate(path, 44 + RATE)
    with pytest.raises(AudioFileError, match="ends early"):
        heard(FileSource(path))
    assert len(heard(FileSource(path, partial=True, pace=Pace.VIRTUAL))) == 25


def test_hours_play_in_little_memory(tmp_path: Path) -> None:
    path, size = saved(tmp_path, b""), 2 * RATE * 120
    with path.open("r+b") as file:  # a sparse file: zeros cost no disk
        file.seek(40)
        file.write(size.to_bytes(4, "little"))
        file.truncate(44 + size)

    async def count() -> int:
        return len([1 async for _ in FileSource(path).frames()])

    tracemalloc.start()
    assert run(count(), virtual=True) == 6000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4e6


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, ramp(RATE))

    async def main() -> None:
        frames = FileSource(path).frames()
        await anext(frames)
        await frames.aclose()  # type: ignore[attr-defined]

    before = len(os.listdir("/proc/self/fd")) if Path("/proc").exists() else 0
    run(main(), virtual=True)
    after = len(os.listdir("/proc/self/fd")) if Path("/proc").exists() else 0
    assert after <= before


# Standard input


class Drip(io.RawIOBase):
    """A pipe that gives its bytes in given pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]

    def read(self, size: int = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@settings(deadline=None)
@given(st.binary(max_size=3000), st.lists(st.integers(1, 700), max_size=8))
def test_any_chunking_of_a_pipe_gives_the_same_frames(
    pcm: bytes, cuts: list[int]
) -> None:
    pcm = b"\0\0" + pcm  # never the first bytes of a sound file
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(pcm[at : at + cut])
        at += cut
    events: list[AudioGap | Degraded] = []
    stream = Drip([*pieces, pcm[at:]])
    frames = heard(StdinSource(stream, on_event=events.append))
    even = pcm[: len(pcm) & ~1]
    assert pcm_of(frames)[: len(even)] == even
    assert len(frames) == -(-len(even) // 640)
    assert bool(events) == bool(len(pcm) % 2)


def test_another_rate_is_resampled() -> None:
    frames = heard(StdinSource(io.BytesIO(bytes(2 * 48_000)), rate=48_000))
    assert len(frames) == 50


def test_a_stored_stream_can_be_paced() -> None:
    stream = io.BytesIO(ramp(RATE))
    assert heard(StdinSource(stream, pace=Pace.VIRTUAL))[-1][0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("head", "kind"), [(b"RIFF", "WAV"), (b"fLaC", "FLAC"), (b"OggS", "OGG")]
)
def test_a_piped_file_is_refused_by_name(head: bytes, kind: str) -> None:
    with pytest.raises(AudioFileError, match=kind):
        heard(StdinSource(io.BytesIO(head + bytes(100))))


def test_a_terminal_is_refused() -> None:
    stream = io.BytesIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    with pytest.raises(UsageError, match="terminal"):
        heard(StdinSource(stream))


def test_a_real_pipe_that_never_ends_does_not_hold_the_program() -> None:
    code = (
        "import asyncio\n"
        "from voiceagent.audio.streams import StdinSource\n"
        "async def main():\n"
        "    async for frame in StdinSource().frames():\n"
        "        print(frame.start, flush=True)\n"
        "        if frame.start == 640: return\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(ramp(3 * FRAME_SAMPLES))
        child.stdin.flush()  # and it stays open
        assert child.wait(30) == 0
        assert child.stdout.read().split() == [b"0", b"320", b"640"]


# Blocking work


def test_work_in_a_thread_returns_or_raises() -> None:
    def broken() -> int:
        raise OSError("no")

    async def main(work: Callable[[], int]) -> int:
        return await in_thread(work)

    assert run(main(lambda: 3)) == 3
    with pytest.raises(OSError, match="no"):
        run(main(broken))


def test_a_late_result_is_discarded_by_its_owner() -> None:
    import threading

    go, gone = threading.Event(), threading.Event()

    async def main() -> None:
        task = asyncio.ensure_future(
            in_thread(lambda: go.wait(20), discard=lambda _: gone.set())
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()

    run(main())
    assert gone.wait(20)
