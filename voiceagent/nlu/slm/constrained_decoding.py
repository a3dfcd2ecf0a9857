"""How a model writes a valid call: ask only where there is a choice, check, then go on.

The scores of the next piece are not masked (filling a mask over a vocabulary costs more
than a small model's pass): the likeliest piece is taken and checked, then the next one,
until one may come. What can only come one way is not asked for at all; it is read in
together with the piece before it, in one pass. How far the choices were from going the
other way is the confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voiceagent.audio.arrays import Floats
from voiceagent.errors import EngineFailed
from voiceagent.nlu.slm.call_graph import CallPlace

__all__ = ["Decoder", "WritingLimits", "Written", "ConstrainedWriter"]

STEP = 64
"""Pieces of a prompt read between two looks at the stop flag."""
LOOKED_AT = 64
"""Likeliest pieces among which chance is shared out; the rest has next to none."""


class Decoder(Protocol):
    """A model that writes, with one context that it keeps."""

    @property
    def pieces(self) -> Sequence[bytes]:
        """What each piece writes."""
        ...

    @property
    def ends(self) -> frozenset[int]:
        """The pieces that end an answer."""
        ...

    @property
    def limit(self) -> int:
        """Pieces that fit into its context."""
        ...

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """A text in pieces; `special`: marks of the model count as marks."""
        ...

    def keep(self, pieces: Sequence[int]) -> int:
        """Forget all that does not agree with `pieces`; how many are held."""
        ...

    def feed(self, pieces: Sequence[int]) -> Floats:
        """Read on; the scores of what comes next."""
        ...


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """When writing ends unfinished."""

    pieces: int = 96
    """A call has at most about sixty, a spoken reply forty."""
    stop: Callable[[], bool] = lambda: False
    """Looked at between two passes."""
    enough: Callable[[bytes], bool] = lambda free: False
    """Looked at the free text so far; True: no more of it is wanted."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written and what it took."""

    place: CallPlace
    reason: str = ""
    """Why it is unfinished; empty where it is whole."""
    probability: float = 1.0
    """Product over the choices, each among the pieces that might have come."""
    margin: float = 1.0
    """Smallest distance between the best and the second best choice, 0..1."""
    pieces: int = 0
    """Pieces written; asked one by one, each would cost a pass."""
    passes: int = 0
    """Runs of the model for them; the first choice comes out of the prompt's own."""
    prompt: int = 0
    """Pieces of the prompt that had to be read; the rest was still known."""

    @property
    def text(self) -> str:
        """The free text, where it is no call."""
        return self.place.free.decode("utf-8", errors="replace").strip()


class ConstrainedWriter:
    """Writes along a graph with one model."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._by_text = {text: at for at, text in enumerate(decoder.pieces) if text}
        self._longest = max(map(len, self._by_text), default=1)

    def write(
        self,
        prompt: Sequence[int],
        start: CallPlace,
        limits: WritingLimits | None = None,
    ) -> Written:
        """The likeliest valid text behind `prompt`."""
        limits = limits or WritingLimits()
        if len(prompt) + limits.pieces > self._decoder.limit:
            return Written(start, "too long")
        held = min(self._decoder.keep(prompt), len(prompt) - 1)
        self._decoder.keep(prompt[:held])
        run = _WritingRun(self._decoder, start, limits)
        if run.read(prompt[held:]):
            while run.goes_on():
                self._force(run)
                run.choose()
        return run.written(len(prompt) - held)

    def warm(self, prompt: Sequence[int]) -> None:
        """Read what every prompt begins with, so that no turn pays for it."""
        held = self._decoder.keep(prompt)
        for at in range(held, len(prompt), STEP):
            self._decoder.feed(prompt[at : at + STEP])

    def cut(self, text: bytes) -> list[int]:
        """Forced text in pieces: the model's own way, else the longest that fit."""
        try:
            pieces = self._decoder.tokenize(text.decode())
        except UnicodeDecodeError:  # the choice before it ended inside a letter
            pieces = []
        written = b"".join(self._decoder.pieces[piece] for piece in pieces)
        if written == text:
            return pieces
        longest = self.cut_longest(text)
        if longest is None:
            raise EngineFailed("the model has no piece for a forced letter")
        return longest

    def cut_longest(self, text: bytes) -> list[int] | None:
        """Always the longest piece that fits; None where a letter has no piece."""
        pieces, at = list[int](), 0
        while at < len(text):
            for end in range(min(len(text), at + self._longest), at, -1):
                piece = self._by_text.get(text[at:end])
                if piece is not None:
                    break
            else:
                return None
            pieces.append(piece)
            at = end
        return pieces

    def _force(self, run: _WritingRun) -> None:
        forced = run.place.forced()
        if forced:
            run.take(self.cut(forced), forced)


