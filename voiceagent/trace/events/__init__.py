"""Every event of a session: one frozen tagged union, used in process, in the trace, in
goldens and on screen.

Times called `t` are audio time: seconds from the start of the stream by sample count.
The trace adds `at`, seconds on the session's loop clock. Evolution: add fields with
defaults, never reuse a tag. Keys that hold what was said start with `pii_`, so that one
filter can drop them.
"""

from __future__ import annotations

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
from voiceagent.trace.events.listening import (
    BargeIn,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
    StopHeard,
    WakeCandidate,
    WakeDetected,
    WakeRejected,
)
from voiceagent.trace.events.session import (
    AudioGap,
    Degraded,
    Muted,
    SessionEnded,
    SessionStarted,
    StateChanged,
    Unmuted,
)
from voiceagent.trace.events.speaking import (
    AlarmRang,
    EarconPlayed,
    PlanRan,
    ReplyReady,
    SpeakingStarted,
    SpeakingStopped,
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
    Unkept,
)
from voiceagent.trace.events.turns import (
    Failed,
    TurnCancelled,
    TurnEnded,
    TurnFinished,
    TurnStarted,
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
    "PlanRan",
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
    "StateChanged",
    "StopHeard",
    "Transcript",
    "TurnCancelled",
    "TurnEnded",
    "TurnFinished",
    "TurnStarted",
    "Unkept",
    "Unmuted",
    "WakeCandidate",
    "WakeDetected",
    "WakeRejected",
    "Withheld",
]


Event = (
    SessionStarted
    | SessionEnded
    | StateChanged
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
    | Unkept
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
    | PlanRan
    | Muted
    | Unmuted
    | Degraded
    | Failed
    | TurnCancelled
    | TurnFinished
)
"""Any event."""
