"""Speech to text: the protocol every recogniser answers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from voiceagent.errors.foreign import one_line

__all__ = [
    "DOUBTFUL",
    "OUTSIDE",
    "UNFINISHED",
    "Agreement",
    "BatchStt",
    "Expecting",
    "Leased",
    "Recognition",
    "Stt",
    "begin",
]


DOUBTFUL = "in the grammar, but perhaps unfinished"
"""Reason of a recognition that is a whole command, and as likely half of one."""
OUTSIDE = "outside the grammar"
"""Reason of a recognition that is no command."""
UNFINISHED = "unfinished sentence"
"""Reason of a recognition whose words are only the beginning of a command."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser makes of one utterance."""

    text: str
    """Lower-case words; the best guess even where it was not accepted."""
    confidence: float
    """0..1, how sure the recogniser is that this was said."""
    accepted: bool
    """False: outside the grammar, unsure, or no speech; must not be acted upon."""
    reason: str = ""
    """Why it was accepted or not, in a few words, for the trace."""
    alternatives: tuple[str, ...] = ()
    """Other texts nearly as likely as `text`, the likeliest first; empty where none
    comes near. If one differs in a single slot, the user is asked which was meant."""
    transcript: str = ""
    """What was said in any words, where a recogniser of any words was asked and it was
    no command: for those who understand more than commands."""
    free: str = ""
    """Of an accepted command: what was heard in any words; empty where nobody knows."""
    behind: float = -100.0
    """Log likelihood of `text` less that of `free`."""
    sure: tuple[float, ...] = ()
    """How likely each word of `transcript` or `free` was, 0..1; empty where nobody
    knows."""
    certain: float = 0.0
    """0..1, how sure it is of the words of `transcript` or `free`; 0 where it cannot
    tell."""
    decided: bool = False
    """Of a preview that was not accepted: the end would bring nothing else."""

    def __post_init__(self) -> None:
        # Typed, or heard by an engine of somebody else's.
        for name in ("text", "transcript", "free"):
            if not (given := getattr(self, name)).isprintable():
                object.__setattr__(self, name, one_line(given, len(given)))


class Stt(Protocol):
    """Streaming recogniser for one utterance at a time; blocking, not re-entrant."""

    @property
    def name(self) -> str:
        """For the trace."""
        ...

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        ...

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the text so far."""
        ...

    def preview(self) -> Recognition | None:
        """What `finish` would give now, the utterance staying open; None where the
        engine has nothing better than its partial text before the end."""
        ...

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        ...


@runtime_checkable
class Expecting(Protocol):
    """A recogniser that can be told what may be said besides commands."""

    def expect(self, phrases: Sequence[str]) -> None:
        """Short answers (lower-case words) possible from the next `start` on, instead
        of those of before; none: commands alone."""
        ...


@runtime_checkable
class Leased(Protocol):
    """A recogniser that a session has for a while."""

    def release(self) -> None:
        """The session is over: what it holds is free for others."""
        ...


def begin(stt: Stt, phrases: Sequence[str] = ()) -> None:
    """Start an utterance in which `phrases` may be said too."""
    if isinstance(stt, Expecting):
        stt.expect(phrases)
    stt.start()


class BatchStt:
    """A recogniser used the plain way: it hears nothing before the end."""

    def __init__(self, stt: Stt) -> None:
        self.name = f"{stt.name} in one batch"
        self._stt = stt
        self._pcm = bytearray()
        self._phrases: Sequence[str] = ()

    def expect(self, phrases: Sequence[str]) -> None:
        """Pass on what may be said besides commands."""
        self._phrases = phrases

    def start(self) -> None:
        """Begin an utterance."""
        self._pcm.clear()

    def feed(self, pcm: bytes) -> str:
        """Keep the audio; there are no words yet."""
        self._pcm += pcm
        return ""

    def preview(self) -> Recognition | None:
        """Nothing before the end."""
        return None

    def finish(self) -> Recognition:
        """Recognise all of it now."""
        begin(self._stt, self._phrases)
        self._stt.feed(bytes(self._pcm))
        return self._stt.finish()


class Agreement:
    """Words that two successive guesses agree on, from the first one (LocalAgreement).

    What was agreed on stays: text on screen never changes back.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self._before: list[str] = []

    def push(self, guess: str) -> str:
        """Take the newest guess of the whole text and give the agreed words."""
        words = guess.split()
        same = 0
        for old, new in zip(self._before, words, strict=False):
            if old != new:
                break
            same += 1
        if same > len(self.words) and words[: len(self.words)] == self.words:
            self.words = words[:same]
        self._before = words
        return " ".join(self.words)
