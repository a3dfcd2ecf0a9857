"""Every event of a session: one frozen tagged union, used in process, in the trace, in
goldens and on screen.

Times called `t` are audio time: seconds from the start of the stream by sample count.
The trace adds `at`, seconds on the session's loop clock. Evolution: add fields with
defaults, never reuse a tag. Keys that hold what was said start with `pii_`, so that one
filter can drop them.
"""

from __future__ import annotations

from msgspec import field

from voiceagent.trace.events.base import Base
from voiceagent.trace.events.escalation import (
    Escalated,
    HeardRemotely,
    LegEnded,
    LinkChanged,
    Planned,
    RemoteAnswered,
    RemoteToolRan,
    Withheld,
)
from voiceagent.trace.events.thinking import (
    Asked,
    Committed,
    IntentMatched,
    IntentMissed,
    ModelAnswered,
    ModelRolledBack,
    ModelSwapped,
    Routed,
    Transcript,
)

__all__ = [
    "AlarmRang",
    "Asked",
    "AudioGap",
    "BargeIn",
    "Committed",
    "Degraded",
    "EarconPlayed",
    "Escalated",
    "Event",
    "Failed",
    "HeardRemotely",
    "IntentMatched",
    "IntentMissed",
    "LegEnded",
    "LinkChanged",
    "ModelAnswered",
    "ModelRolledBack",
    "ModelSwapped",
    "Muted",
    "PartialTranscript",
    "Planned",
    "RemoteAnswered",
    "RemoteToolRan",
    "ReplyReady",
    "Routed",
    "SessionEnded",
    "SessionStarted",
    "SpeakingStarted",
    "SpeakingStopped",
    "SpeechStarted",
    "SpeechStopped",
    "StopHeard",
    "Transcript",
    "TurnCancelled",
    "TurnEnded",
    "TurnFinished",
    "TurnStarted",
    "Unmuted",
    "WakeCandidate",
    "WakeDetected",
    "WakeRejected",
    "Withheld",
]


class SessionStarted(Base, frozen=True, tag=True):
    """The agent is about to read its first frame."""

    source: str = ""
    engines: dict[str, str] = field(default_factory=dict)
    pace: str = "realtime"
    budget_ms: float = 800.0


class SessionEnded(Base, frozen=True, tag=True):
    """The source ended or the agent was closed."""

    t: float
    frames: int = 0
    dropped_seconds: float = 0.0


class AudioGap(Base, frozen=True, tag=True):
    """Audio was lost; silence of the same length took its place."""

    t: float
    seconds: float
    cause: str = "overflow"


class WakeCandidate(Base, frozen=True, tag=True):
    """The always-on detector fired; a verifier may still reject it."""

    t: float
    word: str
    score: float


class WakeDetected(Base, frozen=True, tag=True):
    """A wake word opened the gate."""

    t: float
    word: str
    score: float
    verified: bool = False


class WakeRejected(Base, frozen=True, tag=True):
    """The verifier did not agree."""

    t: float
    word: str
    score: float


class SpeechStarted(Base, frozen=True, tag=True):
    """The smoother decided that speech began (`t` is the first speech sample)."""

    t: float


class SpeechStopped(Base, frozen=True, tag=True):
    """The smoother decided that speech ended (`t` is the last speech sample)."""

    t: float


class TurnStarted(Base, frozen=True, tag=True):
    """The gate is open: what is said now is for us."""

    t: float
    by: str = "wake"
    """`wake`, `follow-up`, `push-to-talk`, `text` or `open` (no wake word wanted)."""


class PartialTranscript(Base, frozen=True, tag=True):
    """Tentative words while the user speaks."""

    t: float
    pii_text: str
    completeness: str = "incomplete"
    settled: bool = False
    """By the final pass over all that was said so far."""
    confidence: float = 0.0
    """Of the final pass."""


