"""Whether the microphone is muted, over sessions: who muted it relies on it."""

from __future__ import annotations

from voiceagent.store import Store

__all__ = ["StoredMute"]

KEY = "microphone.muted"


class StoredMute:
    """The switch of the microphone, kept in the store; blocking."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def muted(self) -> bool:
        """As it was left."""
        return self._store.setting(KEY) == "yes"

    def keep(self, muted: bool) -> None:
        """Begin the next session like that."""
        self._store.remember(KEY, "yes" if muted else "no")
