"""The server's events about one question: words, tools, and how it ended."""

from __future__ import annotations

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.turn import RemoteTurn, answered, used
from voiceagent.routing.remote import HeardAs, RemoteTool

__all__ = ["take"]

MOST_CALLS, MOST_ROUNDS = 16, 8
"""Tools that are called at once, and how often an answer waits for tools."""
WORDS = (
    *("response.output_text", "response.output_audio_transcript"),
    *("response.text", "response.audio_transcript"),
)
"""Events of words, as they are called now and in the beta protocol."""
CALL = ("call_id", "name", "arguments")
TRANSCRIPTION = "conversation.item.input_audio_transcription"


def take(turn: RemoteTurn, event: WireEvent) -> None:
    """An event that may be about the turn. Raises `RemoteFailed` where there will be no
    (more) answer, and what Python raises where the event lacks something."""
    kind = event["type"]
    if kind == f"{TRANSCRIPTION}.completed":
        turn.pieces.append(HeardAs(_text(event["transcript"])))
    elif kind == f"{TRANSCRIPTION}.failed":
        raise RemoteFailed(
            "the region did not understand the audio",
            cause=str(event["error"].get("message", ""))[:200],
        )
    elif kind == "response.created":
        _created(turn, event["response"])
    elif _belongs(turn, event):
        _answer(turn, event)


def _created(turn: RemoteTurn, response: WireEvent) -> None:
    told = (response.get("metadata") or {}).get("voiceagent.turn_id")
    if told in (None, turn.envelope.turn_id):
        turn.response = response["id"]


def _belongs(turn: RemoteTurn, event: WireEvent) -> bool:
    response = event.get("response")
    given = response.get("id") if isinstance(response, dict) else None
    given = given or event.get("response_id")
    return bool(turn.response) and given == turn.response


def _answer(turn: RemoteTurn, event: WireEvent) -> None:
    kind, _, part = event["type"].rpartition(".")
    if kind in WORDS:
        if part == "delta":
            turn.words(_text(event["delta"]))
        elif turn.silent:  # a server that tells the words only when they are all there
            turn.words(_text(event.get("text") or event.get("transcript") or ""))
        return
    match event["type"]:
        case "response.output_item.added":
            if event["item"].get("type") == "message":
                turn.item = event["item"]["id"]
        case "response.done":
            _done(turn, event["response"])
        case _:
            pass


def _done(turn: RemoteTurn, response: WireEvent) -> None:
    status, details = response.get("status"), response.get("status_details") or {}
    if status == "failed":
        error = details.get("error") or {}
        raise RemoteFailed(
            f"the region failed: {str(error.get('code'))[:60]}",
            cause=str(error.get("message", ""))[:200],
        )
    if status == "cancelled":
        raise RemoteFailed("the region cancelled the answer")
    if status == "incomplete":
        why = str(details.get("reason") or "")[:60]
        raise RemoteFailed("the region broke the answer off", cause=why)
    if turn.silent:
        turn.words(_whole(response))
    if _called(turn, response):
        return  # the answer goes on when the tools have run
    turn.pieces.append(answered(response, turn.calls.used))
    turn.done = True


def _whole(response: WireEvent) -> str:
    """All words of a response that is done."""
    parts = [
        part
        for item in response.get("output") or ()
        if item.get("type") == "message"
        for part in item.get("content") or ()
    ]
    return " ".join(
        filter(None, (_text(p.get("text") or p.get("transcript") or "") for p in parts))
    )


def _called(turn: RemoteTurn, response: WireEvent) -> bool:
    """Whether tools were called; only now, since nothing may be answered before the
    response is done."""
    items = response.get("output") or ()
    calls = [item for item in items if item.get("type") == "function_call"]
    if not calls:
        return False
    turn.calls.rounds += 1
    if len(calls) > MOST_CALLS or turn.calls.rounds > MOST_ROUNDS:
        raise RemoteFailed("the region calls tools without end")
    turn.calls.used = used(response, turn.calls.used)
    turn.called()
    for call in calls:
        tool = RemoteTool(*(_text(call[key]) for key in CALL))
        turn.calls.waiting.add(tool.call_id)
        turn.pieces.append(tool)
    return True


def _text(value: object) -> str:
    """Raises `TypeError` where words are none."""
    if not isinstance(value, str):
        raise TypeError
    return value
