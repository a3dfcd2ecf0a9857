"""One question of an edge, from its first event to the last word of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceagent.errors import RemoteFailed
from voiceagent.errors.foreign import one_line
from voiceagent.privacy.payload import Payload
from voiceagent.realtime.items import WireEvent
from voiceagent.routing.remote import Answered, AnswerWords, Envelope, Piece
from voiceagent.routing.usage import MOST_INPUT, MOST_OUTPUT, whole

__all__ = ["RemoteTurn", "answered", "used"]

LONGEST_FACT = 2000
"""Letters of one fact about an answer: its sources are one."""


@dataclass(slots=True)
class ToolCalls:
    """The tools that an answer calls on its way."""

    waiting: set[str] = field(default_factory=set)
    """Calls that have not been answered yet."""
    rounds: int = 0
    """How often tools were called."""
    said: int = 0
    """Letters of the answer that were told before they were called last."""
    used: tuple[int | None, int | None] = (0, 0)
    """TokenCounts in and out of responses that only called tools."""


class RemoteTurn:
    """One question, from the first event to the last word."""

    def __init__(self, payload: Payload, envelope: Envelope, pcm24: bytes) -> None:
        self.payload, self.envelope, self.pcm24 = payload, envelope, pcm24
        self.response = ""
        """Id of the response that answers it."""
        self.item = ""
        """Id of the assistant's item."""
        self.text = ""
        """What has been given on so far."""
        self.pieces: list[Piece] = []
        """Not taken yet."""
        self.error: RemoteFailed | None = None
        self.done = False
        self.cancelled = False
        self.calls = ToolCalls()
        self._skip = ""

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.done or self.cancelled or self.error is not None

    @property
    def silent(self) -> bool:
        """Whether the response has given no words of its own yet."""
        return self._told == self.calls.said

    def called(self) -> None:
        """The response ends in calls of tools; another one goes on with the answer."""
        self.response, self.calls.said = "", self._told

    @property
    def _told(self) -> int:
        return len(self.text) - len(self._skip)

    def again(self) -> None:
        """It is asked once more: what was given on already is passed over."""
        self.response, self._skip = "", self.text
        self.calls.waiting.clear()
        self.calls.said = 0

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


def used(response: WireEvent, before: TokenCounts = (0, 0)) -> TokenCounts:
    """What a response says that it used, on top of what the turn had used before."""
    usage = response.get("usage")
    told = usage if isinstance(usage, dict) and usage.get("total_tokens") else {}
    return (
        _more(before[0], whole(told.get("input_tokens"), MOST_INPUT)),
        _more(before[1], whole(told.get("output_tokens"), MOST_OUTPUT)),
    )


def _more(before: int | None, told: int | None) -> int | None:
    return None if before is None or told is None else before + told


def answered(response: WireEvent, before: TokenCounts = (0, 0)) -> Answered:
    """The facts of a response that is done; `before`: tokens that the turn has used
    already."""
    metadata = {
        k: one_line(v, LONGEST_FACT)
        for k, v in (response.get("metadata") or {}).items()
        if isinstance(v, str)
    }
    told = used(response, before)
    sources = metadata.get("voiceagent.sources", "")
    return Answered(
        model=metadata.get("voiceagent.reason", ""),
        region=metadata.get("voiceagent.region", ""),
        sources=tuple(sources.split("; ")) if sources else (),
        input_tokens=told[0],
        output_tokens=told[1],
        metadata=metadata,
    )
