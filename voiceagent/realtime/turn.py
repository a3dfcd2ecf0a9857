"""One question of an edge, from its first event to the last word of the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.errors.foreign import one_line
from voiceagent.privacy.payload import Payload
from voiceagent.realtime.replies import PastReplies, Replies
from voiceagent.realtime.server_events import ItemShown
from voiceagent.routing.remote import Answered, AnswerWords, Envelope, Piece
from voiceagent.routing.usage import MOST_INPUT, MOST_OUTPUT, whole

__all__ = ["RemoteTurn", "answered", "used"]

MOST_NOTED = 64
"""Calls of one response that are kept; it has failed long before."""
LONGEST_FACT = 2000
"""Letters of one fact about an answer: its sources are one."""


@dataclass(slots=True)
class ToolCalls:
    """The tools that an answer calls on its way."""

    waiting: set[str] = field(default_factory=set)
    """Calls that have not been answered yet."""
    rounds: int = 0
    """How often tools were called."""
    used: tuple[int | None, int | None] = (0, 0)
    """TokenCounts in and out of responses that only called tools."""
    noted: dict[str, ItemShown] = field(default_factory=dict)
    """Of the response that is being made, by call id."""
    made: set[tuple[str | None, ...]] = field(default_factory=set)
    """All that were called in this turn: none is called twice."""

    def note(self, item: ItemShown) -> None:
        """It is called; what tells it in several places means it once."""
        call_id = item.call_id or item.id
        known = self.noted.get(call_id or "")
        if len(self.noted) > MOST_NOTED:
            return
        if call_id and (known is None or known.name is None):
            self.noted[call_id] = item

    def taken(self) -> dict[str, ItemShown]:
        """What the response calls, now that it is done, by call id."""
        noted, self.noted = self.noted, {}
        fresh = {k: v for k, v in noted.items() if _key(k, v) not in self.made}
        self.made.update(_key(k, v) for k, v in fresh.items())
        return fresh


def _key(call_id: str, item: ItemShown) -> tuple[str | None, ...]:
    return call_id, item.name, item.arguments


@dataclass(slots=True)
class QuestionState:
    """How far a question has come with a server."""

    until: float = math.inf
    """Loop time at which nobody waits any more."""
    events: set[str] = field(default_factory=set)
    """Ids of its events: empty, it has not been sent."""
    ended: bool = False
    """The last response that was asked for is done, however it went."""
    lost: bool = False
    """The session that it was asked in is gone."""
    doubt: RemoteFailed | None = None
    """An error that may be about it."""
    again: int = 0
    """How often it was asked once more."""


class RemoteTurn:
    """One question, from the first event to the last word."""

    def __init__(
        self,
        payload: Payload,
        envelope: Envelope,
        pcm24: bytes,
        *,
        until: float = math.inf,
    ) -> None:
        """`until`: loop time at which nobody waits any more."""
        self.payload, self.envelope, self.pcm24 = payload, envelope, pcm24
        self.asked = QuestionState(until)
        self.replies = Replies(PastReplies())
        self.text = ""
        """What has been given on so far."""
        self.pieces: list[Piece] = []
        """Not taken yet."""
        self.error: RemoteFailed | None = None
        self.done = self.cancelled = False
        self.calls = ToolCalls()
        self._skip = ""

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.done or self.cancelled or self.error is not None

    @property
    def untouched(self) -> bool:
        """Nothing of an answer has come: it may be asked for once more."""
        return not (self.text or self.pieces or self.calls.rounds)

    def called(self) -> None:
        """The response ends in calls of tools; another one goes on with the answer."""
        self.replies.begin_anew()

    def again(self) -> None:
        """It is asked once more: what was given on already is passed over."""
        self.replies.begin_anew()
        self._skip, self.asked = (
            self.text,
            QuestionState(self.asked.until, again=self.asked.again + 1),
        )
        self.calls.waiting.clear()
        self.calls.noted.clear()
        self.calls.made.clear()

    def words(self, delta: str) -> None:
        """More words; raises `RemoteFailed` where they are not those of before."""
        if self._skip:
            same = min(len(delta), len(self._skip))
            if delta[:same] != self._skip[:same]:
                raise RemoteFailed(
                    "the answer was broken off", cause="it began anew in other words"
                )
            self._skip, delta = self._skip[same:], delta[same:]
        if delta:
            self.text += delta
            self.pieces.append(AnswerWords(delta))


TokenCounts = tuple[int | None, int | None]
"""In and out; None: not known."""


def used(usage: object, before: TokenCounts = (0, 0)) -> TokenCounts:
    """What a response says that it used, on top of what the turn had used before."""
    told = usage if isinstance(usage, dict) and usage.get("total_tokens") else {}
    return (
        _more(before[0], whole(told.get("input_tokens"), MOST_INPUT)),
        _more(before[1], whole(told.get("output_tokens"), MOST_OUTPUT)),
    )


def _more(before: int | None, told: int | None) -> int | None:
    return None if before is None or told is None else before + told


def answered(response: Mapping[str, Any], before: TokenCounts = (0, 0)) -> Answered:
    """The facts of a response that is done; `before`: tokens that the turn has used
    already."""
    metadata = {
        k: one_line(v, LONGEST_FACT)
        for k, v in (response.get("metadata") or {}).items()
        if isinstance(v, str)
    }
    told = used(response.get("usage"), before)
    sources = metadata.get("voiceagent.sources", "")
    return Answered(
        model=metadata.get("voiceagent.reason", ""),
        region=metadata.get("voiceagent.region", ""),
        sources=tuple(sources.split("; ")) if sources else (),
        input_tokens=told[0],
        output_tokens=told[1],
        metadata=metadata,
    )
