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
from voiceagent.realtime.wire import Wire
from voiceagent.realtime.writer import Writer

__all__ = ["Answering"]

KEY = "voiceagent.idempotency_key"


class Answering:
    """Begins responses, once the words that they answer are known."""

    def __init__(self, wire: Wire, writer: Writer) -> None:
        self.wire, self.writer = wire, writer
        self.unheard: set[str] = set()
        """User items whose words are not known yet."""
        self.refused = ""
        """Why the last item was not taken: nobody asks again what stood before it."""
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
        refused, self.refused = self.refused, ""
        if refused and given.get("input") is None:
            raise ProtocolFault(
                "item_refused",
                f"the item to be answered was refused: {refused}",
                event_id=event_id,
            )
        told = msgspec.to_builtins(
            fields_of(given, ResponseFields, "response", event_id)
        )
        given_input = told.get("input")
        own = None if given_input is None else self._input(given_input, event_id)
        respond = self._respond(told, own, metadata, event_id)
        response = Response(
            respond.response_id,
            respond.spoken,
            metadata,
            kept=told.get("conversation") != "none",
            key=key,
            format=self._format(told, event_id),
        )
        self.writer.begin(response, event_id)
        shown = response.shown("in_progress")
        yield self.wire.send("response.created", response=shown)
        if self._unheard(own):
            self._pending[response.id] = respond, own
            yield AwaitWords(response.id, tuple(sorted(self.unheard)), metadata)
            return
        response.phase = Phase.RUNNING
        yield respond

    def _unheard(self, own: list[Item] | None) -> bool:
        """Whether words of what is to be answered are still missing."""
        if own is None:
            return bool(self.unheard)
        return any(item["id"] in self.unheard for item in own)

    def _respond(
        self,
        given: Mapping[str, Any],
        own: list[Item] | None,
        metadata: dict[str, str],
        event_id: str | None,
    ) -> Respond:
        told = {k: given[k] for k in USUAL if given.get(k) is not None}
        values = {**self.wire.settings.values, **told}
        check_sizes(values, self.wire.limits, "response", event_id)
        most = values["max_output_tokens"]
        items = self.wire.items.items if own is None else own
        return Respond(
            response_id=self.wire.new_id("resp"),
            messages=as_messages(items),
            instructions=values["instructions"],
            tools=tools_for(values, "response", event_id),
            must_call=values["tool_choice"] not in ("auto", "none"),
            max_tokens=None if most == "inf" else most,
            spoken=values["output_modalities"] == ["audio"],
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
        item = self.wire.items.find(item_id)
        item["content"] = [{"type": "input_audio", "transcript": text}]
        kind = "conversation.item.input_audio_transcription"
        place = {"item_id": item_id, "content_index": 0}
        steps: list[SessionStep] = []
        if text:
            steps.append(self.wire.send(f"{kind}.delta", **place, delta=text))
        spent = {"type": "duration", "seconds": round(seconds, 3)}
        steps.append(
            self.wire.send(f"{kind}.completed", **place, transcript=text, usage=spent)
        )
        steps.append(self.wire.item_event("done", item))
        return steps + self._with_words()

    def transcription_failed(
        self, item_id: str, code: str, message: str
    ) -> list[SessionStep]:
        """Nobody could make out the words of a user item."""
        if item_id not in self.unheard:
            return []
        self.unheard.discard(item_id)
        item = self.wire.items.find(item_id)
        steps: list[SessionStep] = [
            self.wire.send(
                "conversation.item.input_audio_transcription.failed",
                item_id=item_id,
                content_index=0,
                error={
                    "type": "transcription_error",
                    "code": code,
                    "message": message,
                    "param": None,
                },
            ),
            self.wire.item_event("done", item),
        ]
        for response_id in [] if self.unheard else list(self._pending):
            steps += self.failed(response_id, code, message)
        return steps

    def forgotten(self, item_id: str) -> list[SessionStep]:
        """A user item is gone; nobody waits for its words any more."""
        self.unheard.discard(item_id)
        return self._with_words()

    def _with_words(self) -> list[SessionStep]:
        """The responses that waited for these words begin with them."""
        if self.unheard:
            return []
        waiting, self._pending = self._pending, {}
        steps: list[SessionStep] = []
        for respond, own in waiting.values():
            if response := self.writer.find(respond.response_id):
                response.phase = Phase.RUNNING
            items = self.wire.items.items if own is None else own
            steps.append(replace(respond, messages=as_messages(items)))
        return steps
