"""What was made, kept by what it was made from: the same values give the same thing.

Workshops that differ in a few values share one shelf, so that what does not depend on
those values is made once, whoever asks first.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, RLock
from typing import Any, TypeVar

import msgspec

__all__ = ["Shelf"]

T = TypeVar("T")


class Shelf:
    """Things by name and by the values that they depend on; for any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, bytes], _Kept] = {}

    def get(self, name: str, made_from: object, make: Callable[[], T]) -> T:
        """The thing of that name made from those values; `make` makes it, once.

        What `make` raises is raised; the next one who asks tries again.
        """
        key = name, msgspec.json.encode(made_from)
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
        thing: T = kept.get(make)
        return thing


class _Kept:
    """Room for one thing; whoever wants it while it is made waits."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._things: list[Any] = []

    def get(self, make: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._things:
                self._things.append(make())
            return self._things[0]