class TurnEnded(Base, frozen=True, tag=True):
    """The endpoint decided that the user has finished."""

    t: float
    """Audio time of the decision."""
    speech_start: float
    speech_end: float
    reason: str
    """`complete`, `extensible`, `silence`, `max-length`, `no-speech`, `source-ended`,
    `released`."""
    silence: float = 0.0
    """Seconds of silence that had passed."""
    wait: float = 0.0
    """Seconds of silence that were asked for, by all that was known."""
    completeness: str = "unknown"
    chance: float = 0.0
    """That the user had finished, 0..1; 0 where it was not asked."""
    evidence: dict[str, float] = field(default_factory=dict)
    """What else was weighed: the words, the sound and how this user pauses."""


class ReplyReady(Base, frozen=True, tag=True):
    """The words of the reply are known."""

    pii_text: str
    rung: str = "full"
    """`full`, `late`, `cached`, `earcon`: where on the ladder the answer came from."""


class SpeakingStarted(Base, frozen=True, tag=True):
    """The first sample of the reply went out."""

    clip_seconds: float = 0.0
    cached: bool = False


class SpeakingStopped(Base, frozen=True, tag=True):
    """The reply ended or was cut."""

    heard_seconds: float
    pii_heard: str = ""
    """The words that the user has heard: this is what history keeps."""
    reason: str = "done"
    """`done`, `barge-in`, `stop`, `replaced`, `muted`."""


class EarconPlayed(Base, frozen=True, tag=True):
    """A short sound instead of words."""

    name: str


class BargeIn(Base, frozen=True, tag=True):
    """The user spoke over us and we fell silent."""

    t: float
    by: str = "speech"


class StopHeard(Base, frozen=True, tag=True):
    """The stop word was heard, in whatever state."""

    t: float


class AlarmRang(Base, frozen=True, tag=True):
    """A timer or alarm went off."""

    id: str
    pii_text: str
    late_seconds: float = 0.0


class Muted(Base, frozen=True, tag=True):
    """No engine receives a frame from here on."""


class Unmuted(Base, frozen=True, tag=True):
    """Listening again."""


class Degraded(Base, frozen=True, tag=True):
    """Something works less well than configured, and how to mend it."""

    what: str
    why: str
    hint: str = ""


class Failed(Base, frozen=True, tag=True):
    """A turn met an error; the user got a spoken answer all the same."""

    code: str
    what: str
    stage: str = ""


class TurnCancelled(Base, frozen=True, tag=True):
    """The turn ended without an answer: barge-in, stop, mute or no speech."""

    reason: str


class TurnFinished(Base, frozen=True, tag=True):
    """The ledger of a turn, in milliseconds; the stages add up to `response`."""

    speech_end: float
    tier: str
    reason: str
    latency_ms: dict[str, float]
    """`endpoint`, `stt`, `intent`, `route`, `remote`, `act`, `tts`, `response`."""
    budget_ms: float
    budget_met: bool
    missed_by: str = ""
    """The stage that took the most, when the budget was missed."""
    rescued_by: str = ""
    """The rung that answered instead of the full answer."""
    effects: list[str] = field(default_factory=list)
    left_device: dict[str, int] = field(default_factory=dict)
    """Bytes of words and audio that left the device, by leg."""


Event = (
    SessionStarted
    | SessionEnded
    | AudioGap
    | WakeCandidate
    | WakeDetected
    | WakeRejected
    | SpeechStarted
    | SpeechStopped
    | TurnStarted
    | PartialTranscript
    | TurnEnded
    | Transcript
    | IntentMatched
    | IntentMissed
    | ModelAnswered
    | ModelSwapped
    | ModelRolledBack
    | Asked
    | Routed
    | Committed
    | Planned
    | RemoteToolRan
    | Withheld
    | Escalated
    | LegEnded
    | HeardRemotely
    | RemoteAnswered
    | LinkChanged
    | ReplyReady
    | SpeakingStarted
    | SpeakingStopped
    | EarconPlayed
    | BargeIn
    | StopHeard
    | AlarmRang
    | Muted
    | Unmuted
    | Degraded
    | Failed
    | TurnCancelled
    | TurnFinished
)
"""Any event."""
