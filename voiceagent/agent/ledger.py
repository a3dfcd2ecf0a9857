"""Where the time of one turn went."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.clock import now
from voiceagent.deadline import Deadline
from voiceagent.trace.events import TurnEnded, TurnFinished
from voiceagent.trace.trace import stages

__all__ = ["Ledger"]


class Ledger:
    """Splits the time since the last speech sample among the stages, without gaps."""

    def __init__(self, ended: TurnEnded, speech_end: float, deadline: Deadline) -> None:
        """`speech_end`: loop time of the last speech sample."""
        self.ended = ended
        self.deadline = deadline
        self.effects: list[str] = []
        self.rescued_by = ""
        self.answered = False
        """Whether a first sample (or the decision for silence) has been noted."""
        self.current = stages[0]
        """The stage being worked on."""
        self._parts = dict.fromkeys(stages, 0.0)
        self._began = self._last = speech_end

    def mark(self, stage: str) -> None:
        """Everything since the last mark was spent on `stage`."""
        if self.answered:
            return
        following = stages.index(stage) + 1
        self.current = stages[min(following, len(stages) - 1)]
        at = max(now(), self._last)
        self._parts[stage] += at - self._last
        self._last = at

    def first_sound(self, heard: Callable[[], object] = lambda: None) -> None:
        """The first audible sample goes out now; what follows costs no waiting.

        `heard()`: called then, and only then.
        """
        if self.answered:
            return
        self.mark(self.current)
        self.answered = True
        heard()

    def finish(self, tier: str, reason: str) -> TurnFinished:
        """The books of the turn, closed at the first audible sample."""
        response = self._last - self._began
        met = self._last <= self.deadline.at
        slowest = max(self._parts, key=lambda stage: self._parts[stage])
        parts = {stage: round(s * 1000, 3) for stage, s in self._parts.items()}
        return TurnFinished(
            turn=self.ended.turn,
            speech_end=self.ended.speech_end,
            tier=tier,
            reason=reason,
            latency_ms={**parts, "response": round(response * 1000, 3)},
            budget_ms=round((self.deadline.at - self._began) * 1000, 3),
            budget_met=met,
            missed_by="" if met else slowest,
            rescued_by=self.rescued_by,
            effects=list(self.effects),
        )
