"""Scripted engines: for tests, documents and replays that must not depend on a machine.

They answer to the same protocols as the real ones, so that everything else is real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voiceagent.audio.clip import Clip
from voiceagent.audio.frames import RATE
from voiceagent.errors import EngineFailed
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess
from voiceagent.stt.protocol import Recognition

__all__ = [
    "DeclaredTts",
    "ScriptedSlm",
    "ScriptedStt",
    "ScriptedWake",
    "ThresholdVad",
]

SECONDS_PER_LETTER = 0.065
"""About 15 letters a second, a calm speaking rate."""


class DeclaredTts:
    """A voice that makes silence of the length that the words would take."""

    name = "declared"

    def synthesize(self, text: str) -> Clip:
        """Silence, 65 ms a letter."""
        samples = round(len(text) * SECONDS_PER_LETTER * RATE)
        return Clip(bytes(2 * samples), RATE)


class ScriptedStt:
    """Gives the sentences it was told, one an utterance, word by word as audio comes.

    An empty sentence is not accepted, as a real recogniser would do with noise.
    """

    name = "scripted"

    def __init__(self, sentences: Sequence[str], *, word_seconds: float = 0.3) -> None:
        self._sentences = list(sentences)
        self._word_bytes = round(word_seconds * 32_000)
        self._heard = 0
        self._number = 0
        self._previewed = False
        self.expected: list[tuple[str, ...]] = []
        """The answers it was told of, by utterance begun."""
        self._answers: tuple[str, ...] = ()

    def expect(self, phrases: Sequence[str]) -> None:
        """Remember them; what is said does not depend on them."""
        self._answers = tuple(phrases)

    def start(self) -> None:
        """Begin the sentence, or the next one where a preview has settled it."""
        self.expected.append(self._answers)
        self._number += self._previewed
        self._heard, self._previewed = 0, False

    def feed(self, pcm: bytes) -> str:
        """The words that fit into the audio so far."""
        self._heard, self._previewed = self._heard + len(pcm), False
        words = self._sentence().split()
        return " ".join(words[: self._heard // self._word_bytes])

    def preview(self) -> Recognition | None:
        """The whole sentence, once all of its words are in the audio."""
        text = self._sentence()
        if self._heard // self._word_bytes < len(text.split()):
            return None
        self._previewed = bool(text)
        return Recognition(text, 1.0 if text else 0.0, bool(text), "scripted")

    def finish(self) -> Recognition:
        """The whole sentence."""
        text = self._sentence()
        self._number, self._previewed = self._number + 1, False
        reason = "scripted" if text else "no words"
        return Recognition(text, 1.0 if text else 0.0, bool(text), reason)

    def _sentence(self) -> str:
        if self._number >= len(self._sentences):
            return ""
        return self._sentences[self._number]


class ScriptedSlm:
    """A language model that knows a few sentences by heart and nothing else."""

    def __init__(
        self,
        guesses: Mapping[str, Guess | Exception] | None = None,
        *,
        name: str = "scripted",
        version: str = "1",
    ) -> None:
        """`guesses`: by sentence; an error is raised instead of given back."""
        self.name, self.version = name, version
        self.closed = False
        self.asked: list[str] = []
        """Every sentence so far."""
        self._guesses = dict(guesses or {})

    def understand(self, text: str) -> Guess:
        """The guess for that sentence, or "not mine"."""
        if self.closed:
            raise EngineFailed(f"model `{self.name}` was asked after it was closed")
        self.asked.append(text)
        guess = self._guesses.get(text, NOT_MINE)
        if isinstance(guess, Exception):
            raise guess
        return guess

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class ThresholdVad:
    """Speech is what is louder than a fixed level."""

    name = "threshold"

    def __init__(self, level: int = 500) -> None:
        """`level`: highest absolute sample that still counts as silence."""
        self._level = level

    def push(self, pcm: bytes) -> float:
        """1.0 where the frame has a louder sample."""
        samples = memoryview(pcm).cast("h")
        return float(max(max(samples), -min(samples)) > self._level)

    def reset(self) -> None:
        """Nothing to forget."""


class ScriptedWake:
    """Fires at the given seconds of the stream."""

    name = "scripted"

    def __init__(self, seconds: Sequence[float], word: str = "hey_jarvis") -> None:
        self.words = (word,)
        self._at = [round(second * 50) for second in seconds]
        self._frames = 0

    def push(self, pcm: bytes) -> Mapping[str, float]:
        """1.0 in the frame that ends at one of the seconds."""
        self._frames += 1
        return {self.words[0]: float(self._frames in self._at)}

    def reset(self) -> None:
        """Start counting anew."""
        self._frames = 0
