"""The walls that stand in a running gateway, joined: schema, policy, record, time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voiceagent.gateway.audit import AuditBook
from voiceagent.gateway.audit_entry import AuditEntry, arguments_hash
from voiceagent.gateway.call_record import CallEnd, CallRecord
from voiceagent.gateway.caller import Caller
from voiceagent.gateway.hops import HopBudget, PlannedHop
from voiceagent.gateway.pins import SeenTool
from voiceagent.gateway.policy import PolicyDecision, PolicyQuestion, ToolPolicies
from voiceagent.gateway.tally import CallTally
from voiceagent.gateway.tool import ToolClass
from voiceagent.gateway.tool_times import ToolTimes
from voiceagent.gateway.wire import CallOnWire

__all__ = ["StandingWalls"]


@dataclass(slots=True, kw_only=True)
class StandingWalls:
    """Each is asked where it stands."""

    policies: ToolPolicies
    audit: AuditBook
    offline: Callable[[], bool]
    tally: CallTally = field(default_factory=CallTally)
    times: ToolTimes = field(default_factory=ToolTimes)

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

    def unbooked(self, klass: ToolClass, leaves: bool, caller: str) -> str:
        """Why a call of that class must not be made, since it could not be booked."""
        return self.audit.unbooked(klass, leaves=leaves, caller=caller)

    def enough(self, listed: str, left: float) -> str:
        """Why the time that is left will not do; empty: it will."""
        hop, budget = PlannedHop(listed, self.times.p95(listed)), HopBudget(left)
        if budget.enough(hop):
            return ""
        self.times.refused(listed)
        return budget.why_not(hop)

    def book(self, record: CallRecord) -> None:
        """Put a call on record, whatever became of it."""
        self.tally.count(record)
        if record.end in (CallEnd.OK, CallEnd.EXPIRED):
            self.times.took(record.listed, record.upstream_took)
        self.audit.book(
            AuditEntry(
                principal=record.subject,
                caller=record.caller,
                region=record.region,
                session=record.session,
                turn=record.turn,
                trace=record.trace_id,
                server=record.server,
                # What no server has may be anything that a caller wrote.
                tool=record.listed if record.server else "unknown",
                pin=record.pin,
                klass=record.klass,
                decision="denied" if record.end is CallEnd.REFUSED else "allowed",
                step=record.refused_at,
                lines=record.lines,
                policy=record.policy,
                data_class=record.data_class,
                arguments=arguments_hash(self.audit.key, record.arguments),
                fields=record.fields,
                outcome=record.end.value,
                key=record.key,
                remaining_in_ms=_ms(record.remaining),
                remaining_out_ms=_ms(record.within),
                took_ms=round(record.took * 1000, 3),
                bytes_out=record.bytes_out,
                bytes_back=record.bytes_back,
            )
        )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
