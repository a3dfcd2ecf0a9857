"""Turns are cut where they lie in the sound, however and whenever it arrives."""

from __future__ import annotations

import asyncio
import base64
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_session import Client, services
from open_microphone import WIRE, held_open, question
from open_microphone import room_noise as room
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
from voiceagent.region.fair_desk import Whose

pytestmark = [pytest.mark.property, pytest.mark.audio]
pytest.importorskip("webrtcvad", reason="webrtcvad-wheels is not installed")
MANUAL: dict[str, Any] = {"turn_detection": None}
Committed = tuple[int, int]
"""Where a turn's audio begins and how long it is, in samples of the wire."""


@cache
def shop() -> Workshop:
    return Workshop(Config(vad=VadConfig(engine="webrtcvad")))


@cache
def said() -> bytes:
    """Two seconds of talk without a pause."""
    samples = read_audio(SAMPLES / "01-light-in-one-breath.flac").samples
    loud = np.flatnonzero(np.abs(samples) > 1500)
    return resampled_pcm(samples[loud[0] : loud[-1]].tobytes(), RATE, WIRE)


@cache
def two_questions() -> bytes:
    return room(0.7) + said() + room(1.2) + said() + room(2.0)


@cache
def long_talk() -> bytes:
    return room(0.5) + b"".join(said() for _ in range(14)) + room(1.5)


