"""The path of a call, the same for every era and every transport.

name from the body > known and pinned > arguments > policy > rate > record > time left >
redaction out > call > form and size of the result > redaction back > audit

Each step is a pure decision; what it went by stands in the record. A refusal is an
ordinary result with words that the call can be mended by, and is on record like any
other. What is cancelled here is cancelled at the server.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from voiceagent.clock import now, waited
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.gateway.call_keys import CallKeys
from voiceagent.gateway.call_record import (
    CallEnd,
    CallRecord,
    CallReply,
    StepRefused,
    refusal,
    step,
)
from voiceagent.gateway.call_steps import CallSteps
from voiceagent.gateway.caller import Caller
from voiceagent.gateway.catalogue import Catalogue
from voiceagent.gateway.pins import SeenTool
from voiceagent.gateway.tool import ToolClass
from voiceagent.gateway.upstream import CallExpired
from voiceagent.gateway.wire import OURS, CallOnWire

__all__ = ["CallPath"]


@dataclass(slots=True)
class CallPath:
    """Makes calls for callers."""

    steps: CallSteps
    keys: CallKeys = field(default_factory=CallKeys)

    @property
    def catalogue(self) -> Catalogue:
        """Where its tools come from."""
        return self.steps.catalogue

    async def __call__(self, caller: Caller, wanted: CallOnWire) -> CallReply:
        """The result, made or refused; raises nothing but `CancelledError`."""
        began = now()
        record = _record(caller, wanted)
        try:
            result = await self._made(caller, wanted, record, began)
            failed = bool(result.get("isError"))
            record.end = CallEnd.TOOL_ERROR if failed else CallEnd.OK
            record.refused_at = ""
        except StepRefused as refused:
            record.end, record.words = refused.end, refused.words
            result = refusal(refused.words)
        except asyncio.CancelledError:
            record.end, record.words = CallEnd.CANCELLED, "the caller went away"
            raise
        finally:
            record.took = now() - began
            self.steps.walls.book(record)
        return CallReply(result, record)

    def refused(
        self, caller: Caller, wanted: CallOnWire, step: str, words: str
    ) -> None:
        """A call that came no further than that is on record, too."""
        record = _record(caller, wanted)
        record.refused_at, record.words = step, words
        self.steps.walls.book(record)

    async def _made(
        self, caller: Caller, wanted: CallOnWire, record: CallRecord, began: float
    ) -> dict[str, Any]:
        seen = self.steps.known(wanted, record)
        self.steps.checked(caller, seen, wanted, record)
        within = self.steps.time(seen, wanted, record, began)
        sent, redaction = self.steps.redacted(seen, wanted, record)
        if wanted.key and seen.tool.klass is ToolClass.EFFECT:
            result = await self._once(caller, seen, wanted, sent, within, record)
        else:
            result = await self._called(seen, wanted, sent, within, record)
        self.steps.fits(seen, result, record)
        return redaction.back(result) if redaction else result

    async def _once(
        self,
        caller: Caller,
        seen: SeenTool,
        wanted: CallOnWire,
        sent: Mapping[str, Any],
        within: float,
        record: CallRecord,
    ) -> dict[str, Any]:
        """The effect under that key, or what became of it when it was made."""
        arguments = msgspec.json.encode(wanted.arguments, order="sorted")
        kept, new = self.keys.begin(caller.subject, wanted.name, wanted.key, arguments)
        if new:
            try:
                result = await self._called(seen, wanted, sent, within, record)
                kept.keep(result)
                return result
            finally:
                kept.ended.set()
        record.key = wanted.key
        step(record, "key", key=wanted.key)
        if kept.arguments != arguments:
            raise StepRefused("this key was used for other arguments")
        await waited(kept.ended, within)
        if kept.result is None:
            raise StepRefused(
                f"`{wanted.name}` was begun under this key, and whether it was done is "
                "not known: it is not done again"
            )
        return dict(kept.result)

    async def _called(
        self,
        seen: SeenTool,
        wanted: CallOnWire,
        sent: Mapping[str, Any],
        within: float,
        record: CallRecord,
    ) -> dict[str, Any]:
        upstream = self.catalogue.upstreams[seen.tool.server]
        meta: dict[str, Any] = {OURS + "remaining-ms": round(within * 1000)}
        if seen.tool.klass is not ToolClass.READ:
            record.key = wanted.key or secrets.token_hex(12)
            meta[OURS + "idempotency-key"] = record.key
        record.bytes_out = len(msgspec.json.encode(sent))
        step(record, "call", within=within, key=record.key)
        began = now()
        try:
            return await upstream.call(
                seen.tool.name,
                sent,
                within=within,
                meta=meta,
                schema=seen.tool.input_schema,
            )
        except CallExpired as error:
            words = f"`{wanted.name}` did not answer in {within * 1000:.0f} ms"
            if seen.tool.klass is ToolClass.EFFECT:
                words += "; whether it was done is not known"
            raise StepRefused(words, end=CallEnd.EXPIRED) from error
        except (LinkDown, RemoteFailed) as error:
            raise StepRefused(error.brief, end=CallEnd.FAILED) from error
        finally:
            record.upstream_took = now() - began


def _record(caller: Caller, wanted: CallOnWire) -> CallRecord:
    return CallRecord(
        subject=caller.subject,
        region=caller.region,
        listed=wanted.name,
        session=wanted.session,
        turn=wanted.turn,
        trace_id=wanted.trace_id,
        arguments=wanted.arguments,
        caller=caller.kind,
        data_class=wanted.data_class,
        remaining=wanted.remaining,
    )
