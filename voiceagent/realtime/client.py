"""The edge's side of a Realtime session, sans-I/O: questions in, events out, and back.

Works with any server of the protocol. Where the server is ours (it says so with
`voiceagent.session.ready`), events are numbered and kept until they are known to have
arrived, so that a cut line is caught up with: nothing is lost, nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.answer_events import take
from voiceagent.realtime.client_outbox import ClientOutbox
from voiceagent.realtime.events import decode_server
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.question_events import QuestionEvents
from voiceagent.realtime.turn import RemoteTurn

__all__ = ["ClientSession"]

OVER = ("response_cancel_not_active", "item_not_found")
"""Codes of errors that tell of what was over already."""
NOTHING_TO_RESUME = ("resume_unknown", "resume_too_old")


class ClientSession:
    """Builds the client's events and reads the server's."""

    def __init__(self) -> None:
        self.session_id = self.token = self.region = ""
        self.countersigns = False
        """Whether the server signs how far receipts reach."""
        self.countersigned: WireEvent | None = None
        """What it has signed and nobody has looked at yet."""
        self.last_event_id = ""
        """The last server event that arrived."""
        self.turn: RemoteTurn | None = None
        self.outbox = ClientOutbox()
        self._questions = QuestionEvents(self.outbox)

    @property
    def ours(self) -> bool:
        """Whether the server knows our own events."""
        return self.outbox.ours

    @property
    def open_turn(self) -> RemoteTurn | None:
        """The question that is not answered yet."""
        return self.turn if self.turn is not None and not self.turn.over else None

    def set_up(self, instructions: str) -> WireEvent:
        """The first event of a session."""
        return self._questions.set_up(instructions)

    def ask(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """All events of a question."""
        self.turn = turn
        self.outbox.arrived()
        yield from self._questions.asking(turn)

    def ask_again(self) -> Iterator[WireEvent]:
        """The open question once more, on a session that does not know it."""
        turn = self.open_turn
        if turn is not None:
            turn.again()
            yield from self._questions.asking(turn)

    def cancel(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """Nobody waits for that answer any more; late words of it are dropped."""
        if not turn.over:
            turn.cancelled = True
            yield self._questions.cancel()

    def tool(self, turn: RemoteTurn, call_id: str, output: str) -> Iterator[WireEvent]:
        """What a tool gave; the answer goes on when all that were called have."""
        if not turn.over and call_id in turn.calls.waiting:
            turn.calls.waiting.discard(call_id)
            yield from self._questions.tool(turn, call_id, output)

    def heard(self, turn_id: str, text: str) -> Iterator[WireEvent]:
        """The user heard only so much of that answer: its item is replaced."""
        yield from self._questions.heard(turn_id, text)

    def resume(self) -> WireEvent | None:
        """The first event on a new line; None where there is nothing to go on with."""
        if not (self.ours and self.token):
            return None
        return {
            "type": "voiceagent.session.resume",
            "session_id": self.session_id,
            "token": self.token,
            "last_event_id": self.last_event_id,
        }

    def begin_anew(self, number: int = 0) -> None:
        """The next events go to a session that knows nothing; it has had `number`."""
        self.last_event_id = ""
        self.outbox.begin_anew(number)
        self._questions.begin_anew()

    def receive(self, raw: str | bytes) -> WireEvent | None:
        """A frame of the server; pieces go to the turn they belong to.

        Gives the event where it is about the session, else None. What is no event of
        the protocol fails the open turn.
        """
        event = decode_server(raw)
        if event is None:
            self._fail("the region sent something that is no event")
            return None
        self._count(event)
        match event["type"]:
            case "session.created" | "voiceagent.session.resumed":
                return event
            case "voiceagent.session.ready":
                self._ready(event)
                return event
            case "voiceagent.receipts.countersigned":
                self.countersigned = event
                return event
            case "error":
                return self._error(event)
        self._about_the_turn(event)
        return None

    def _count(self, event: WireEvent) -> None:
        event_id = event.get("event_id")
        if self.ours and isinstance(event_id, str) and event_id.startswith("event_"):
            self.last_event_id = event_id

    def _ready(self, event: WireEvent) -> None:
        self.outbox.ours = True
        self.session_id = str(event.get("session_id", ""))
        self.token = str(event.get("resume_token", ""))
        self.region = str(event.get("region", ""))
        self.countersigns = event.get("countersigns") is True
        self.last_event_id = str(event.get("event_id", ""))

    def _about_the_turn(self, event: WireEvent) -> None:
        turn = self.open_turn
        if turn is None:
            return
        try:
            take(turn, event)
        except RemoteFailed as error:
            turn.error = error
        except (KeyError, TypeError, AttributeError, IndexError):
            self._fail("the region sent an event that lacks something")
        if turn.done:
            self._questions.remember(turn)
            self.outbox.arrived()

    def _error(self, event: WireEvent) -> WireEvent | None:
        error = event.get("error")
        told: Mapping[str, Any] = error if isinstance(error, dict) else {}
        code = str(told.get("code") or told.get("type") or "error")
        if code in NOTHING_TO_RESUME:
            return event
        if code not in OVER and self.open_turn is not None:
            self.open_turn.error = RemoteFailed(
                f"the region refused: {code[:60]}",
                cause=str(told.get("message", ""))[:200],
            )
        return None

    def _fail(self, what: str) -> None:
        if self.open_turn is not None:
            hint = "is it a Realtime endpoint?"
            self.open_turn.error = RemoteFailed(what, hint=hint)
