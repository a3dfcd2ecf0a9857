"""When nobody says anything for a while after an answer, and the client wants to know.

Counted in the sound itself: `idle_timeout_ms` of it after the end of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["IdleWatch"]


class IdleWatch:
    """Follows the sound of a session."""

    def __init__(self) -> None:
        self._since: float | None = None
        """Second at which the last answer had been played; None: there was none since
        somebody spoke."""

    def over(
        self,
        at: float,
        detection: Mapping[str, Any],
        *,
        answering: bool,
        speaking: bool,
        spoken: float,
    ) -> bool:
        """Whether it has been quiet for too long at second `at`, told once an answer;
        `spoken`: seconds of sound of the answer that is being given."""
        if answering:
            self._since = at + spoken
        elif speaking:
            self._since = None
        wanted = detection.get("idle_timeout_ms")
        if wanted is None or self._since is None or at - self._since < wanted / 1000:
            return False
        self._since = None
        return True
