"""How a leg stands, for plans, traces and whoever waits for its answer."""

from __future__ import annotations

from collections.abc import Iterable

from voiceagent.errors import LinkDown, RemoteFailed, VoiceAgentError
from voiceagent.errors.masking import masked
from voiceagent.routing.handover import REFUSALS, RemoteLeg
from voiceagent.routing.plan import LegFacts
from voiceagent.routing.remote import LinkState
from voiceagent.routing.veto import OFFLINE
from voiceagent.trace.events.escalation import LegSeen

__all__ = [
    "cause_of",
    "leg_seen",
    "look_again",
    "no_fault",
    "no_way",
    "refusal_of",
]


def refusal_of(error: VoiceAgentError | None) -> RemoteFailed | None:
    """The error where it is a reason that the remote has given itself."""
    if isinstance(error, RemoteFailed) and error.code in REFUSALS:
        return error
    return None


def cause_of(error: VoiceAgentError | None) -> str:
    """What the other end said, secrets aside; empty: nothing."""
    return masked(error.cause) if error is not None else ""


def no_fault(code: str) -> bool:
    """Whether a failure of that code is none that resting mends."""
    return code == LinkDown.code or code in REFUSALS


def no_way(leg: RemoteLeg) -> str:
    """Why there is no way to it now; empty: there is one."""
    if leg.remote.link is not LinkState.DOWN:
        return ""
    known = leg.remote.trouble
    return f"{OFFLINE}: {known.what}" if known is not None else OFFLINE


def look_again(legs: Iterable[RemoteLeg]) -> None:
    """Where there is no way, somebody would have gone: what was in it may be gone."""
    for leg in legs:
        if no_way(leg):
            leg.remote.nudge()


def leg_seen(leg: LegFacts) -> LegSeen:
    """The leg as a plan saw it, for the trace."""
    return LegSeen(
        name=leg.name,
        vetoes=[veto.words for veto in leg.vetoes],
        usual_ms=round(leg.usual * 1000, 3),
        slow_ms=round(leg.slow * 1000, 3),
        patience_ms=round((leg.patience or leg.slow) * 1000, 3),
        price=leg.price,
        seen=leg.seen,
    )
