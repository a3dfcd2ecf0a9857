"""Microphones by PortAudio (`sounddevice`): list, choose, open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from voiceagent.audio.capture_buffer import InputClock
from voiceagent.audio.frames import FRAME_SECONDS
from voiceagent.audio.in_thread import in_thread
from voiceagent.audio.inputs import (
    MAX_INPUTS,
    InputChooser,
    Mono,
    Playing,
    one_of,
    settings,
    silent,
)
from voiceagent.audio.sound_library import load_sounddevice
from voiceagent.errors import DeviceMissing, UsageError
from voiceagent.errors.foreign import one_line

__all__ = [
    "Microphone",
    "OpenMicrophone",
    "PortAudio",
    "Sink",
    "check_channel",
    "find_device",
    "list_devices",
]

Sink = Callable[[bytes, int], None]
"""Takes a block of mono PCM and the samples lost before it; called on any thread."""
OPEN_SECONDS = 5.0
"""A device that takes longer to open or close is given up."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """An input device as PortAudio lists it."""

    index: int
    name: str
    channels: int
    rate: float
    """Its own rate in Hz; others may be refused."""
    default: bool = False


def list_devices() -> list[Microphone]:
    """All inputs; raises `EngineMissing` without PortAudio."""
    default = (sounddevice := load_sounddevice()).default.device[0]
    return [
        Microphone(
            int(device["index"]),
            one_line(str(device["name"])),
            int(device["max_input_channels"]),
            float(device["default_samplerate"]),
            device["index"] == default,
        )
        for device in sounddevice.query_devices()
        if device["max_input_channels"] > 0
    ]


def find_device(wanted: int | str | None, devices: Sequence[Microphone]) -> Microphone:
    """The device of an index or of a part of its name; None: the default one.

    Raises `DeviceMissing` where there is none, `UsageError` where several fit.
    """
    if not devices:
        raise DeviceMissing(
            "there is no microphone",
            cause="PortAudio lists no input device",
            hint="plug one in, check `arecord -l`, or play a file instead",
        )
    if wanted is None:
        return next((device for device in devices if device.default), devices[0])
    text = str(wanted).strip().casefold()
    by_index = [device for device in devices if str(device.index) == text]
    same = [device for device in devices if device.name.casefold() == text]
    part = [device for device in devices if text and text in device.name.casefold()]
    found = by_index or same or part
    if not found:
        raise _no_such(wanted, devices)
    if len(found) > 1 and len({device.name for device in found}) > 1:
        raise UsageError(
            f"several microphones are called `{wanted}`",
            cause=", ".join(f"{d.index} `{d.name}`" for d in found),
            hint="give the number",
        )
    return found[0]


def _no_such(wanted: int | str, devices: Sequence[Microphone]) -> DeviceMissing:
    words = {word.casefold(): d.name for d in devices for word in d.name.split()}
    words |= {device.name.casefold(): device.name for device in devices}
    close = get_close_matches(str(wanted).casefold(), words, n=1)
    listed = ", ".join(f"{device.index} `{device.name}`" for device in devices)
    return DeviceMissing(
        f"there is no microphone `{wanted}`",
        cause=f"there are: {listed}",
        hint=f"did you mean `{words[close[0]]}`?" if close else "choose one of these",
    )


class OpenMicrophone:
    """A device that delivers blocks to its sink until it is closed."""

    def __init__(
        self, stream: Any, microphone: Microphone, rate: float, clock: InputClock
    ) -> None:
        self.name = microphone.name
        self.rate = rate
        self._stream = stream
        self._clock = clock

    @property
    def overflows(self) -> int:
        """Times the device reported that it lost sound."""
        return self._clock.overflows

    async def close(self) -> None:
        """Let the device go; one that hangs is left to its thread."""
        await asyncio.wait_for(in_thread(self.shut), OPEN_SECONDS)

    def shut(self) -> None:
        """The same, blocking."""
        self._stream.close()


class PortAudio:
    """Opens microphones by index or part of a name."""

    def __init__(
        self,
        channel: int = 0,
        *,
        playing: Playing = silent,
        before_rescan: Callable[[], None] | None = None,
    ) -> None:
        """`channel`: the one that is heard, from 1; 0 for the one with the speech.

        `playing`: whether something of ours is heard, which is nobody who speaks.

        `before_rescan`: closes every other PortAudio stream of the process.

        PortAudio lists devices once; to see one plugged in later it must be restarted,
        which pulls its streams from under whoever plays. So without this there is no
        restart, and only a device that comes back in its old place is found again."""
        self._channel = channel
        self._before_rescan = before_rescan
        self._name: str | None = None
        self._playing = playing
        self._chooser: InputChooser | None = None

    async def open(self, device: int | str | None, sink: Sink) -> OpenMicrophone:
        """Open it, at 16 kHz mono where it can; raises `DeviceMissing`.

        A second call finds the device that the first one opened, whatever its number
        is by then."""
        wanted = device if self._name is None or device is None else self._name
        opening = in_thread(
            lambda: _open(wanted, self._channel, sink, self._listener),
            discard=lambda late: late.shut(),
        )
        try:
            opened = await asyncio.wait_for(opening, OPEN_SECONDS)
        except TimeoutError as error:
            raise _will_not_open(str(device), "it does not answer") from error
        self._name = opened.name
        return opened

    def _listener(self, channels: int) -> InputChooser:
        """A new one, as an old device may still deliver; it begins where that ended."""
        old = self._chooser
        start = old.heard if old is not None and old.inputs == channels else None
        self._chooser = InputChooser(channels, self._playing, start=start)
        return self._chooser

    async def rescan(self) -> None:
        """Let PortAudio look for devices again, where that is safe."""
        if self._before_rescan is None:
            return
        self._before_rescan()
        await asyncio.wait_for(in_thread(_restart), OPEN_SECONDS)


def _restart() -> None:
    sounddevice = load_sounddevice()
    with _working(sounddevice):
        sounddevice._terminate()  # no public call does this (python-sounddevice#3)
        sounddevice._initialize()


@contextmanager
def _working(sounddevice: Any) -> Iterator[None]:
    """A library that breaks has no devices, for now."""
    try:
        yield
    except sounddevice.PortAudioError as error:
        raise DeviceMissing(
            "the microphones cannot be listed",
            cause=str(error),
            hint="check `arecord -l`, or play a file instead",
        ) from error


def _open(
    wanted: int | str | None,
    channel: int,
    sink: Sink,
    listener: Callable[[int], InputChooser],
) -> OpenMicrophone:
    sounddevice = load_sounddevice()
    with _working(sounddevice):
        microphone = find_device(wanted, list_devices())
    check_channel(microphone, channel)
    error: Exception | None = None
    for channels, rate in settings(microphone.channels, channel, microphone.rate):
        mono = one_of(channels, channel) if channel else listener(channels).mono
        try:
            return _start(sounddevice, microphone, (channels, rate), sink, mono)
        except sounddevice.PortAudioError as refused:
            error = refused
    raise _will_not_open(microphone.name, str(error)) from error


def check_channel(microphone: Microphone, channel: int) -> None:
    """Raise `DeviceMissing` where a microphone has no such channel."""
    count = min(microphone.channels, MAX_INPUTS)
    if channel > count:
        raise DeviceMissing(
            f"microphone `{microphone.name}` has no channel {channel}",
            cause=f"it has {count}",
            hint="choose another one with `--channel` or `audio.channel`",
        )


def _start(
    sounddevice: Any,
    microphone: Microphone,
    setting: tuple[int, float],
    sink: Sink,
    mono: Mono,
) -> OpenMicrophone:
    channels, rate = setting
    clock = InputClock(rate)

    def take(data: Any, frames: int, at: Any, status: Any) -> None:
        pcm = bytes(data)  # PortAudio uses its memory again
        if channels > 1:
            pcm = mono(pcm)
        over = bool(status.input_overflow)
        sink(pcm, clock.lost(at.inputBufferAdcTime, frames, overflowed=over))

    stream = sounddevice.RawInputStream(
        samplerate=rate,
        blocksize=round(rate * FRAME_SECONDS),
        device=microphone.index,
        channels=channels,
        dtype="int16",
        callback=take,
    )
    try:
        stream.start()
    except sounddevice.PortAudioError:
        stream.close()
        raise
    return OpenMicrophone(stream, microphone, rate, clock)


def _will_not_open(name: str, cause: str) -> DeviceMissing:
    return DeviceMissing(
        f"microphone `{name}` cannot be opened",
        cause=cause,
        hint="close other programs that use it, or choose another one",
    )
