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
        self._closed = False
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
            if not self._closed:
                self._free.append(stt)
                return
        _close(stt)

    def close(self) -> None:
        """Nobody asks for one any more: end them, one in use when it is given back."""
        with self._lock:
            self._closed, free, self._free = True, self._free, []
        for stt in free:
            _close(stt)


class PooledStt:
    """The recogniser of one session."""

    def __init__(self, pool: SttPool) -> None:
        self._pool = self._lent = pool
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
        if self._held is None:
            self._lent = self._pool
            self._held = self._lent.take()
        stt = self._held
        if isinstance(stt, Expecting):
            stt.expect(self._phrases)
        stt.start()

    def move(self, other: PooledStt) -> None:
        """Use the recognisers of `other` from the next utterance on: one that is
        spoken now is heard to its end."""
        before, self._pool = self._pool, other._pool
        if before is not self._pool:
            before.close()

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
            self._lent.give(stt)

    def release(self) -> None:
        """The session is over: what it holds is free for others."""
        if self._held is not None:
            self._lent.give(self._held)
            self._held = None

    def _now(self) -> Stt:
        if self._held is None:
            self.start()
        assert self._held is not None
        return self._held


def _close(stt: Stt) -> None:
    close = getattr(stt, "close", None)
    if close is not None:
        close()
