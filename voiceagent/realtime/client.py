"""The edge's side of a Realtime session, sans-I/O: questions in, events out, and back.

Works with any server of the protocol. Where the server is ours (it says so with
`voiceagent.session.ready`), events are numbered and kept until they are known to have
arrived, so that a cut line is caught up with: nothing is lost, nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.realtime.answer_events import take, told_error
from voiceagent.realtime.client_outbox import ClientOutbox
from voiceagent.realtime.events import decode_server
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.question_events import QuestionEvents
from voiceagent.realtime.refusals import failure
from voiceagent.realtime.replies import PastReplies, Replies
from voiceagent.realtime.server_events import (
    FailureEvent,
    ReadyTold,
    ServerEvent,
    read_event,
)
from voiceagent.realtime.turn import RemoteTurn

__all__ = ["ClientSession"]

OVER = ("response_cancel_not_active", "item_not_found")
"""Codes of errors that tell of what was over already."""
NOTHING_TO_RESUME = ("resume_unknown", "resume_too_old")
ENDED = ("session_expired", "session_ended")
"""Codes of errors after which a session takes no more questions."""
OWN = ("ask_", "edge_")
"""How the ids of our own events begin."""


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
        self.refusal: RemoteFailed | None = None
        """What the server has refused while no question was open."""
        self.spent: RemoteFailed | None = None
        """Why this session takes no more questions: another one is to be begun."""
        self._questions = QuestionEvents(self.outbox)
        self._past = PastReplies()

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
        if self.turn is not None:
            self.turn.replies.end()
        turn.replies = Replies(self._past)
        self._past.listen()
        self.turn = turn
        self.outbox.arrived()
        yield from self._questions.asking(turn)

    def ask_again(self) -> Iterator[WireEvent]:
        """The open question once more, on a session that does not know it."""
        turn = self.open_turn
        if turn is not None:
            turn.again()
            self._past.listen()
            yield from self._questions.asking(turn)

    def cancel(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """Nobody waits for that answer any more; late words of it are dropped."""
        asked, known = turn.asked, bool(turn.replies.response)
        open_there = bool(asked.events) and not (asked.ended or asked.lost)
        if not turn.over:
            turn.cancelled = True
        turn.replies.end()
        if open_there:
            yield self._questions.cancel()
        if open_there and not (known or self.ours):
            # Its answer has no name yet: it must not be taken for that of the next.
            self.spent = RemoteFailed("a question was given up")

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
        self.refusal = self.spent = None
        self.outbox.begin_anew(number)
        self._questions.begin_anew()

    def receive(self, raw: str | bytes) -> WireEvent | None:
        """A frame of the server; pieces go to the turn they belong to.

        Gives the event where it is about the session, else None. What is no event of
        the protocol fails the open turn.
        """
        event = decode_server(raw)
        if event is None:
            self._fail(RemoteFailed("the region sent something that is no event"))
            return None
        if self._is_again(raw, event):
            return None
        self._count(event)
        try:
            return self._read(event)
        except RemoteFailed as error:
            self._fail(error)
            return None

    def _is_again(self, raw: str | bytes, event: WireEvent) -> bool:
        """Whether a server that is not ours has sent the same before, number and all.
        Ours are never sent twice."""
        if self.ours or self.open_turn is None or not event.get("event_id"):
            return False
        return self._past.again(raw)

    def _read(self, event: WireEvent) -> WireEvent | None:
        kind = event["type"]
        told = read_event(kind, event)
        match told:
            case ReadyTold():
                self._ready(told)
            case FailureEvent() if kind == "error":
                return self._error(event, told)
            case None if kind == "voiceagent.receipts.countersigned":
                self.countersigned = event
            case None if kind != "session.created":
                return None
            case Struct() if kind != "voiceagent.session.resumed":
                self._about_the_turn(kind, told)
                return None
            case _:
                pass
        return event

    def _count(self, event: WireEvent) -> None:
        event_id = event.get("event_id")
        if self.ours and isinstance(event_id, str) and event_id.startswith("event_"):
            self.last_event_id = event_id

    def _ready(self, told: ReadyTold) -> None:
        self.outbox.ours = True
        self.session_id, self.token = told.session_id, told.resume_token
        self.region, self.countersigns = told.region, told.countersigns
        self.last_event_id = told.event_id

    def _about_the_turn(self, kind: str, event: Struct) -> None:
        turn = self.open_turn
        if turn is None:
            if kind == "response.created" and isinstance(event, ServerEvent):
                self._past.add((event.response and event.response.id) or "")
            return
        try:
            take(turn, kind, event)
        except RemoteFailed as error:
            turn.error = error
        if turn.done:
            self._questions.remember(turn)
            self.outbox.arrived()
        if turn.over:
            turn.replies.end()

    def _error(self, event: WireEvent, told: FailureEvent) -> WireEvent | None:
        error, turn = told_error(told), self.open_turn
        if error.name in NOTHING_TO_RESUME:
            return event
        if error.name in OVER:
            return None
        what = failure(error.name, error.message or "", "the region refused")
        if error.name in ENDED:
            self.spent = what
        elif turn is None:
            self.refusal = what
        elif error.event_id in turn.asked.events or isinstance(what, LinkDown):
            turn.error = what
        elif error.event_id is None or not error.event_id.startswith(OWN):
            turn.asked.doubt = what  # it may be about something else
        return None

    def _fail(self, error: RemoteFailed) -> None:
        if self.open_turn is not None:
            self.open_turn.error = error
        else:
            self.refusal = error
