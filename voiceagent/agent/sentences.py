"""What the agent says when it has no better words."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.routing.handover import WhyNot

__all__ = ["Sentences"]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the agent says when it has no better words; kept rendered."""

    wait: str = "One moment."
    late: str = "Sorry, that took too long."
    pending: str = "I asked for it, but I have no answer yet. It may still happen."
    """In the place of `late` where something is being done."""
    unclear: str = "Sorry, I didn't catch that."
    unknown: str = "Sorry, I can't help with that."
    failed: str = "Sorry, something went wrong."
    now: str = "I have it now."
    """Before an answer that came after its deadline."""
    offline: str = "Sorry, I can't reach my region, so I can't answer that now."
    withheld: str = "Sorry, that question may not leave this device."
    unbooked: str = "Sorry, I can't keep a record of that now, so I didn't ask."
    dear: str = "Sorry, answering that would cost more than allowed."
    unanswered: str = "Sorry, my region did not answer."
    no_access: str = "Sorry, my region does not let me in."
    busy: str = "Sorry, my region is too busy now."
    quota: str = "Sorry, my account at the region is used up."
    model_unknown: str = "Sorry, my region does not know the model I ask for."
    sends_elsewhere: str = "Sorry, my region sends me elsewhere, so I didn't ask."
    broken: str = "Sorry, the rest of the answer was lost."

    def all(self, *, escalates: bool = False) -> tuple[str, ...]:
        """Every sentence, the likeliest first, for rendering ahead of time."""
        own = self.unclear, self.wait, self.unknown, self.failed, self.late
        if not escalates:
            return own
        return (
            *own,
            self.now,
            self.offline,
            self.unanswered,
            self.broken,
            self.withheld,
            self.unbooked,
            self.dear,
            self.no_access,
            self.busy,
            self.quota,
            self.model_unknown,
            self.sends_elsewhere,
        )

    def excuse(self, why_not: WhyNot, *, understood: bool) -> str:
        """Why there is no answer, in words."""
        match why_not:
            case WhyNot.OFFLINE:
                return self.offline
            case WhyNot.WITHHELD:
                return self.withheld
            case WhyNot.UNBOOKED:
                return self.unbooked
            case WhyNot.DEAR:
                return self.dear
            case WhyNot.FAILED:
                return self.unanswered
            case WhyNot.NO_ACCESS:
                return self.no_access
            case WhyNot.BUSY:
                return self.busy
            case WhyNot.QUOTA:
                return self.quota
            case WhyNot.MODEL_UNKNOWN:
                return self.model_unknown
            case WhyNot.SENDS_ELSEWHERE:
                return self.sends_elsewhere
            case _:
                return self.unknown if understood else self.unclear