class _WritingRun:
    """One answer being written."""

    def __init__(
        self, decoder: Decoder, start: CallPlace, limits: WritingLimits
    ) -> None:
        self._decoder, self._limits = decoder, limits
        self.place = start
        self._scores: Floats | None = None
        self._unread: list[int] = []
        self._reason = ""
        self._pieces = self._passes = 0
        self._probability = self._margin = 1.0
        self._ended = False

    def read(self, prompt: Sequence[int]) -> bool:
        """Read the prompt in steps; False where it was told to stop."""
        for at in range(0, len(prompt), STEP):
            if self._limits.stop():
                self._reason = "cancelled"
                return False
            self._scores = self._decoder.feed(prompt[at : at + STEP])
        return True

    def goes_on(self) -> bool:
        """Whether there is more to write, and it may be written."""
        if self.place.done or self._ended or self._reason:
            return False
        if self.place.talking and self._limits.enough(self.place.free):
            self._ended = True
            return False
        if self._limits.stop():
            self._reason = "cancelled"
        elif self._pieces >= self._limits.pieces:
            self._reason = "no end"
        return not self._reason

    def take(self, pieces: Sequence[int], text: bytes) -> None:
        """Go on with what has to come; read together with the next choice."""
        after = self.place.step(text)
        assert after is not None
        self.place = after
        self._unread += pieces
        self._pieces += len(pieces)

    def choose(self) -> None:
        """The likeliest piece that may come."""
        if self.place.done:
            return
        scores = self._next_scores()
        allowed = list(self._allowed(scores))
        if not allowed:
            self._reason = "no valid piece"
            return
        best, chance, text = allowed[0]
        # Another cut of the same text is no other choice.
        others = [c for _, c, t in allowed[1:] if not _alike(text, t)]
        whole = sum(c for _, c, _ in allowed)
        self._probability *= 1 - sum(others) / whole
        margin = (chance - max(others, default=0.0)) / whole
        self._margin = max(0.0, min(self._margin, margin))
        if best in self._decoder.ends:
            self._ended = True
        else:
            self.take([best], text)

    def written(self, prompt: int) -> Written:
        """The books, closed."""
        return Written(
            self.place,
            self._reason,
            self._probability,
            self._margin,
            self._pieces,
            self._passes,
            prompt,
        )

    def _next_scores(self) -> Floats:
        for at in range(0, len(self._unread), STEP):
            self._passes += 1
            self._scores = self._decoder.feed(self._unread[at : at + STEP])
        self._unread = []
        assert self._scores is not None
        return self._scores

    def _allowed(self, scores: Floats) -> Iterator[tuple[int, float, bytes]]:
        """Pieces that may come, likeliest first, with their chance and text."""
        exponents = np.exp(scores - scores.max())
        chances = exponents / exponents.sum()
        few = min(LOOKED_AT, len(scores))
        likely = np.argpartition(-scores, few - 1)[:few]
        found = False
        for piece in likely[np.argsort(-scores[likely], kind="stable")]:
            if self._may_come(int(piece)):
                found = True
                yield int(piece), float(chances[piece]), self._text(int(piece))
        if not found:
            yield from self._unlikely(scores, chances)

    def _unlikely(
        self, scores: Floats, chances: Floats
    ) -> Iterator[tuple[int, float, bytes]]:
        """The first that may come, of the whole vocabulary."""
        for piece in np.argsort(-scores, kind="stable"):
            if self._may_come(int(piece)):
                chance = max(float(chances[piece]), 1e-12)
                # Whatever it is, the model wanted to write something else.
                yield int(piece), chance, self._text(int(piece))
                yield -1, 1.0, b""
                return

    def _may_come(self, piece: int) -> bool:
        if piece in self._decoder.ends:
            return self.place.talking
        text = self._text(piece)
        return bool(text) and self.place.step(text) is not None

    def _text(self, piece: int) -> bytes:
        return self._decoder.pieces[piece]


def _alike(one: bytes, other: bytes) -> bool:
    return bool(other) and (one.startswith(other) or other.startswith(one))
