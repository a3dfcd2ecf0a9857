"""Servers that send anything to an edge: what must hold whatever comes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from regions import envelope, question
from wire_mutations import Mutations

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.events import encode
from voiceagent.realtime.turn import RemoteTurn
from voiceagent.routing.remote import Answered, AnswerWords, HeardAs, RemoteTool

__all__ = ["fuzzed_edge"]

TEXT = {"type": "output_text", "text": "Good day."}
HEARD = {"type": "output_audio", "transcript": "Good day."}
ITEM = {"id": "ID", "type": "message", "role": "assistant", "content": [TEXT, HEARD]}
CALL = {"id": "ID", "type": "function_call", "call_id": "c", "name": "n"}
DETAILS = {"type": "failed", "reason": "r", "error": {"code": "c", "message": "m"}}
METADATA = {"voiceagent.turn_id": "test-1", "voiceagent.sources": "a; b"}
RESPONSE = {
    "id": "RESPONSE",
    "status": "completed",
    "status_details": None,
    "metadata": METADATA,
    "output": [ITEM],
    "usage": {"total_tokens": 3, "input_tokens": 1, "output_tokens": 2},
}
OF = {"response_id": "RESPONSE", "item_id": "ID", "output_index": 0, "content_index": 0}
TRANSCRIPTION = "conversation.item.input_audio_transcription"
ERROR = {"type": "t", "code": "c", "message": "m", "event_id": "ask_2", "param": None}
WORDS = ("output_text", "output_audio_transcript", "text", "audio_transcript")
VALID: list[dict[str, Any]] = [
    {"type": "session.created", "event_id": "event_1", "session": {"id": "s"}},
    {"type": "session.updated", "session": {"id": "s"}},
    {"type": "rate_limits.updated", "rate_limits": [{"name": "tokens", "limit": 1}]},
    {"type": "conversation.item.added", "previous_item_id": None, "item": ITEM},
    {"type": f"{TRANSCRIPTION}.completed", "transcript": "hello"},
    {"type": f"{TRANSCRIPTION}.failed", "error": ERROR},
    *[{"type": "response.created", "response": RESPONSE}] * 3,
    {"type": "response.created", "response": {"id": "RESPONSE"}},
    *[{"type": f"response.{kind}.delta", "delta": "Good ", **OF} for kind in WORDS * 2],
    *[{"type": f"response.{kind}.done", "text": "Good day.", **OF} for kind in WORDS],
    {"type": "response.content_part.done", "part": TEXT, **OF},
    {"type": "response.output_item.added", "item": ITEM, **OF},
    {"type": "response.output_item.done", "item": ITEM, **OF},
    {"type": "response.output_item.done", "item": {**CALL, "arguments": "{}"}, **OF},
    {
        "type": "response.function_call_arguments.done",
        "call_id": "c",
        "name": "n",
        "arguments": "{}",
        **OF,
    },
    *[{"type": "response.done", "response": RESPONSE}] * 3,
    {"type": "response.done", "response": {**RESPONSE, "output": [CALL]}},
    *(
        {"type": "response.done", "response": {**RESPONSE, "status": status}}
        for status in ("failed", "cancelled", "incomplete")
    ),
    {
        "type": "response.done",
        "response": {**RESPONSE, "status": "failed", "status_details": DETAILS},
    },
    *({"type": "error", "error": {**ERROR, "code": c}} for c in ("x", "item_unknown")),
    {"type": "error", "error": {**ERROR, "code": "insufficient_quota"}},
    {"type": "error", "error": {**ERROR, "code": "session_expired"}},
    {"type": "error", "error": {**ERROR, "code": "resume_unknown"}},
    {
        "type": "voiceagent.session.ready",
        "event_id": "event_2",
        "session_id": "s",
        "resume_token": "t",
        "region": "local",
        "countersigns": True,
    },
    {
        "type": "voiceagent.session.resumed",
        "last_client_event": 3,
        "complete": True,
    },
    {"type": "voiceagent.receipts.countersigned", "chain": "0" * 32, "count": 3},
]
PIECES = (AnswerWords, HeardAs, RemoteTool, Answered)
SOUND = bytes(9600)


class Edge:
    """A session of an edge that does as chance wants, too."""

    def __init__(self, mutations: Mutations) -> None:
        self.mutations, self.chance = mutations, mutations.chance
        self.session = ClientSession()
        self.told, self.problems = Counter[str](), list[str]()
        self.number = 0
        self.turn = self._ask()

    def step(self) -> None:
        """One frame, and now and then something of our own."""
        self.session.receive(self.mutations.frame())
        turn = self.turn
        for piece in turn.pieces:
            self._look(piece)
        turn.pieces.clear()
        if turn.error is not None and not isinstance(turn.error, RemoteFailed):
            self.problems.append(f"{type(turn.error).__name__} for an error")
        if turn.over:
            self.told["answered" if turn.done else "failed"] += 1
            self.turn = self._ask()
        match self.chance.randrange(60):
            case 0:
                self._send(self.session.cancel(turn))
                self.turn = self._ask()
            case 1:
                self._send(self.session.heard(turn.envelope.turn_id, "Good"))
            case 2:
                self.session.begin_anew()
                self._send([self.session.set_up("be short")])
                self._send(self.session.ask_again())
            case 3:
                self._send(filter(None, [self.session.resume()]))
            case _:
                pass

    def end(self) -> None:
        """After all that a good answer is one."""
        self.session.begin_anew()
        turn = self._ask()
        kind, of = "response.output_text.delta", {"response_id": "fresh"}
        for event in (
            {"type": "response.created", "response": {"id": "fresh"}},
            {"type": kind, "delta": "All ", "event_id": "a", **of},
            {"type": kind, "delta": "is well.", "event_id": "b", **of},
            {"type": "response.done", "response": {"id": "fresh"}},
        ):
            self.session.receive(json.dumps(event))
        if not turn.done or turn.text != "All is well.":
            self.problems.append(f"a good answer is {turn.text!r}, {turn.error!r}")

    def _ask(self) -> RemoteTurn:
        self.number += 1
        pcm24 = SOUND if self.chance.random() < 0.1 else b""
        turn = RemoteTurn(question("hello"), envelope(self.number), pcm24)
        self._send(self.session.ask(turn))
        return turn

    def _look(self, piece: object) -> None:
        self.told[type(piece).__name__] += 1
        if not isinstance(piece, PIECES):
            self.problems.append(f"{type(piece).__name__} for a piece")
        texts = [v for v in (getattr(piece, k, "") for k in TEXTS) if v is not None]
        if not all(isinstance(text, str) for text in texts):
            self.problems.append(f"{type(piece).__name__} with words that are none")
        if isinstance(piece, RemoteTool) and self.chance.random() < 0.8:
            self._send(self.session.tool(self.turn, piece.call_id, "done"))

    def _send(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            encode(event)
            self.told["sent"] += 1


TEXTS = ("text", "call_id", "name", "arguments", "model", "region")


def fuzzed_edge(seed: int, frames: int) -> tuple[list[str], Counter[str]]:
    """What went wrong, and what was told; raises nothing."""
    mutations = Mutations(seed, VALID)
    mutations.responses += ["r1", "r2", "r3"]
    edge = Edge(mutations)
    try:
        for _ in range(frames):
            edge.step()
        edge.end()
    except Exception as error:  # that is what is looked for
        edge.problems.append(f"{type(error).__name__}: {error}")
    return edge.problems, edge.told
