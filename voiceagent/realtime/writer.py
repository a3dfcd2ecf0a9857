"""Writing a response: the events of its words, sound and tool calls, in order."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.realtime import events as ev
from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.items import Item
from voiceagent.realtime.response import Phase, Response, SpokenSound, usage
from voiceagent.realtime.steps import Cancel, SessionStep
from voiceagent.realtime.wire import Wire

__all__ = ["Writer"]

SPOKEN = 32
"""Spoken messages that can still be cut: those that a client may not have played."""


class Writer:
    """Writes responses: one of the conversation at a time, others beside it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.active: Response | None = None
        """That of the conversation."""
        self.beside: dict[str, Response] = {}
        """Those that are out of it, by id."""
        self._spoken: dict[str, SpokenSound] = {}
        """By item, the newest last."""

    @property
    def spoken_seconds(self) -> float:
        """How long the answer that is being given sounds so far."""
        return self.active.sound.milliseconds / 1000 if self.active else 0.0

    @property
    def making(self) -> list[str]:
        """Ids of all that are being made."""
        return [*([self.active.id] if self.active else ()), *self.beside]

    def begin(self, response: Response, event_id: str | None) -> None:
        """This one is made from now on; raises `ProtocolFault`."""
        if not response.kept:
            most = self.wire.limits.responses_beside
            if len(self.beside) >= most:
                why = f"{most} responses beside the conversation are being made"
                raise ProtocolFault("too_many_responses", why, event_id=event_id)
            self.beside[response.id] = response
            return
        if self.active is not None:
            raise ProtocolFault(
                "conversation_already_has_active_response",
                "Conversation already has an active response in progress: "
                f"{self.active.id}. Wait until the response is finished before "
                "creating a new one.",
                event_id=event_id,
            )
        self.active = response

    def find(self, response_id: str) -> Response | None:
        """The response, as long as it is being made."""
        if self.active is not None and self.active.id == response_id:
            return self.active
        return self.beside.get(response_id)

    def text(self, response_id: str, delta: str) -> list[SessionStep]:
        """More words of an answer."""
        active = self.find(response_id)
        if active is None or not delta:
            return []
        steps = self._open_message(active)
        return steps + [self.wire.send(**event) for event in active.delta(delta)]

    def audio(self, response_id: str, pcm: bytes, transcript: str) -> list[SessionStep]:
        """More sound of an answer (24 kHz PCM16), and the words in it."""
        active = self.find(response_id)
        if active is None:
            return []
        steps = self.text(response_id, transcript)
        if active.message is None or not pcm:
            return steps
        active.sound.add(len(pcm) // 2, transcript)
        if active.format != "audio/pcm":
            from voiceagent.realtime.companding import from_pcm

            pcm = from_pcm(pcm, active.format)
        delta = binascii.b2a_base64(pcm, newline=False).decode()
        steps.append(
            self.wire.send("response.output_audio.delta", **active.place(), delta=delta)
        )
        return steps

    def tool_call(
        self, response_id: str, call_id: str, name: str, arguments: str
    ) -> list[SessionStep]:
        """The model wants a tool of the client to run."""
        active = self.find(response_id)
        if active is None:
            return []
        steps = self._close_message(active, "completed")
        item = {
            "id": self.wire.new_id("item"),
            "object": "realtime.item",
            "type": "function_call",
            "status": "in_progress",
            "call_id": call_id,
            "name": name,
            "arguments": "",
        }
        steps += self._add(active, item)
        item.update(status="completed", arguments=arguments)
        place = {
            "response_id": active.id,
            "item_id": item["id"],
            "output_index": len(active.output) - 1,
            "call_id": call_id,
        }
        kind = "response.function_call_arguments"
        steps.append(self.wire.send(f"{kind}.delta", **place, delta=arguments))
        done = {**place, "name": name, "arguments": arguments}
        steps.append(self.wire.send(f"{kind}.done", **done))
        steps.append(self.wire.send(**active.item_done(item)))
        if active.kept:
            steps.append(self.wire.item_event("done", item))
        return steps

    def finished(
        self,
        response_id: str,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        metadata: Mapping[str, str] | None = None,
        cut: str = "",
    ) -> list[SessionStep]:
        """The answer is complete, or `cut` says why not; `metadata` is added to the
        client's own."""
        active = self.find(response_id)
        if active is None:
            return []
        room = self.wire.limits.metadata_pairs - len(active.metadata)
        for key, value in list((metadata or {}).items())[: max(0, room)]:
            active.metadata[key] = value[: self.wire.limits.metadata_value]
        status = "incomplete" if cut else "completed"
        details = {"type": status, "reason": cut} if cut else None
        steps = self._close_message(active, status)
        shown = active.shown(status, details, usage=usage(input_tokens, output_tokens))
        return steps + self._over(active, shown, give_again=not cut)

    def failed(self, response_id: str, code: str, message: str) -> list[SessionStep]:
        """There will be no (more) answer."""
        active = self.find(response_id)
        if active is None:
            return []
        error = {"type": "server_error", "code": code, "message": message}
        steps = self._close_message(active, "incomplete")
        details = {"type": "failed", "error": error}
        return steps + self._over(active, active.shown("failed", details))

    def cancel(self, response_id: str, reason: str) -> list[SessionStep]:
        """Stop that response."""
        active = self.find(response_id)
        if active is None:
            return []
        steps: list[SessionStep] = [Cancel(active.id)]
        steps += self._close_message(active, "incomplete")
        details = {"type": "cancelled", "reason": reason}
        return steps + self._over(active, active.shown("cancelled", details))

    def truncate(self, event: ev.ItemTruncate) -> Iterator[SessionStep]:
        """The user heard a spoken answer only so far: the rest is forgotten."""
        item = self.wire.items.find(event.item_id, event.event_id)
        spoken = self._spoken.get(event.item_id)
        if item.get("role") != "assistant" or event.content_index != 0:
            raise ProtocolFault(
                "invalid_value",
                "only an answer's first part can be cut",
                param="item_id",
                event_id=event.event_id,
            )
        if spoken is None:
            raise ProtocolFault(
                "invalid_value",
                "the answer has no audio that is still known",
                param="item_id",
                event_id=event.event_id,
            )
        length = spoken.milliseconds
        if not 0 <= event.audio_end_ms <= length:
            raise ProtocolFault(
                "invalid_value",
                f"Audio content of {length}ms is already shorter than "
                f"{event.audio_end_ms}ms",
                param="audio_end_ms",
                event_id=event.event_id,
            )
        heard = spoken.heard(event.audio_end_ms)
        item["content"] = [{"type": "output_audio", "transcript": heard}]
        yield self.wire.keep()
        yield self.wire.send(
            "conversation.item.truncated",
            item_id=event.item_id,
            content_index=0,
            audio_end_ms=event.audio_end_ms,
        )

    def again(self, record: Mapping[str, Any]) -> Iterator[SessionStep]:
        """A finished response once more, as if it had just been made."""
        shown = dict(record["response"])
        again = Response(shown["id"], False, shown.get("metadata") or {}, kept=False)
        yield self.wire.send("response.created", response=again.shown("in_progress"))
        for item in shown["output"]:
            for event in _replayed(again, dict(item)):
                yield self.wire.send(**event)
        yield self.wire.send("response.done", response=shown)

    def _open_message(self, active: Response) -> list[SessionStep]:
        if active.message is not None:
            return []
        item = {
            "id": self.wire.new_id("item"),
            "object": "realtime.item",
            "type": "message",
            "role": "assistant",
            "status": "in_progress",
            "content": [],
        }
        steps = self._add(active, item)
        active.message, active.text = item, ""
        if active.spoken:
            active.sound = self._spoken[str(item["id"])] = SpokenSound()
            while len(self._spoken) > SPOKEN:
                del self._spoken[next(iter(self._spoken))]
        return steps + [self.wire.send(**event) for event in active.open_part()]

    def _add(self, active: Response, item: Item) -> list[SessionStep]:
        steps: list[SessionStep] = [
            self.wire.send(**event) for event in active.begin(item)
        ]
        if active.kept:
            self.wire.items.add(item, None)
            steps.append(self.wire.item_event("added", item))
        return steps

    def _close_message(self, active: Response, status: str) -> list[SessionStep]:
        item = active.message
        if item is None:
            return []
        steps: list[SessionStep] = [
            self.wire.send(**event) for event in active.close_message(status)
        ]
        active.message = None
        if active.kept and self.wire.items.holds(item):
            steps.append(self.wire.item_event("done", item))
        return steps

    def _over(
        self, active: Response, shown: dict[str, Any], *, give_again: bool = False
    ) -> list[SessionStep]:
        active.phase = Phase.DONE
        if self.active is active:
            self.active = None
        self.beside.pop(active.id, None)
        if active.key and give_again:
            self.wire.finished(active.key, {"response": shown})
        kept: list[SessionStep] = [self.wire.keep()] if active.kept else []
        return [*kept, self.wire.send("response.done", response=shown)]


def _replayed(again: Response, item: Item) -> Iterator[dict[str, Any]]:
    """All events of one finished item."""
    if item["type"] != "message":
        yield from again.begin(item)
        yield again.item_done(item)
        return
    text = str(item["content"][0].get("text") or item["content"][0].get("transcript"))
    yield from again.begin({**item, "status": "in_progress", "content": []})
    again.message, again.text = dict(item), ""
    yield from again.open_part()
    yield from again.delta(text)
    yield from again.close_message(str(item["status"]))
