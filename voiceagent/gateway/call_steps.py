"""The steps of a call: each a decision without waiting, its grounds in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from voiceagent.clock import now
from voiceagent.door.admission import Bucket
from voiceagent.errors.foreign import one_line
from voiceagent.gateway.audit_entry import declared_fields
from voiceagent.gateway.call_record import CallEnd, CallRecord, StepRefused, step
from voiceagent.gateway.caller import Caller
from voiceagent.gateway.catalogue import Catalogue
from voiceagent.gateway.links import LARGEST_RESULT
from voiceagent.gateway.pins import SeenTool
from voiceagent.gateway.policy import PolicyDecision
from voiceagent.gateway.redacting import CallRedaction, Redaction
from voiceagent.gateway.tool import ToolClass
from voiceagent.gateway.wire import CallOnWire, no_result

__all__ = ["CallSteps", "GatewayWalls"]

MARGIN = 0.01
"""Seconds kept to tell the caller that its time is over, while it still listens."""


class GatewayWalls(Protocol):
    """What a call has to pass; all of it at once, on the loop."""

    def rules(
        self, caller: Caller, seen: SeenTool, wanted: CallOnWire, within: float
    ) -> PolicyDecision:
        """Whether that caller may, with so many seconds left."""

    def unbooked(self, klass: ToolClass, leaves: bool, caller: str) -> str:
        """Why a call of that class must not be made, since it could not be booked."""

    def enough(self, listed: str, left: float) -> str:
        """Why the time that is left will not do; empty: it will."""

    def book(self, record: CallRecord) -> None:
        """Put a call on record, whatever became of it."""


@dataclass(slots=True)
class CallSteps:
    """What they go by."""

    catalogue: Catalogue
    walls: GatewayWalls
    redaction: Redaction
    calls_per_s: float = 20.0
    rates: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self.rates = Bucket(2 * self.calls_per_s, self.calls_per_s)

    def known(self, wanted: CallOnWire, record: CallRecord) -> SeenTool:
        """The tool of that name, as it is pinned; raises `StepRefused`, as all do."""
        state = self.catalogue.state
        seen = state.tools.get(wanted.name)
        step(record, "pinned", version=state.version, pin=seen.pin if seen else "")
        if seen is not None:
            record.server, record.tool = seen.tool.server, seen.tool.name
            record.pin, record.klass = seen.pin, seen.tool.klass.value
            return seen
        told = one_line(wanted.name, 80)
        if held := state.held_back.get(wanted.name):
            record.server, record.tool = held.tool.server, held.tool.name
            record.pin = held.pin
            raise StepRefused(
                f"`{told}` is held back until somebody has looked at it: {held.reason}"
            )
        if down := self.catalogue.of_down_server(wanted.name):
            record.server = down.name
            raise StepRefused(
                f"the server `{down.name}` is not there now; try again later",
                end=CallEnd.FAILED,
            )
        raise StepRefused(
            f"there is no tool `{told}`; `tools/list` has those there are"
        )

    def checked(
        self,
        caller: Caller,
        seen: SeenTool,
        wanted: CallOnWire,
        record: CallRecord,
    ) -> None:
        """Arguments, policy, rate and whether it can be put on record."""
        why = self._wrong(seen, wanted.arguments)
        record.fields = declared_fields(wanted.arguments, seen.tool.input_schema)
        step(record, "arguments", fields=record.fields)
        if why:
            raise StepRefused(f"`{wanted.name}` cannot be called so: {why}")
        self._permitted(caller, seen, wanted, record)
        fast = self.rates.take(caller.subject, now())
        step(record, "rate", per_second=self.calls_per_s)
        if not fast:
            wait = self.rates.wait(caller.subject, now())
            raise StepRefused(f"too many calls; try again in {max(0.1, wait):.1f} s")
        klass = seen.tool.klass
        unbooked = self.walls.unbooked(klass, self._leaves(seen), caller.kind)
        step(record, "record", klass=klass.value, trouble=unbooked)
        if unbooked:
            raise StepRefused(
                f"`{wanted.name}` is not called, since it could not be put on record: "
                f"{unbooked}"
            )

    def _wrong(self, seen: SeenTool, arguments: Mapping[str, Any]) -> str:
        checks = self.catalogue.state.checks.get(seen.tool.listed_name)
        return checks.arguments.wrong(arguments) if checks else "it has gone"

    def _no_answer(self, seen: SeenTool, result: Mapping[str, Any]) -> str:
        """Why that result is none of the tool's; empty: it is one."""
        if why := no_result(result):
            return why
        checks = self.catalogue.state.checks.get(seen.tool.listed_name)
        if checks is None or checks.results is None or result.get("isError"):
            return ""
        if "structuredContent" not in result:
            return "it names a form for its results, and this one has none"
        return checks.results.wrong(result["structuredContent"])

    def _permitted(
        self, caller: Caller, seen: SeenTool, wanted: CallOnWire, record: CallRecord
    ) -> None:
        left = wanted.remaining
        if left is None:
            left = self.catalogue.servers[seen.tool.server].deadline_ms / 1000
        ruling = self.walls.rules(caller, seen, wanted, left)
        record.lines, record.policy = ruling.lines, ruling.policy
        step(record, "policy", allowed=ruling.allowed, lines=ruling.lines)
        if not ruling.allowed:
            raise StepRefused(
                f"the policy does not allow this call of `{wanted.name}`: {ruling.why}"
            )
        if ruling.confirm:
            raise StepRefused(
                f"`{wanted.name}` may be called only after the user has said yes, and "
                "they cannot be asked from here"
            )

    def _leaves(self, seen: SeenTool) -> bool:
        return self.catalogue.servers[seen.tool.server].is_elsewhere

    def time(
        self, seen: SeenTool, wanted: CallOnWire, record: CallRecord, began: float
    ) -> float:
        """Seconds that the call may take."""
        ceiling = self.catalogue.servers[seen.tool.server].deadline_ms / 1000
        left = None if wanted.remaining is None else wanted.remaining - wanted.reserve
        spent = now() - began
        within = ceiling if left is None else min(ceiling, left - spent - MARGIN)
        step(record, "time", remaining=left, ceiling=ceiling, spent=spent)
        if within <= 0:
            raise StepRefused(f"no time is left for `{wanted.name}`")
        if left is not None and (why := self.walls.enough(wanted.name, within)):
            raise StepRefused(f"too little time is left for `{wanted.name}`: {why}")
        record.within = within
        return within

    def redacted(
        self, seen: SeenTool, wanted: CallOnWire, record: CallRecord
    ) -> tuple[Mapping[str, Any], CallRedaction | None]:
        """What is sent, and how to put back what was taken out of it."""
        config = self.catalogue.servers[seen.tool.server]
        redacts = config.redacts or wanted.data_class == "redacted"
        if wanted.data_class == "nothing" and self._leaves(seen):
            step(record, "redaction", leaves="nothing")
            raise StepRefused(f"nothing may leave, and `{wanted.name}` is elsewhere")
        if not redacts:
            step(record, "redaction", leaves="text")
            return wanted.arguments, None
        redaction = self.redaction.of_call(seen.tool)
        try:
            sent = redaction.out(wanted.arguments)
        except ValueError as error:
            step(record, "redaction", leaves="redacted")
            raise StepRefused(f"it cannot be redacted: {error}") from error
        step(record, "redaction", leaves="redacted", found=redaction.found)
        if redaction.found and (why := self._wrong(seen, sent)):
            raise StepRefused(
                f"`{wanted.name}` would be told something private, and cannot be "
                f"called without it: {why}"
            )
        return sent, redaction

    def fits(
        self, seen: SeenTool, result: Mapping[str, Any], record: CallRecord
    ) -> None:
        """Size and form of a result."""
        size = len(msgspec.json.encode(result))
        record.bytes_back = size
        step(record, "result", bytes=size)
        if size > LARGEST_RESULT:
            raise StepRefused(
                f"`{seen.tool.listed_name}` answered {size} bytes, and no more than "
                f"{LARGEST_RESULT} are passed on",
                end=CallEnd.FAILED,
            )
        if why := self._no_answer(seen, result):
            raise StepRefused(
                f"`{seen.tool.listed_name}` answered what it should not: {why}",
                end=CallEnd.FAILED,
            )
