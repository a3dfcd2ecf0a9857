"""What a skill is: it plans an answer at once, and effects are committed apart.

`answer` reads state and must not change it: the agent may call it while the user is
still speaking, to have the likely reply rendered in time. What changes the world is
returned as effects, which run once, shielded from barge-in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from voiceagent.clock import Uptime
from voiceagent.nlu.intent import Intent

if TYPE_CHECKING:
    from voiceagent.nlu.clarify import Question

__all__ = ["Answer", "Effect", "LastTurn", "Skill", "SkillAlarm", "TurnContext"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One change to the world, blocking, run at most once per key."""

    key: str
    """Idempotency key within the turn, such as `timer.set`."""
    run: Callable[[], str | None]
    """Does it; may return a sentence to say instead of the planned answer. Raises a
    `VoiceAgentError` when it could not be done."""
    undo: Callable[[], Answer] | None = None
    """Once it has run: plans what takes it back. None: nobody can."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say and what to do."""

    text: str
    """The sentence to speak; empty for none (an earcon is played instead)."""
    effects: tuple[Effect, ...] = ()
    ask: bool = False
    """True: the answer is a question; listen again without a wake word."""
    stop: bool = False
    """True: end whatever is going on (speech, ringing) and say no more."""
    question: Question | None = None
    """Asked instead, and nothing is done. Of one option: whether it is wanted; a yes
    has the same intent answered again, and its effects are run. Of several: which."""
    more: AsyncIterator[str] | None = None
    """Further clauses that are still to come from a larger tier."""


@dataclass(frozen=True, slots=True)
class LastTurn:
    """What the previous turn was, for "repeat" and "why so slow"."""

    heard: str
    said: str
    tier: str
    reason: str
    latency: Mapping[str, float] = field(default_factory=dict)
    """Seconds by stage; `response` is the whole."""
    budget: float = 0.8
    met: bool = True
    done: Sequence[str] = ()
    """Keys of the effects that ran."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a skill may know about the turn it answers."""

    now: datetime
    """Local date and time."""
    area: str = ""
    """Where the device stands ("turn off the lights in here"); empty if unknown."""
    last: LastTurn | None = None
    uptime: Uptime | None = None
    """What durations are measured by; None: by the date."""
    undo: Callable[[], Answer] | None = None
    """Plans what takes back the last thing that was done; None: nothing was."""


@dataclass(frozen=True, slots=True)
class SkillAlarm:
    """Something a skill wants to happen at a date: a timer that rings."""

    id: str
    due: datetime
    """By the date; where that is a local time, as of now: it is asked for again and
    again, because zones and clocks change."""
    text: str
    """What to say when it rings."""
    late: str = ""
    """The same where it rings late; `{ago}` stands for "ten minutes ago". Empty: the
    text, and then how late it is."""
    at: Uptime | None = None
    """When it rings on the clock that nobody sets: for as long as the machine is up,
    this holds, and `due` only after that."""
    occurrence: str = ""
    """Which time of many it is; empty: the date says."""
    rings: float = 0.0
    """Seconds for which it rings on, with longer pauses, where nobody stops it; 0: a
    few rounds."""

    @property
    def key(self) -> tuple[str, str]:
        """Tells it from every other, and from the next one of the same id."""
        return self.id, self.occurrence or self.due.isoformat()


class Skill(Protocol):
    """Answers the intents that its templates name."""

    name: str

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Plan the answer to `intent`; reads state, changes nothing."""
        ...

    def alarms(self) -> Sequence[SkillAlarm]:
        """Everything that is still to ring, earliest first."""
        ...

    def rang(self, alarm_id: str) -> None:
        """The alarm was played: it must not ring again."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
