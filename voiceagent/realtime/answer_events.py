"""The server's events about one question: words, tools, and how it ended."""

from __future__ import annotations

from msgspec import Struct

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.refusals import failure
from voiceagent.realtime.server_events import (
    DONE_KINDS,
    DeltaEvent,
    ErrorTold,
    FailureEvent,
    ItemShown,
    PartShown,
    ResponseShown,
    ServerEvent,
    TranscribedEvent,
)
from voiceagent.realtime.turn import RemoteTurn, answered, used
from voiceagent.routing.remote import HeardAs, RemoteTool

__all__ = ["take", "told_error"]

MOST_CALLS, MOST_ROUNDS = 16, 8
"""Tools that are called at once, and how often an answer waits for tools."""


def take(turn: RemoteTurn, kind: str, event: Struct) -> None:
    """An event that may be about the turn. Raises `RemoteFailed` where there will be no
    (more) answer."""
    match event:
        case TranscribedEvent():
            turn.pieces.append(HeardAs(event.transcript))
        case FailureEvent():
            cause = told_error(event).message or ""
            what = "the region did not understand the audio"
            raise RemoteFailed(what, cause=cause[:200])
        case ServerEvent() if kind == "response.created":
            _created(turn, event.response or ResponseShown())
        case ServerEvent() if turn.replies.belongs(_response_of(event)):
            _answer(turn, kind, event)


def told_error(event: FailureEvent) -> ErrorTold:
    """What went wrong, where it is told at all."""
    if isinstance(event.error, str):
        return ErrorTold(message=event.error)
    return event.error or ErrorTold()


def _response_of(event: ServerEvent) -> str:
    given = event.response.id if event.response is not None else None
    return given or event.response_id or ""


def _created(turn: RemoteTurn, response: ResponseShown) -> None:
    told = (response.metadata or {}).get("voiceagent.turn_id")
    ours = None if told is None else told == turn.envelope.turn_id
    turn.replies.created(response.id or "", ours=ours)


def _answer(turn: RemoteTurn, kind: str, event: ServerEvent) -> None:
    reader, response = turn.replies.reader, _response_of(event)
    match kind:
        case _ if isinstance(event, DeltaEvent):
            heard = "transcript" in kind
            _say(turn, response, reader.delta(event.delta, transcript=heard))
        case _ if kind in DONE_KINDS:
            told = PartShown(text=event.text, transcript=event.transcript)
            _say(turn, response, reader.part(told))
        case "response.content_part.done" if event.part is not None:
            _say(turn, response, reader.part(event.part))
        case "response.output_item.added" | "response.output_item.done":
            _item(turn, response, event.item or ItemShown(), done=kind.endswith("done"))
        case "response.function_call_arguments.done":
            turn.calls.note(_called_in(event))
        case "response.done":
            turn.replies.chosen(response)
            _done(turn, event.response or ResponseShown())
        case _:
            pass


def _say(turn: RemoteTurn, response: str, words: str) -> None:
    if words:
        turn.replies.chosen(response)
        turn.words(words)


def _item(turn: RemoteTurn, response: str, item: ItemShown, *, done: bool) -> None:
    if item.type == "message":
        turn.replies.item = item.id or turn.replies.item
        for part in (item.content or ()) if done else ():
            _say(turn, response, turn.replies.reader.part(part))
    elif item.type == "function_call" and done:
        turn.calls.note(item)


def _called_in(event: ServerEvent) -> ItemShown:
    return ItemShown(
        id=event.item_id,
        type="function_call",
        call_id=event.call_id,
        name=event.name,
        arguments=event.arguments,
    )


def _done(turn: RemoteTurn, response: ResponseShown) -> None:
    turn.asked.ended = True
    turn.words(turn.replies.reader.whole(response.output or []))
    _check_status(response)
    if _called(turn, response):
        return  # the answer goes on when the tools have run
    facts = {"metadata": response.metadata, "usage": response.usage}
    turn.pieces.append(answered(facts, turn.calls.used))
    turn.done = True


def _check_status(response: ResponseShown) -> None:
    """Raises `RemoteFailed` where it did not end well."""
    details = response.status_details
    error = (details.error if details else None) or ErrorTold()
    why = ((details.reason if details else None) or "")[:60]
    match response.status:
        case "failed":
            cause = error.message or ""
            raise failure(error.name, cause, "the region failed")
        case "cancelled":
            raise RemoteFailed("the region cancelled the answer", cause=why)
        case "incomplete":
            raise RemoteFailed("the region broke the answer off", cause=why)
        case _:
            pass


def _called(turn: RemoteTurn, response: ResponseShown) -> bool:
    """Whether tools were called; only now, since nothing may be answered before the
    response is done."""
    for item in response.output or ():
        if item.type == "function_call":
            turn.calls.note(item)
    calls = turn.calls.taken()
    if not calls:
        return False
    turn.calls.rounds += 1
    if len(calls) > MOST_CALLS or turn.calls.rounds > MOST_ROUNDS:
        raise RemoteFailed("the region calls tools without end")
    turn.calls.used = used(response.usage, turn.calls.used)
    turn.called()
    for call_id, call in calls.items():
        if call.name is None:
            raise RemoteFailed("the region calls a tool without a name")
        turn.calls.waiting.add(call_id)
        tool = RemoteTool(call_id, call.name, call.arguments or "{}")
        turn.pieces.append(tool)
    return True
