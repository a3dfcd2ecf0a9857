"""A session whose microphone is open for hours, with a question now and then."""

from __future__ import annotations

import asyncio
import base64
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from live_session import Client, services
from spoken_command import SAMPLES

from voiceagent.app.config import Config
from voiceagent.app.region_server import ears_for
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import resampled_pcm
from voiceagent.clock import run
from voiceagent.frontend.config import VadConfig
from voiceagent.region.ears import TurnDetector

__all__ = ["WIRE", "HeldOpen", "Listened", "held_open", "question", "room_noise"]

WIRE = 24_000
"""Samples a second on the wire."""
PIECE = 0.5
"""Seconds of sound in a message."""


@dataclass(slots=True)
class Listened:
    """What came of the hours."""

    asked: int = 0
    answered: int = 0
    """Responses that were completed with words."""
    ended: Counter[str] = field(default_factory=Counter)
    """How the responses ended."""
    kept: int = 0
    """Bytes of sound that the session held at most."""
    closed: tuple[int, str] | None = None


def room_noise(seconds: float) -> bytes:
    """A room in which nobody speaks, at the rate of the wire."""
    noise = np.random.default_rng(7).standard_normal(round(WIRE * seconds))
    return (noise * 12).astype("<i2").tobytes()


@cache
def question() -> bytes:
    """Two seconds of talk without a pause, and a second of quiet."""
    samples = read_audio(SAMPLES / "01-light-in-one-breath.flac").samples
    loud = np.flatnonzero(np.abs(samples) > 1500)
    spoken = resampled_pcm(samples[loud[0] : loud[-1]].tobytes(), RATE, WIRE)
    return room_noise(0.5) + spoken + room_noise(1.5)


class HeldOpen(Client):
    """Says what the microphone hears, and counts what it is told."""

    def __init__(self) -> None:
        shop = Workshop(Config(vad=VadConfig(engine="webrtcvad")))
        super().__init__(
            services(detector=lambda wanted: TurnDetector(ears_for(shop, wanted)))
        )
        self.listened = Listened()

    async def send(self, message: str) -> None:
        """Only how responses end is kept."""
        await super().send(message)
        for response in self.done():
            self.listened.ended[response["status"]] += 1
            said = any(item["content"] for item in response["output"])
            self.listened.answered += response["status"] == "completed" and said
        if self.done():
            self.events.clear()
        del self.events[:-200], self.times[:-200]

    async def say_for(self, pcm: bytes) -> None:
        """That sound in pieces, each when it was heard."""
        size = round(PIECE * WIRE) * 2
        for at in range(0, len(pcm), size):
            audio = base64.b64encode(pcm[at : at + size]).decode()
            append: dict[str, Any] = {"type": "input_audio_buffer.append"}
            self.tell(append | {"audio": audio})
            held = len(self.session.audio._audio)
            self.listened.kept = max(self.listened.kept, held)
            await asyncio.sleep(PIECE)


def held_open(
    hours: float, *, seed: int = 1, told: Callable[[float], None] = lambda hour: None
) -> Listened:
    """So many hours on the virtual loop, a question every few minutes; `told(hour)`
    is called after each of them."""
    chance = random.Random(seed)

    async def main() -> Listened:
        client, quiet, spent, hour = HeldOpen(), room_noise(30), 0.0, 1
        while spent < 3600 * hours and client.closed is None:
            for _ in range(chance.randint(4, 12)):
                await client.say_for(quiet)
            client.listened.asked += 1
            await client.say_for(question())
            spent = asyncio.get_running_loop().time()
            while spent >= 3600 * hour:
                told(hour)
                hour += 1
        await client.say_for(quiet)
        client.listened.closed = client.closed
        await client.live.end()
        return client.listened

    return run(main(), virtual=True)