class Listening(Client):
    """Says its part in pieces, and notes the turns that come of it."""

    def __init__(self, *, detect: bool = True) -> None:
        self.turns: list[Committed] = []
        self.sound = bytearray()
        """Everything that was said."""
        super().__init__(
            services(
                recogniser=self.heard,
                detector=lambda wanted: TurnDetector(ears_for(shop(), wanted)),
            )
        )
        if not detect:
            self.configure(turn_detection=None)

    async def heard(self, pcm: bytes, whose: Whose) -> str:
        """Where in all that was said the turn's audio lies."""
        at = bytes(self.sound).find(pcm)
        assert at >= 0 and at % 2 == 0, "a turn holds what nobody said"
        self.turns.append((at // 2, len(pcm) // 2))
        return "words"

    def configure(self, **heard: Any) -> None:
        """Other settings of the input."""
        session = {"type": "realtime", "audio": {"input": heard}}
        self.tell({"type": "session.update", "session": session})

    def say_pcm(self, pcm: bytes) -> None:
        """One message with that sound."""
        self.sound += pcm
        audio = base64.b64encode(pcm).decode()
        self.tell({"type": "input_audio_buffer.append", "audio": audio})

    async def rest(self) -> list[Committed]:
        """The turns, once all is quiet."""
        await asyncio.sleep(1)
        assert self.closed is None and self.errors() == []
        await self.live.end()
        return self.turns

    def marks(self) -> list[tuple[str, int]]:
        """What the client was told of its turns."""
        kinds = ("speech_started", "speech_stopped")
        return [
            (kind, event.get("audio_start_ms", event.get("audio_end_ms")))
            for event in self.events
            if (kind := event["type"].rpartition(".")[2]) in kinds
        ]


def heard(pcm: bytes, pieces: list[int]) -> tuple[list[Committed], Any]:
    """The turns of that sound in pieces of those sizes, the last one for the rest."""

    async def main() -> tuple[list[Committed], Any]:
        client, at = Listening(), 0
        for size in pieces:
            client.say_pcm(pcm[at : at + size])
            at += size
        client.say_pcm(pcm[at:])
        return await client.rest(), client.marks()

    return run(main(), virtual=True)


@cache
def in_real_time(name: str) -> tuple[list[Committed], Any]:
    pcm = {"two": two_questions, "long": long_talk}[name]()
    return heard(pcm, [960] * (len(pcm) // 960))


@given(
    pieces=st.lists(st.integers(1, 60_000), max_size=40),
    name=st.sampled_from(["two", "long"]),
)
@settings(max_examples=12)
def test_the_same_sound_gives_the_same_turns_in_any_pieces(
    pieces: list[int], name: str
) -> None:
    pcm = {"two": two_questions, "long": long_talk}[name]()
    assert heard(pcm, pieces) == in_real_time(name)


def test_two_questions_in_one_message_are_two_turns() -> None:
    turns, marks = heard(two_questions(), [])
    assert len(turns) == 2
    (first, long), (second, _) = turns
    assert first + long <= second and long > len(said()) // 2
    assert [kind for kind, _ in marks] == ["speech_started", "speech_stopped"] * 2


def test_talk_without_a_pause_is_turns_that_lose_nothing() -> None:
    turns, _ = in_real_time("long")
    assert len(turns) >= 2
    ends = [at + long for at, long in turns]
    assert [at for at, _ in turns[1:]] == ends[:-1]
    assert ends[-1] - turns[0][0] > 14 * len(said()) // 2


@pytest.mark.parametrize("quiet", [62.0, 130.0])
def test_an_open_microphone_may_be_quiet_for_long(quiet: float) -> None:
    async def main() -> list[Committed]:
        client = Listening()
        for _ in range(round(quiet)):
            client.say_pcm(room(1.0))
        client.say_pcm(said())
        client.say_pcm(room(2.0))
        most = 2 * WIRE * 2
        assert len(client.session.audio._audio) < most
        return await client.rest()

    ((at, long),) = run(main(), virtual=True)
    assert at >= (quiet - 1) * WIRE and long < len(said()) // 2 + 2 * WIRE


def test_an_hour_with_a_question_now_and_then() -> None:
    found = held_open(1.0)
    assert found.asked > 8 and found.answered == found.asked
    assert found.ended == {"completed": found.asked} and found.closed is None
    assert found.kept <= len(question()) + 2 * WIRE  # never what came before it


def test_a_commit_in_mid_speech_takes_what_was_said_and_leaves_the_rest() -> None:
    async def main() -> list[Committed]:
        client, half = Listening(), len(said()) // 4 * 2
        client.say_pcm(room(0.7) + said()[:half])
        client.tell({"type": "input_audio_buffer.commit"})
        client.say_pcm(said()[half:] + room(2.0))
        return await client.rest()

    (first, long), (second, rest) = run(main(), virtual=True)
    assert first + long == second and long + rest > len(said()) // 2


def test_a_clear_in_mid_speech_forgets_and_hears_the_rest() -> None:
    async def main() -> list[Committed]:
        client, half = Listening(), len(said()) // 4 * 2
        client.say_pcm(room(0.7) + said()[:half])
        client.tell({"type": "input_audio_buffer.clear"})
        client.say_pcm(said()[half:] + room(1.2) + said() + room(2.0))
        return await client.rest()

    turns = run(main(), virtual=True)
    assert len(turns) == 2 and turns[0][0] >= round(0.7 * WIRE) + len(said()) // 4


def test_turns_are_looked_for_anew_where_that_was_off_for_a_while() -> None:
    async def main() -> list[Committed]:
        client = Listening(detect=False)
        client.say_pcm(room(5.0))
        client.tell({"type": "input_audio_buffer.clear"})
        client.configure(turn_detection={"type": "server_vad"})
        client.say_pcm(two_questions())
        client.configure(turn_detection=None)
        client.say_pcm(said())
        client.tell({"type": "input_audio_buffer.commit"})
        return await client.rest()

    turns = run(main(), virtual=True)
    assert len(turns) == 3 and all(at >= 5 * WIRE for at, _ in turns)


def test_half_a_sample_waits_for_its_other_half() -> None:
    whole, _ = heard(two_questions(), [])
    odd, _ = heard(two_questions(), [4801] * 60)
    assert odd == whole


def test_what_the_client_ends_itself_has_a_limit() -> None:
    async def main() -> Listening:
        client = Listening(detect=False)
        for _ in range(61):
            client.say_pcm(room(1.0))
        await asyncio.sleep(1)
        await client.live.end()
        return client

    assert run(main(), virtual=True).errors() == ["input_audio_buffer_full"]


def turns_with(pause: float, **detection: Any) -> list[Committed]:
    """The turns of two sentences with that pause, and silence after them."""

    async def main() -> list[Committed]:
        client = Listening()
        client.configure(turn_detection=detection)
        client.say_pcm(room(0.7) + said() + room(pause) + said() + room(5.0))
        return await client.rest()

    return run(main(), virtual=True)


@pytest.mark.parametrize(
    ("pause", "detection", "turns"),
    [
        (1.2, {"type": "server_vad"}, 2),
        (1.2, {"type": "server_vad", "silence_duration_ms": 2500}, 1),
        (0.4, {"type": "server_vad", "silence_duration_ms": 200}, 2),
        (0.4, {"type": "server_vad", "silence_duration_ms": 700}, 1),
        (0.8, {"type": "semantic_vad", "eagerness": "low"}, 1),
        (0.8, {"type": "semantic_vad", "eagerness": "high"}, 2),
    ],
)
def test_how_turns_are_found_is_as_the_client_says(
    pause: float, detection: dict[str, Any], turns: int
) -> None:
    assert len(turns_with(pause, **detection)) == turns


@pytest.mark.parametrize("padding", [0, 300, 1000])
def test_as_much_sound_before_the_speech_as_the_client_wants(padding: int) -> None:
    none = turns_with(1.2, type="server_vad", prefix_padding_ms=0)
    found = turns_with(1.2, type="server_vad", prefix_padding_ms=padding)
    # No more than there is since the turn before.
    assert found[1][0] == max(none[1][0] - padding * 24, sum(none[0]))


@pytest.mark.parametrize(("idle", "told"), [(5000, 2), (None, 0), (30_000, 0)])
def test_a_quiet_client_is_spoken_to_where_it_wants_that(
    idle: int | None, told: int
) -> None:
    async def main() -> list[dict[str, Any]]:
        client = Listening()
        client.configure(turn_detection={"type": "server_vad", "idle_timeout_ms": idle})
        for _ in range(10):  # nothing is answered yet
            client.say_pcm(room(1.0))
        client.say_pcm(said() + room(1.0))
        await client.over()
        for _ in range(20):
            client.say_pcm(room(1.0))
            await asyncio.sleep(0.01)
        await client.rest()
        return client.events

    events = run(main(), virtual=True)
    kinds = [event["type"] for event in events]
    assert kinds.count("input_audio_buffer.timeout_triggered") == told
    # Each time it is spoken to begins another such time.
    assert kinds.count("response.created") == 1 + told
