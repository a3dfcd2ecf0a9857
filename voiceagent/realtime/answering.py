"""Answering: when a response begins, from which words, and what it may be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.fields import ResponseFields, fields_of
from voiceagent.realtime.items import Item, as_messages, checked_item, take_audio
from voiceagent.realtime.response import Phase, Response
from voiceagent.realtime.settings import (
    USUAL,
    check_sizes,
    metadata_of,
    sound_format,
    tools_for,
)
from voiceagent.realtime.steps import AwaitWords, Respond, SessionStep
from voiceagent.realtime.truncation import fitted
from voiceagent.realtime.wire import Wire
from voiceagent.realtime.writer import Writer

__all__ = ["Answering"]

KEY = "voiceagent.idempotency_key"
TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Answering:
    """Begins responses, once the words that they answer are known."""

    def __init__(self, wire: Wire, writer: Writer) -> None:
        self.wire, self.writer = wire, writer
        self.unheard: set[str] = set()
        """User items whose words are not known yet."""
        self._refused: tuple[str, str] | None = None
        """Why an item was not taken, and the id of the one that it would have followed:
        nobody asks again what stood before it."""
        self._pending: dict[str, tuple[Respond, list[Item] | None]] = {}
        """Responses that wait for those words, by id, and the items that they answer;
        None: the conversation as it is then."""

    def cancel(self, response_id: str, reason: str) -> list[SessionStep]:
        """Stop that response."""
        self._pending.pop(response_id, None)
        return self.writer.cancel(response_id, reason)

    def failed(self, response_id: str, code: str, message: str) -> list[SessionStep]:
        """There will be no (more) answer."""
        self._pending.pop(response_id, None)
        return self.writer.failed(response_id, code, message)

    def create_response(
        self, given: Mapping[str, Any], event_id: str | None
    ) -> Iterator[SessionStep]:
        """Answer, as soon as the user's words are known."""
        metadata = metadata_of(given, self.wire.limits, event_id)
        key = metadata.get(KEY, "")
        if key and key in self.wire.answered:
            yield from self.writer.again(self.wire.answered[key])
            return
        refused, self._refused = self._refused, None
        if refused and refused[1] == self._last and given.get("input") is None:
            raise ProtocolFault(
                "item_refused",
                f"the item to be answered was refused: {refused[0]}",
                event_id=event_id,
            )
        told = msgspec.to_builtins(
            fields_of(given, ResponseFields, "response", event_id)
        )
        given_input = told.get("input")
        own = None if given_input is None else self._input(given_input, event_id)
        respond = self._respond(told, metadata, event_id)
        kept = told.get("conversation") != "none"
        response = Response(
            respond.response_id,
            respond.spoken,
            metadata,
            kept=kept,
            key=key,
            format=self._format(told, event_id),
            conversation=self.wire.conversation if kept else None,
            max_tokens=respond.max_tokens,
        )
        self.writer.begin(response, event_id)
        shown = response.shown("in_progress")
        yield self.wire.send("response.created", response=shown)
        if self._unheard(own):
            self._pending[response.id] = respond, own
            yield AwaitWords(response.id, tuple(sorted(self.unheard)), metadata)
            return
        yield from self._run(respond, own)

    def _run(self, respond: Respond, own: list[Item] | None) -> list[SessionStep]:
        """All words are there: it begins, if not too many."""
        response = self.writer.find(respond.response_id)
        if response is None:
            return []
        items = self.wire.items.items if own is None else own
        wanted = self.wire.settings.values["truncation"]
        most = self.wire.limits.context_tokens
        try:
            messages = fitted(as_messages(items), wanted, most)
        except ProtocolFault as fault:
            return self.failed(response.id, fault.code, fault.message)
        response.phase = Phase.RUNNING
        return [replace(respond, messages=messages)]

    def item_refused(self, why: str) -> None:
        """An item was not taken: the next response would answer an older one."""
        self._refused = why, self._last

    @property
    def _last(self) -> str:
        items = self.wire.items.items
        return str(items[-1]["id"]) if items else ""

    def _unheard(self, own: list[Item] | None) -> bool:
        """Whether words of what is to be answered are still missing."""
        if own is None:
            return bool(self.unheard)
        return any(item["id"] in self.unheard for item in own)

    def _respond(
        self,
        given: Mapping[str, Any],
        metadata: dict[str, str],
        event_id: str | None,
    ) -> Respond:
        """All but the conversation that is answered."""
        told = {k: given[k] for k in USUAL if given.get(k) is not None}
        values = {**self.wire.settings.values, **told}
        check_sizes(values, self.wire.limits, "response", event_id)
        most, said = values["max_output_tokens"], values["audio"]["output"]
        own = given.get("audio", {}).get("output", {})
        return Respond(
            response_id=self.wire.new_id("resp"),
            messages=(),
            instructions=values["instructions"],
            tools=tools_for(values, "response", event_id),
            must_call=values["tool_choice"] not in ("auto", "none"),
            max_tokens=None if most == "inf" else most,
            one_call=not values["parallel_tool_calls"],
            spoken=values["output_modalities"] == ["audio"],
            speed=own.get("speed") or said["speed"],
            metadata=metadata,
        )

    def _format(self, given: Mapping[str, Any], event_id: str | None) -> str:
        """How the sound of that response is written."""
        usual = self.wire.settings.values["audio"]["output"]["format"]
        own = given.get("audio", {}).get("output", {}).get("format")
        where = "response.audio.output.format"
        wanted = sound_format(own, where, event_id) if own else usual
        return str(wanted["type"])

    def _input(self, given: object, event_id: str | None) -> list[Item]:
        if not isinstance(given, list) or not all(isinstance(i, dict) for i in given):
            raise ProtocolFault(
                "invalid_value",
                "`input` is a list of items",
                param="response.input",
                event_id=event_id,
            )
        found: list[Item] = []
        for item in given:
            if item.get("type") == "item_reference":
                found.append(self.wire.items.find(str(item.get("id")), event_id))
            else:
                found.append(self._own(item, len(found), event_id))
        return found

    def _own(self, item: Mapping[str, Any], number: int, event_id: str | None) -> Item:
        try:
            own = checked_item(item, self.wire.limits, event_id)
            if take_audio(own):
                why = "sound is heard in items of the conversation, not in one response"
                raise ProtocolFault("invalid_value", why, param="item.content")
            return own
        except ProtocolFault as fault:
            place = (fault.param or "item").removeprefix("item")
            fault.param = f"response.input[{number}]{place}"
            raise

    def transcribed(self, item_id: str, text: str, seconds: float) -> list[SessionStep]:
        """The words of a user item."""
        if item_id not in self.unheard:
            return []
        self.unheard.discard(item_id)
        kind, place = TRANSCRIPTION, self._place(item_id)
        steps: list[SessionStep] = []
        if text:
            steps.append(self.wire.send(f"{kind}.delta", **place, delta=text))
        spent = {"type": "duration", "seconds": round(seconds, 3)}
        steps.append(
            self.wire.send(f"{kind}.completed", **place, transcript=text, usage=spent)
        )
        return [*steps, *self._item_done(item_id, text), *self._with_words()]

    def transcription_failed(
        self, item_id: str, code: str, message: str
    ) -> list[SessionStep]:
        """Nobody could make out the words of a user item."""
        if item_id not in self.unheard:
            return []
        self.unheard.discard(item_id)
        error = {
            "type": "transcription_error",
            "code": code,
            "message": message,
            "param": None,
        }
        place = self._place(item_id)
        steps: list[SessionStep] = [
            self.wire.send(f"{TRANSCRIPTION}.failed", **place, error=error),
            *self._item_done(item_id, None),
        ]
        for response_id, (_, own) in list(self._pending.items()):
            lacks = own is None and not self.unheard
            if lacks or any(item["id"] == item_id for item in own or ()):
                steps += self.failed(response_id, code, message)
        return steps

    def _place(self, item_id: str) -> dict[str, Any]:
        """Where the words of an item belong."""
        parts = self._parts(item_id)
        unheard = (n for n, part in enumerate(parts) if _unheard(part))
        return {"item_id": item_id, "content_index": next(unheard, 0)}

    def _parts(self, item_id: str) -> list[Item]:
        """Of an item; none where it is gone, as the oldest ones go."""
        if not self.wire.items.has(item_id):
            return []
        parts: list[Item] = self.wire.items.find(item_id).get("content", [])
        return parts

    def _item_done(self, item_id: str, text: str | None) -> list[SessionStep]:
        """Its sound is words now, what was written beside it stays."""
        heard, parts = [], self._parts(item_id)
        if not any(map(_unheard, parts)):
            return []
        for part in parts:
            if _unheard(part):
                part, text = {**part, "transcript": text}, text and ""
            heard.append(part)
        item = self.wire.items.find(item_id)
        item["content"] = heard
        return [self.wire.item_event("done", item)]

    def forgotten(self, item_id: str) -> list[SessionStep]:
        """A user item is gone; nobody waits for its words any more."""
        self.unheard.discard(item_id)
        return self._with_words()

    def _with_words(self) -> list[SessionStep]:
        """The responses that waited for these words begin with them."""
        ready = [one for one in self._pending.values() if not self._unheard(one[1])]
        for respond, _ in ready:
            del self._pending[respond.response_id]
        return [step for respond, own in ready for step in self._run(respond, own)]


def _unheard(part: Mapping[str, Any]) -> bool:
    return part["type"] == "input_audio" and part["transcript"] is None
