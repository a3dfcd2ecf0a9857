"""The microphone: bounded, counted, watched, reopened."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pytest
from agents import Stage
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.frames import FRAME_SAMPLES, RATE, AudioFrame
from voiceagent.audio.input_device import InputDriver
from voiceagent.audio.loudspeaker import SpeakerPlayer
from voiceagent.audio.microphone import MicrophoneSource, MicrophoneState
from voiceagent.audio.portaudio import Sink
from voiceagent.audio.switch import SwitchedSource
from voiceagent.cli.listen import _desk
from voiceagent.clock import now, run
from voiceagent.errors import (
    DeviceMissing,
    EngineFailed,
    UsageError,
    VoiceAgentError,
)
from voiceagent.testing import tone
from voiceagent.trace.events import AlarmRang, AudioGap, Degraded
from voiceagent.trace.turn_rows import turn_rows

pytestmark = pytest.mark.fault


def numbers(start: int, count: int) -> bytes:
    """Samples that tell their own place, none of them zero."""
    return ((np.arange(start, start + count) % 30_000) + 1).astype("<i2").tobytes()


# The source, on the virtual loop, with devices that behave as told


@dataclass
class Device:
    """Delivers 20 ms blocks of the true time, from now on for some seconds."""

    seconds: float = math.inf
    rate: float = RATE
    silent: bool = False
    hangs: bool = False
    loses: dict[int, int] = field(default_factory=dict)
    name: str = "fake"
    overflows: int = 0
    closed: bool = False

    def start(self, sink: Sink) -> None:
        loop, block = asyncio.get_running_loop(), round(self.rate * 0.02)
        began, origin = loop.time(), round(loop.time() * self.rate)

        def deliver(i: int) -> None:
            if self.closed or i * 0.02 >= self.seconds or self.silent:
                return
            lost = self.loses.get(i, 0)
            self.overflows += bool(lost)
            sink(numbers(origin + i * block + lost, block - lost), lost)
            loop.call_at(began + (i + 2) * 0.02, deliver, i + 1)

        loop.call_at(began + 0.02, deliver, 0)

    async def close(self) -> None:
        self.closed = True
        if self.hangs:
            raise TimeoutError


@dataclass
class Bench:
    """Hands out devices, or errors, one a call; the last one for ever."""

    plan: list[Device | VoiceAgentError]
    opened: list[float] = field(default_factory=list)
    rescans: int = 0

    async def open(self, device: int | str | None, sink: Sink) -> Device:
        self.opened.append(now())
        step = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        if isinstance(step, VoiceAgentError):
            raise step
        step.start(sink)
        return step

    async def rescan(self) -> None:
        self.rescans += 1


UNPLUGGED = DeviceMissing("unplugged", cause="no such device")
Events = list[AudioGap | Degraded]


def listen(
    backend: InputDriver, seconds: float, *, stall: dict[int, float] | None = None
) -> tuple[list[AudioFrame], Events, MicrophoneSource, list[float]]:
    events: Events = []
    source = MicrophoneSource(backend=backend, on_event=events.append)

    async def main() -> tuple[list[AudioFrame], list[float]]:
        frames, at = [], []
        stream = source.frames()
        async for frame in stream:
            frames.append(frame)
            at.append(now())
            if stall and frame.start // FRAME_SAMPLES in stall:
                await asyncio.sleep(stall[frame.start // FRAME_SAMPLES])
            if frame.end >= seconds * RATE:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        return frames, at

    frames, at = run(main(), virtual=True)
    assert [f.start for f in frames] == [i * FRAME_SAMPLES for i in range(len(frames))]
    assert source.state is MicrophoneState.CLOSED
    return frames, events, source, at


def values(frames: list[AudioFrame]) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2")


def off(frames: list[AudioFrame]) -> int:
    """By how many samples what is heard is out of place, silence left out."""
    heard = values(frames).astype(int)
    places = np.arange(len(heard)) % 30_000 + 1
    wrong = np.abs(heard - places)[heard != 0]
    return int(np.minimum(wrong, 30_000 - wrong).max(initial=0))


def gaps(events: Events) -> list[AudioGap]:
    return [event for event in events if isinstance(event, AudioGap)]


def test_a_good_device_is_heard_as_it_is() -> None:
    device = Device()
    frames, events, source, _ = listen(Bench([device]), 5)
    assert values(frames).tobytes() == numbers(0, 5 * RATE)
    assert not events and source.lost_seconds == 0 and device.closed


def test_another_rate_is_resampled_without_drift() -> None:
    frames, _, _, at = listen(Bench([Device(rate=44_100)]), 30)
    assert at[-1] == pytest.approx(30, abs=0.1)


def test_what_the_device_loses_becomes_silence_of_that_length() -> None:
    frames, events, source, _ = listen(Bench([Device(loses={10: 100, 20: 320})]), 2)
    assert [(g.t, g.seconds, g.cause) for g in gaps(events)] == [
        (0.2, 100 / RATE, "overflow"),
        (0.4, 320 / RATE, "overflow"),
    ]
    assert off(frames) == 0
    assert np.count_nonzero(values(frames) == 0) == 420
    assert source.overflows == 2


def test_a_listener_that_is_too_slow_loses_the_oldest_and_is_told() -> None:
    frames, events, source, _ = listen(Bench([Device()]), 8, stall={50: 5.0})
    assert [gap.cause for gap in gaps(events)] == ["slow"]
    assert 2.9 < source.lost_seconds < 3.1  # 5 s late, 2 s of room
    assert off(frames) == 0


def test_an_unplugged_device_comes_back_and_time_stays_true() -> None:
    bench = Bench([Device(seconds=3), UNPLUGGED, UNPLUGGED, Device()])
    frames, events, source, at = listen(bench, 12)
    degraded, gap = events
    assert isinstance(degraded, Degraded) and isinstance(gap, AudioGap)
    assert gap.cause == "device" and gap.t == pytest.approx(3, abs=0.05)
    assert 2.9 < gap.seconds < 4.2
    assert off(frames) <= 640  # a block or two
    late = [when - frame.end / RATE for when, frame in zip(at, frames, strict=True)]
    assert max(late) < 1.2  # silence flows while it is gone
    assert bench.rescans == 3
    assert source.lost_seconds == pytest.approx(gap.seconds)


def test_back_within_two_seconds_of_being_plugged_in() -> None:
    bench = Bench([Device(seconds=1), Device()])
    _, events, _, _ = listen(bench, 6)
    assert gaps(events)[0].seconds < 2


def test_a_device_that_opens_but_stays_silent_is_not_taken_for_flowing() -> None:
    bench = Bench([Device(seconds=1), Device(silent=True), Device()])
    frames, events, _, _ = listen(bench, 12)
    assert 5 < gaps(events)[0].seconds < 8
    assert off(frames) <= 640


def test_a_device_that_never_comes_back_is_missing() -> None:
    events: Events = []
    source = MicrophoneSource(
        backend=Bench([Device(seconds=1), UNPLUGGED]), give_up=4, on_event=events.append
    )

    async def main() -> float:
        last = 0.0
        with pytest.raises(DeviceMissing, match="no such device"):
            async for frame in source.frames():
                last = frame.end / RATE
        return last

    assert run(main(), virtual=True) == pytest.approx(5, abs=0.2)
    assert len(gaps(events)) == 1


def test_one_that_is_gone_for_minutes_is_told_once_and_comes_back() -> None:
    trouble: list[VoiceAgentError] = [UNPLUGGED] * 300
    trouble += [UsageError("several fit"), EngineFailed("the driver broke")] * 150
    bench = Bench([Device(seconds=3), *trouble, Device()])
    frames, events, source, at = listen(bench, 700)
    degraded, gap = events
    assert isinstance(degraded, Degraded) and isinstance(gap, AudioGap)
    assert gap.cause == "device" and 600 < gap.seconds < 660
    late = [when - frame.end / RATE for when, frame in zip(at, frames, strict=True)]
    assert max(late) < 1.2 and off(frames) <= 640
    assert source.lost_seconds == pytest.approx(gap.seconds)


@dataclass
class Speaking(Device):
    """Somebody talks beside it, twice."""

    def start(self, sink: Sink) -> None:
        loop = asyncio.get_running_loop()

        def deliver(second: float) -> None:
            if second >= self.seconds or self.closed:
                return
            loud = any(begin <= second < end for begin, end in SPOKEN)
            sink(tone(0.02, level=0.3 if loud else 0.0), 0)
            loop.call_at(second + 0.02, deliver, second + 0.02)

        loop.call_at(loop.time() + 0.02, deliver, loop.time())


WORDS = ((0.5, 0.9), (1.1, 2.3))
"""A wake word and a command."""
BACK = 400.0
SPOKEN = (*WORDS, *((begin + BACK, end + BACK) for begin, end in WORDS))


def test_a_session_outlives_a_microphone_that_is_gone_for_minutes() -> None:
    bench = Bench([Speaking(seconds=20.0), *[UNPLUGGED] * 360, Speaking()])
    stage = Stage(["turn it on", "turn it off"], wakes=[0.9, BACK + 0.9])
    stage.skill.ring_at(200.0, "Your bread is ready.")

    async def main() -> None:
        agent = stage.make()
        source = MicrophoneSource(backend=bench)
        with suppress(TimeoutError):
            async with asyncio.timeout(BACK + 20.0):
                await agent.run(source)
        stage.records = list(agent.trace)

    run(main(), virtual=True)
    rows = turn_rows(stage.records)
    assert [row.reply for row in rows] == [
        "You said turn it on.",
        "You said turn it off. "
        "Your bread is ready. It was due three minutes ago, and nobody stopped it",
    ]
    assert len(stage.events(AlarmRang)) == 1 and not stage.skill.rings
    assert len(stage.events(Degraded)) == 1 and len(stage.events(AudioGap)) == 1


def test_a_device_that_hangs_on_closing_does_not_stop_us() -> None:
    bench = Bench([Device(seconds=1, hangs=True), Device()])
    frames, _, _, _ = listen(bench, 5)
    assert len(frames) == 250


def test_arming_lasts_until_the_first_sample() -> None:
    async def main() -> list[MicrophoneState]:
        source = MicrophoneSource(backend=Bench([Device()]))
        states, stream = [source.state], source.frames()
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.01)
        states.append(source.state)
        await first
        states.append(source.state)
        await stream.aclose()  # type: ignore[attr-defined]
        return states

    closed, arming, flowing = (
        MicrophoneState(s) for s in ("closed", "arming", "flowing")
    )
    assert run(main(), virtual=True) == [closed, arming, flowing]


def test_none_at_the_start_is_an_error_at_once() -> None:
    with pytest.raises(DeviceMissing):
        listen(Bench([UNPLUGGED]), 1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(5, 60), st.integers(0, 2)), max_size=4))
def test_however_often_it_goes_time_stays_true(
    outages: list[tuple[int, int]],
) -> None:
    plan: list[Device | VoiceAgentError] = []
    for blocks, failures in outages:
        plan += [Device(seconds=blocks * 0.02), *[UNPLUGGED] * failures]
    frames, events, source, at = listen(Bench([*plan, Device()]), 8)
    assert off(frames) <= 640
    assert 0 <= at[-1] - 8 + 1e-6 < 1.3  # at most an outage not yet noticed
    assert sum(g.seconds for g in gaps(events)) == pytest.approx(source.lost_seconds)


def test_a_microphone_knows_when_we_are_heard() -> None:
    made: list[MicrophoneSource] = []

    def make(device: str) -> MicrophoneSource:
        made.append(MicrophoneSource(device, backend=Bench([Device()])))
        return made[-1]

    async def main() -> None:
        # No loudspeaker is needed to ask one whether it plays.
        speaker = SpeakerPlayer.__new__(SpeakerPlayer)
        speaker._ending = None
        source = SwitchedSource(make, "")
        _desk(source, speaker)
        heard: list[bool] = []
        async for _ in source.frames():
            heard.append(made[-1].playing())
            if len(heard) == 2:
                speaker._ending = asyncio.get_running_loop().create_future()
                source.use("another")
            if len(heard) == 6:
                break
        assert len(made) == 2
        assert heard[:2] == [False, False] and heard[-1]

    run(main())
