"""Recognisers for several sessions at once: each utterance has one for itself.

A recogniser holds the state of one utterance. Sessions that speak one after the other
share it; where two speak at once, another one is made, and both are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from voiceagent.stt.protocol import Expecting, Recognition, Stt

__all__ = ["PooledStt", "SttPool"]


class SttPool:
    """Recognisers of one kind that nobody uses now; for any thread."""

    def __init__(
        self, name: str, first: Callable[[], Stt], another: Callable[[], Stt]
    ) -> None:
        """`first()`: called by the first utterance, and again where it failed;
        `another()` makes a further one, sharing what it can with the first."""
        self.name = name
        self._first: Callable[[], Stt] | None = first
        self._another = another
        self._free: list[Stt] = []
        self._lock = Lock()

    def take(self) -> Stt:
        """One for an utterance."""
        with self._lock:
            if self._free:
                return self._free.pop()
            make, self._first = self._first, None
        if make is None:
            return self._another()
        try:
            return make()
        except BaseException:
            self._first = make
            raise

    def give(self, stt: Stt) -> None:
        """The utterance is over."""
        with self._lock:
            self._free.append(stt)


class PooledStt:
    """The recogniser of one session."""

    def __init__(self, pool: SttPool) -> None:
        self._pool = pool
        self._held: Stt | None = None
        self._phrases: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Of the kind."""
        return self._pool.name

    def expect(self, phrases: Sequence[str]) -> None:
        """What may be said besides commands, from the next `start` on."""
        self._phrases = tuple(phrases)

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        stt = self._held = self._held or self._pool.take()
        if isinstance(stt, Expecting):
            stt.expect(self._phrases)
        stt.start()

    def feed(self, pcm: bytes) -> str:
        """Take the next audio and give the text so far."""
        return self._now().feed(pcm)

    def preview(self) -> Recognition | None:
        """What `finish` would give now."""
        return self._now().preview()

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        stt = self._now()
        try:
            return stt.finish()
        finally:
            self._held = None
            self._pool.give(stt)

    def release(self) -> None:
        """The session is over: what it holds is free for others."""
        if self._held is not None:
            self._pool.give(self._held)
            self._held = None

    def _now(self) -> Stt:
        if self._held is None:
            self.start()
        assert self._held is not None
        return self._held
