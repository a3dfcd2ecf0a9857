"""Steps of a session that wait to be carried out, and how much they hold."""

from __future__ import annotations

from collections.abc import Iterable

from voiceagent.realtime.steps import Keep, Send, SessionStep
from voiceagent.realtime.weight import weight

__all__ = ["StepQueue"]


class StepQueue:
    """First in, first out; but a conversation is written down once for many changes,
    and what is to be kept before something is told is kept all the sooner."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes of the events that wait to be sent."""
        self._steps: list[tuple[SessionStep, int]] = []
        """A plain list: few wait, and an empty deque is 700 bytes of each session."""
        self._newest: dict[str, Keep] = {}
        """What is to be written down of each conversation."""

    def __len__(self) -> int:
        return len(self._steps)

    def put(self, steps: Iterable[SessionStep]) -> None:
        """Behind those that wait."""
        for step in steps:
            if isinstance(step, Keep):
                waits = step.conversation in self._newest
                self._newest[step.conversation] = step
                if waits:
                    continue
            size = weight(step.event) if isinstance(step, Send) else 0
            self._steps.append((step, size))
            self.size += size

    def take(self) -> SessionStep:
        """The first one; raises `IndexError` where there is none."""
        step, size = self._steps.pop(0)
        self.size -= size
        return self._newest.pop(step.conversation) if isinstance(step, Keep) else step

    def clear(self) -> None:
        """None waits any more."""
        self._steps.clear()
        self._newest.clear()
        self.size = 0
