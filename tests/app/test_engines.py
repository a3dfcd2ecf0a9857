"""Front ends from one place: weights are shared, state never."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken_command import SAMPLES

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE, Reframer
from voiceagent.frontend.config import WakeConfig
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.wake import WakeWord
from voiceagent.trace.events import Event, WakeCandidate

pytestmark = [pytest.mark.property, pytest.mark.audio]
pytest.importorskip("pymicro_wakeword", reason="pymicro-wakeword is not installed")
SAID = ("01-light-in-one-breath", "10-lock-and-question")
orders = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 40_000)), min_size=1, max_size=40
)


@cache
def shop(engine: str) -> Workshop:
    return Workshop(Config(wake=WakeConfig(engine=engine)))


@cache
def sound(name: str) -> bytes:
    return read_audio(SAMPLES / f"{name}.flac").samples[: 2 * RATE].tobytes()


class Hearer:
    """A front end, as an agent has one, and what it gave."""

    def __init__(self, shop: Workshop, pcm: bytes) -> None:
        self.frontend: Frontend = shop.engines.frontend()
        self.pcm, self.at, self.reframer = pcm, 0, Reframer()
        self.events: list[Event] = []

    def hear(self, size: int) -> None:
        piece = self.pcm[self.at : self.at + size]
        self.at += len(piece)
        for frame in self.reframer.feed(piece):
            for event in self.frontend.push(frame):
                self.events.append(event)
                if isinstance(event, WakeCandidate):
                    self.frontend.begin(1, frame.end)


@cache
def alone(engine: str, name: str) -> list[Event]:
    hearer = Hearer(shop(engine), sound(name))
    hearer.hear(len(hearer.pcm))
    return hearer.events


@given(order=orders)
@settings(max_examples=8)
def test_two_front_ends_in_any_interleaving_give_what_each_gives_alone(
    order: list[tuple[int, int]],
) -> None:
    interleaved("microwakeword", order)


def test_two_front_ends_with_the_other_wake_word_engine() -> None:
    pytest.importorskip("pyopen_wakeword", reason="pyopen-wakeword is not installed")
    interleaved("openwakeword", [(n % 2, 3000 + n) for n in range(40)])


def interleaved(engine: str, order: list[tuple[int, int]]) -> None:
    both = [Hearer(shop(engine), sound(name)) for name in SAID]
    for who, size in order:
        both[who].hear(size)
    for name, hearer in zip(SAID, both, strict=True):
        hearer.hear(len(hearer.pcm))
        assert hearer.events == alone(engine, name)
        assert any(isinstance(event, WakeCandidate) for event in hearer.events)


def test_two_stop_words_hear_what_each_hears_alone() -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    sounds = [sound("18-stop-while-it-speaks"), sound(SAID[0])]

    def score(word: WakeWord | None, pcm: bytes, at: int) -> float:
        assert word is not None
        (found,) = word.push(pcm[at : at + 640]).values()
        return found

    steps = range(0, 2 * RATE, 640)
    single = [[score(word, pcm, at) for at in steps] for word, pcm in fresh(sounds)]
    both = fresh(sounds)
    mixed = [[score(word, pcm, at) for word, pcm in both] for at in steps]
    assert [list(scores) for scores in zip(*mixed, strict=True)] == single


def fresh(sounds: list[bytes]) -> list[tuple[WakeWord | None, bytes]]:
    made = Workshop(Config())
    return [(made.engines.stop_word(), pcm) for pcm in sounds]


def test_every_asker_is_given_a_detector_of_its_own() -> None:
    made = Workshop(Config())
    makers: list[Callable[[], object]] = [
        made.engines.vad,
        made.engines.wake,
        made.engines.stop_word,
    ]
    for make in makers:
        assert make() is not make()


def test_a_model_is_in_memory_once() -> None:
    from voiceagent.engines.vad.silero import SileroVad
    from voiceagent.engines.wake.microwakeword import MicroWakeWord

    def weights(vad: Any) -> object:
        return vad._hear.__self__._weights

    def models(wake: Any) -> list[object]:
        return [model._model._model for _, model in wake._models]

    assert weights(SileroVad()) is weights(SileroVad())
    one, two = MicroWakeWord(["alexa"]), MicroWakeWord(["alexa"])
    assert models(one) == models(two)
