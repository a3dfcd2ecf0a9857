"""A decoder whose mind is made up: it wants to write one text, whatever was asked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LETTERS = [bytes([byte]) for byte in range(256)]
WORDS = (b"timer", b"clock", b'{"', b"name", b'": "', b" light", b"turn", b"Once ")
PIECES = (b"", *LETTERS, *WORDS)
END = 0


class ScriptedDecoder:
    """Writes `wish` as far as it may; afterwards it ends, or else prefers low bytes."""

    def __init__(self, wish: str, *, limit: int = 4096) -> None:
        self.pieces, self.ends, self.limit = PIECES, frozenset({END}), limit
        self.wish = wish.encode()
        self.chat_template = ""
        self.passes = 0
        self.held: list[int] = []
        self.prompt = 0
        """Pieces in front of the answer; set by `keep`, which comes first."""
        self.closed = False

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """One piece a byte."""
        return [1 + byte for byte in text.encode("utf-8", errors="replace")]

    def opening(self) -> list[int]:
        """Nothing."""
        return []

    def special(self, name: str) -> str:
        """None are known."""
        return ""

    def keep(self, pieces: Sequence[int]) -> int:
        """The shared beginning stays."""
        shared = 0
        while shared < min(len(self.held), len(pieces)):
            if self.held[shared] != pieces[shared]:
                break
            shared += 1
        del self.held[shared:]
        self.prompt = max(len(pieces), 1)
        return shared

    def feed(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        """Wants the next letters of the wish most, the longest piece first."""
        self.passes += 1
        self.held += pieces
        scores = -np.arange(len(PIECES), dtype=np.float32) / 100
        rest = self.wish[self._said() :]
        if not rest:
            scores[END] = 10
        for at, piece in enumerate(PIECES):
            if piece and rest.startswith(piece):
                scores[at] = 10 + len(piece)
        return scores

    def _said(self) -> int:
        """How much of the wish the answer holds already."""
        written = b"".join(PIECES[piece] for piece in self.held)
        for length in range(len(self.wish), 0, -1):
            if written.endswith(self.wish[:length]):
                return length
        return 0

    def close(self) -> None:
        """Free nothing."""
        self.closed = True
