"""Faults of the region that were provoked, stated as what is right instead."""

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from regions import Parrot, envelope, region
from websockets.asyncio.client import connect

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import AudioFile
from voiceagent.clock import run
from voiceagent.region.ears import TurnDetector
from voiceagent.region.services import Detector, HeardEdge

pytestmark = pytest.mark.fault
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PIECE = 4800
"""Bytes of a tenth of a second on the wire."""
PATIENCE = 2.0
"""Seconds in which a region says something, however badly it goes."""
Found = list[tuple[bool, float]]


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """The workshop of a region: all of its sessions get their parts from it."""
    return Workshop(Config())


class Sound(list[bytes]):
    """What one client sends, piece by piece."""

    def __repr__(self) -> str:
        return f"{len(self)} pieces"


def wire(name: str, start: float, seconds: float) -> Sound:
    """A part of a sample as a client sends it: 24 kHz, a tenth of a second at once."""
    with AudioFile(SAMPLES / name) as file:
        samples = np.concatenate(list(file.blocks())).astype("<i2")
    first, last = round(start * 16_000), round((start + seconds) * 16_000)
    sound = soxr.resample(samples[first:last], 16_000, 24_000).tobytes()
    return Sound(sound[at : at + PIECE] for at in range(0, len(sound), PIECE))


@pytest.fixture(scope="module")
def sounds() -> tuple[Sound, Sound]:
    """What two clients say at the same time: a command, and a kitchen."""
    command = wire("02-time-and-date.flac", 0.5, 4.0)
    return command, wire("28-in-the-kitchen.flac", 0.5, 4.0)


def detector(shop: Workshop) -> Detector:
    """The turn detector of a new session, as the region makes it."""
    return TurnDetector(shop.engines.frontend(wake=False))


@settings(max_examples=6, derandomize=True, phases=[Phase.generate])
@given(order=st.lists(st.sampled_from([0, 1]), min_size=20, max_size=80))
def test_sessions_of_a_region_never_hear_each_other(
    shop: Workshop, sounds: Sequence[Sound], order: list[int]
) -> None:
    alone: list[Found] = []
    for sound in sounds:
        one = detector(shop)
        alone.append([found for pcm in sound for found in one.push(pcm)])
    both, waiting = [detector(shop), detector(shop)], [iter(s) for s in sounds]
    together: list[Found] = [[], []]
    for who in [*order, *[0] * len(sounds[0]), *[1] * len(sounds[1])]:
        for pcm in take(waiting[who]):
            together[who] += both[who].push(pcm)
    assert alone[0] and together == alone


def take(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The next one, where there is one."""
    piece = next(pieces, None)
    if piece is not None:
        yield piece


class Deaf:
    """A turn detector that breaks."""

    def __init__(self, wanted: object = None) -> None:
        """Whatever is wanted."""

    def cut(self) -> Iterable[HeardEdge]:
        """Nobody speaks."""
        return ()

    def push(self, pcm: bytes) -> Iterable[HeardEdge]:
        """Raise what no one expects."""
        raise RuntimeError("the detector broke")


def asking(text: str, **response: Any) -> list[Mapping[str, Any]]:
    """What a client sends to have a typed question answered."""
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    return [
        {"type": "conversation.item.create", "item": item},
        {"type": "response.create", "response": response},
    ]


SPOKEN: Mapping[str, Any] = {
    "type": "session.update",
    "session": {"type": "realtime", "output_modalities": ["text"]},
}
SOUND: Mapping[str, Any] = {
    "type": "input_audio_buffer.append",
    "audio": base64.b64encode(bytes(9600)).decode(),
}


async def exchange(
    url: str, *events: Mapping[str, Any], until: str = "response.done"
) -> list[dict[str, Any]]:
    """Send these, and read until an event of that kind; fails where none comes."""
    found: list[dict[str, Any]] = []
    async with connect(url) as socket:
        for event in events:
            await socket.send(json.dumps(event))
        async with asyncio.timeout(PATIENCE):
            while not found or found[-1]["type"] != until:
                found.append(json.loads(await socket.recv()))
    return found


def said(events: Iterable[Mapping[str, Any]]) -> str:
    """The words of an answer."""
    return "".join(event.get("delta", "") for event in events).strip()


def test_a_broken_turn_detector_does_not_silence_its_session() -> None:
    async def main() -> list[dict[str, Any]]:
        async with region(detector=Deaf) as (url, _):
            return await exchange(url, SPOKEN, SOUND, *asking("hello"))

    events = run(main())
    assert said(events) == "You said hello."
    errors = [event for event in events if event["type"] == "error"]
    assert len(errors) == 1 and "broke" not in json.dumps(errors)


def test_a_session_that_breaks_leaves_the_others_alone_and_is_noticed() -> None:
    """Whatever broke: its client is told or let go, never left waiting."""

    async def main() -> None:
        broken = Deaf()
        detectors = iter([broken])
        async with region(detector=lambda wanted: next(detectors, None)) as (url, _):
            async with connect(url) as socket:
                for event in (SPOKEN, SOUND, SOUND):
                    await socket.send(json.dumps(event))
                other = await exchange(url, SPOKEN, SOUND, *asking("hello"))
                assert said(other) == "You said hello."
                async with asyncio.timeout(PATIENCE):
                    while json.loads(await socket.recv())["type"] != "error":
                        pass

    run(main())


def test_a_region_gives_up_at_the_deadline_that_it_is_sent() -> None:
    async def main() -> dict[str, Any]:
        parrot = Parrot()
        parrot.gate.clear()
        async with region(parrot) as (url, _):
            metadata = envelope(remaining=0.1, wait=0.0).metadata()
            try:
                events = await exchange(
                    url, SPOKEN, *asking("hello", metadata=metadata)
                )
            finally:
                parrot.gate.set()
            assert parrot.freed == 1 and not parrot.running
            return events[-1]

    done = run(main())
    assert done["response"]["status"] == "failed"
    assert done["response"]["status_details"]["error"]["code"]
