"""Connections that have not said yet what they want: counted, and few enough.

Where there are too many of them, the one that has waited longest goes: whoever means it
says what they want within a moment.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Hashable

__all__ = ["Handshakes"]

MOST, OF_ONE = 512, 64
"""Handshakes that may be unfinished, of all and of one address."""


class Handshakes:
    """Keeps the unfinished ones in the order in which they came."""

    def __init__(
        self,
        most: int = MOST,
        of_one: int = OF_ONE,
        *,
        trusted: Callable[[str], bool] = lambda address: False,
    ) -> None:
        """`trusted(address)`: one that many come through, such as our own proxy."""
        self.connections = 0
        """All that are open, finished or not."""
        self.dropped = 0
        """Those that had to go."""
        self._most, self._of_one, self._trusted = most, of_one, trusted
        self._unfinished: dict[Hashable, tuple[str, socket.socket]] = {}
        self._by_address: Counter[str] = Counter()

    @property
    def unfinished(self) -> int:
        """How many there are."""
        return len(self._unfinished)

    def came(self, key: Hashable, address: str, guest: socket.socket) -> None:
        """A connection was taken; `key` names it."""
        self.done(key)
        if self._by_address[address] >= self._of_one and not self._trusted(address):
            self._drop(
                next(k for k, one in self._unfinished.items() if one[0] == address)
            )
        elif len(self._unfinished) >= self._most:
            self._drop(next(iter(self._unfinished)))
        self._unfinished[key] = address, guest
        self._by_address[address] += 1

    def done(self, key: Hashable) -> None:
        """It has said what it wants, or is gone."""
        found = self._unfinished.pop(key, None)
        if found is not None:
            self._by_address[found[0]] -= 1
            if not self._by_address[found[0]]:
                del self._by_address[found[0]]

    def _drop(self, key: Hashable) -> None:
        _, guest = self._unfinished[key]
        self.done(key)
        self.dropped += 1
        try:
            guest.shutdown(socket.SHUT_RDWR)  # its transport sees the end and closes
        except OSError:
            return  # it is gone already
