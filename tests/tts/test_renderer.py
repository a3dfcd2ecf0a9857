"""Voices that fail, hang and come back: something is said, and once what is wrong."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.clip import Clip
from voiceagent.clock import Compute, Pace, run
from voiceagent.errors import (
    EngineDied,
    EngineFailed,
    EngineHung,
    EngineLost,
    UsageError,
    VoiceAgentError,
)
from voiceagent.trace.events import Degraded, Event
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.renderer import LONGEST_REST, REST, Renderer

pytestmark = pytest.mark.fault
FAILED = EngineFailed("no sound", hint="try it")
DIED, HUNG = EngineDied("it died"), EngineHung("it hung", cause="5 s")


@dataclass
class Scripted:
    """A voice that fails as it is told to, call by call, and then speaks."""

    name: str
    fails: Sequence[VoiceAgentError | None] = ()
    said: list[str] = field(default_factory=list)

    def synthesize(self, text: str) -> Clip:
        """A second of it."""
        self.said.append(text)
        number = len(self.said) - 1
        error = self.fails[number] if number < len(self.fails) else None
        if error is not None:
            raise error
        return Clip(b"\0\1" * 16_000, 16_000)


async def say(renderer: Renderer, text: str) -> str:
    """What became of a sentence."""
    try:
        await renderer.clip(text)
    except VoiceAgentError as error:
        return error.code
    return "said"


def play(
    voices: Sequence[Scripted], *waits: float, costs: float = 0.05
) -> tuple[list[str], list[Event]]:
    """One sentence after each wait, all different, and what was told meanwhile."""
    events: list[Event] = []

    def lost(error: EngineLost) -> None:
        events.append(Degraded.by(error))

    async def main() -> list[str]:
        compute = Compute(Pace.VIRTUAL, {"tts": costs}, lost=lost)
        renderer = Renderer(voices, ReplyCache(), compute, events.append)
        found = []
        for number, wait in enumerate(waits):
            await asyncio.sleep(wait)
            found.append(await say(renderer, f"Sentence {number}."))
        await renderer.close()
        return found

    return run(main(), virtual=True), events


@pytest.mark.parametrize("error", [FAILED, DIED, HUNG])
def test_the_next_voice_speaks_and_the_first_comes_back(error: VoiceAgentError) -> None:
    first, second = Scripted("a", [error]), Scripted("b")
    found, events = play([first, second], 0, 1, REST)
    assert found == ["said"] * 3
    assert second.said == ["Sentence 0.", "Sentence 1."]
    assert first.said == ["Sentence 0.", "Sentence 2."]
    (told,) = events
    assert isinstance(told, Degraded) and told.what == "voice a"
    assert error.what in told.why and error.cause in told.why


def test_a_voice_that_cannot_say_a_text_says_the_next_one() -> None:
    first, second = Scripted("a", [UsageError("no such letters")]), Scripted("b")
    found, events = play([first, second], 0, 1)
    assert found == ["said"] * 2 and len(events) == 1
    assert first.said == ["Sentence 0.", "Sentence 1."]
    assert second.said == ["Sentence 0."]


def test_one_that_fails_again_rests_longer_but_not_for_ever() -> None:
    first = Scripted("a", [FAILED] * 100)
    waits = [LONGEST_REST + 1] * 20
    found, events = play([first, Scripted("b")], 0, *[REST + 1] * 6, *waits)
    assert set(found) == {"said"}
    assert 20 < len(first.said) < 25 and len(events) == len(first.said)


def test_a_voice_that_is_alone_and_was_killed_is_tried_once_more() -> None:
    for error in (DIED, HUNG):
        voice = Scripted("a", [error])
        found, events = play([voice], 0, 1)
        assert found == ["said", "said"] and len(events) == 1
    broken = Scripted("a", [FAILED, FAILED])
    found, events = play([broken], 0, 1, 1)
    assert found == ["engine-failed", "engine-failed", "said"] and not events
    hopeless = Scripted("a", [DIED] * 10)
    found, events = play([hopeless], 0)
    assert found == ["engine-died"] and len(hopeless.said) == 2 and len(events) == 1


def test_all_that_fail_are_tried_and_a_good_one_is_never_dropped_for_another() -> None:
    voices = [Scripted(name, [FAILED]) for name in "abc"]
    found, events = play(voices, 0, 1)
    assert found == ["engine-failed", "said"] and len(events) == 2
    assert [len(voice.said) for voice in voices] == [2, 1, 1]


@given(
    st.lists(
        st.lists(st.sampled_from([None, FAILED, DIED, HUNG]), max_size=4),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 6),
)
def test_whoever_can_speak_speaks(
    scripts: list[list[VoiceAgentError | None]], sentences: int
) -> None:
    voices = [Scripted(str(number), fails) for number, fails in enumerate(scripts)]
    voices.append(Scripted("good"))
    found, events = play(voices, *[1.0] * sentences)
    assert found == ["said"] * sentences
    assert all(isinstance(event, Degraded) for event in events)
    failures = sum(
        error is not None
        for voice in voices
        for error in voice.fails[: len(voice.said)]
    )
    assert len(events) == failures


def test_sentences_rendered_at_once_drop_only_the_voice_that_fails() -> None:
    first, second = Scripted("a", [FAILED] * 3), Scripted("b")
    events: list[Event] = []

    async def main() -> list[str]:
        compute = Compute(Pace.VIRTUAL, {"tts": 0.05})
        renderer = Renderer([first, second], ReplyCache(), compute, events.append)
        texts = ("One.", "Two.", "Three.")
        return list(await asyncio.gather(*(say(renderer, text) for text in texts)))

    assert run(main(), virtual=True) == ["said"] * 3
    assert len(first.said) == 1 and sorted(second.said) == ["One.", "Three.", "Two."]


class Stuck(Scripted):
    """A voice in our own process that never comes back, until all is over."""

    def __init__(self, free: threading.Event) -> None:
        super().__init__("stuck")
        self._free = free

    def synthesize(self, text: str) -> Clip:
        """Nothing."""
        self._free.wait()
        return super().synthesize(text)


def test_one_that_is_stuck_in_our_process_is_left_behind_and_told_of_once() -> None:
    free, events = threading.Event(), list[Event]()

    def lost(error: EngineLost) -> None:
        events.append(Degraded.by(error))

    async def main(then: Callable[[], None]) -> list[str]:
        async with Compute(limits={"tts": 0.05}, lost=lost) as compute:
            renderer = Renderer(
                [Stuck(free), Scripted("b")], ReplyCache(), compute, events.append
            )
            try:
                return [await say(renderer, text) for text in ("One.", "Two.")]
            finally:
                then()
                await renderer.close()

    assert run(main(free.set)) == ["said", "said"]
    assert len(events) == 1
