"""Instructions that a model reads once, and not again at each start.

A model of 135 million weights takes half a minute for what it may call in a house; what
it remembers of that is kept as data, found by everything that it depends on.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, runtime_checkable

from voiceagent.nlu.slm.constrained_decoding import ConstrainedWriter

__all__ = ["KeptState", "Remembering", "made_anew", "read_once"]


class KeptState(Protocol):
    """Keeps what is dear to make."""

    def __call__(
        self, kind: str, made_from: Iterable[bytes], make: Callable[[], bytes]
    ) -> bytes:
        """What was made from those pieces before; else `make` makes it."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A decoder whose state can be kept."""

    engine: str
    """What runs it, with its version: another one may write its state otherwise."""

    def state(self) -> bytes:
        """What it has read."""
        ...

    def take_state(self, pieces: Sequence[int], state: bytes) -> bool:
        """Hold `pieces` as if they had been read; False: nothing is held."""
        ...


def made_anew(
    kind: str, made_from: Iterable[bytes], make: Callable[[], bytes]
) -> bytes:
    """Keeps nothing."""
    return make()


def read_once(
    decoder: object,
    writer: ConstrainedWriter,
    pieces: Sequence[int],
    kept: KeptState,
    version: str,
) -> None:
    """`decoder` holds `pieces`, from its kept state or by reading them; `version`:
    which weights they are."""
    if kept is made_anew or not isinstance(decoder, Remembering):
        writer.warm(pieces)
        return
    read = False

    def make() -> bytes:
        nonlocal read
        writer.warm(pieces)
        read = True
        return decoder.state()

    limit = str(getattr(decoder, "limit", ""))
    names = "\0".join((decoder.engine, version, limit))
    state = kept("prompt", (names.encode(), array("l", pieces).tobytes()), make)
    if not read and not decoder.take_state(pieces, state):
        writer.warm(pieces)
