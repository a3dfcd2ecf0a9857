"""The microphones and loudspeakers of this machine, listed and changed over to."""

from __future__ import annotations

from voiceagent.audio.in_thread import in_thread
from voiceagent.audio.loudspeaker import SpeakerPlayer
from voiceagent.audio.portaudio import find_device, list_devices
from voiceagent.audio.sound_library import load_sounddevice
from voiceagent.audio.speaker import Speaker
from voiceagent.audio.switch import SwitchedSource
from voiceagent.errors import DeviceMissing
from voiceagent.errors.foreign import one_line
from voiceagent.port import AudioDevice, DeviceList

__all__ = ["AudioDesk"]


class AudioDesk:
    """Lists what is plugged in and changes a session over to it."""

    def __init__(
        self, source: SwitchedSource | None, player: SpeakerPlayer | None
    ) -> None:
        """None where the session has no microphone, or no loudspeaker."""
        self._source, self._player = source, player

    async def devices(self) -> DeviceList:
        """All there are; raises `EngineMissing`."""
        return DeviceList(devices=await in_thread(self._listed))

    async def use(self, *, input: str | None, output: str | None) -> None:
        """Change over; raises `DeviceMissing` or `UsageError`, and then nothing was
        changed."""
        if input is not None:
            if self._source is None:
                raise DeviceMissing("this session has no microphone to change")
            await in_thread(lambda: find_device(input or None, list_devices()))
        if output is not None:
            if self._player is None:
                raise DeviceMissing("this session has no loudspeaker to change")
            speaker = await in_thread(lambda: Speaker(_number(output)))
            self._player.use(speaker)
        if input is not None and self._source is not None:
            self._source.use(input)

    def _listed(self) -> list[AudioDevice]:
        found = load_sounddevice().query_devices()
        return [
            AudioDevice(
                number=int(one["index"]),
                name=one_line(str(one["name"])),
                input=one["max_input_channels"] > 0,
                output=one["max_output_channels"] > 0,
                used=self._uses(int(one["index"]), str(one["name"])),
            )
            for one in found
        ]

    def _uses(self, number: int, name: str) -> bool:
        heard = self._source.device if self._source else ""
        spoken = self._player.device_name if self._player else ""
        return name == spoken or heard in (str(number), name)


def _number(device: str) -> int | str | None:
    return int(device) if device.isdigit() else device or None
