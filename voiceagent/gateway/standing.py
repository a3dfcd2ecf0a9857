"""The walls that stand in a running gateway, joined: schema, policy, record, time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voiceagent.gateway.call_record import CallRecord
from voiceagent.gateway.caller import Caller
from voiceagent.gateway.pins import SeenTool
from voiceagent.gateway.policy import PolicyDecision, PolicyQuestion, ToolPolicies
from voiceagent.gateway.tally import CallTally
from voiceagent.gateway.tool import ToolClass
from voiceagent.gateway.wire import CallOnWire

__all__ = ["StandingWalls"]


@dataclass(slots=True, kw_only=True)
class StandingWalls:
    """Each is asked where it stands."""

    policies: ToolPolicies
    offline: Callable[[], bool]
    tally: CallTally = field(default_factory=CallTally)

    def rules(
        self, caller: Caller, seen: SeenTool, wanted: CallOnWire, within: float
    ) -> PolicyDecision:
        """Whether that caller may, with so many seconds left."""
        return self.policies.decide(
            PolicyQuestion(
                caller.subject,
                seen.tool,
                wanted.arguments,
                within,
                caller.kind,
                caller.region,
                wanted.data_class,
                self.offline(),
            )
        )

    def shows(self, caller: Caller, seen: SeenTool) -> bool:
        """Whether that caller may see the tool in a list."""
        asked = PolicyQuestion(
            *(caller.subject, seen.tool, {}, 0.0, caller.kind, caller.region),
            offline=self.offline(),
        )
        return self.policies.lists(asked).allowed

    def unbooked(self, klass: ToolClass, leaves: bool) -> str:
        """Why a call of that class must not be made, since it could not be booked."""
        return ""

    def enough(self, listed: str, left: float) -> str:
        """Why the time that is left will not do; empty: it will."""
        return ""

    def book(self, record: CallRecord) -> None:
        """Put a call on record, whatever became of it."""
        self.tally.count(record)
