"""What chat-completions servers send, taken as it is meant: words, calls, ends.

Real ones differ: calls without an index or an id, in pieces or whole, arguments as an
object; a plain body where a stream was asked for; streams that just end. What means
nothing is an error with words, and nothing of it is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from voiceagent.errors.foreign import cleaned, plain_name
from voiceagent.errors.upstream import UpstreamFailed, UpstreamGarbled
from voiceagent.region.backend import AnswerCut, AnswerText, Call, Output, Usage
from voiceagent.region.thoughts import ThoughtFilter
from voiceagent.routing.usage import MOST_INPUT, MOST_OUTPUT, whole

__all__ = ["CUTS", "ChatEvents", "error_name"]

CUTS: dict[str, Literal["max_output_tokens", "content_filter"]] = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}
"""Reasons to end an answer that is not whole, and how the wire tells them."""
MOST_CALLS = 32
LONGEST_ARGUMENTS = 65_536
LETTERS = 16
"""Of a token, at most: what is longer than the limit in them is cut."""


@dataclass(slots=True)
class _MadeCall:
    call_id: str
    name: str
    arguments: str


class ChatEvents:
    """Reads the answer of one request."""

    def __init__(
        self, tools: Collection[str], *, max_tokens: int, thinks: bool = False
    ) -> None:
        """`tools`: names of those that may be called; `thinks`: the answer begins with
        a thought whose opening tag is not told."""
        self.thoughts = ThoughtFilter(inside=thinks)
        self.reason = ""
        """Why the answer ended; empty: it has not."""
        self.empty = True
        """Whether nothing of it was an answer."""
        self._tools = tools
        self._calls: dict[object, _MadeCall] = {}
        self._letters = max_tokens * LETTERS

    @property
    def full(self) -> bool:
        """Whether there are more words than were asked for."""
        return self._letters < 0

    def push(self, text: str) -> Iterator[Output]:
        """The data of one event; raises `RemoteFailed`."""
        if text.strip() == "[DONE]":
            self.reason = self.reason or "stop"
            return
        chunk = _object(text)
        if chunk.get("error"):
            name = error_name(chunk)
            raise UpstreamFailed(f"the upstream failed while it answered{name}")
        for choice in _objects(chunk.get("choices"))[:1]:
            yield from self._choice(choice)
        used = chunk.get("usage")
        if isinstance(used, dict):
            given = whole(used.get("prompt_tokens"), MOST_INPUT)
            made = whole(used.get("completion_tokens"), MOST_OUTPUT)
            yield Usage(given, made)

    def end(self) -> Iterator[Output]:
        """There is no more: the calls, and why it is not whole."""
        if rest := self.thoughts.end():
            yield from self._said(rest)
        if self.reason in CUTS:
            # A call that is cut off is none.
            self.empty = False
            yield AnswerCut(CUTS[self.reason])
            return
        self.empty = self.empty and not self._calls
        told: list[Call] = []
        for made in self._calls.values():
            call = self._call(made)
            if call.call_id and call in told:
                continue
            if any(one.call_id == call.call_id for one in told):
                call = Call("", call.name, call.arguments)
            told.append(call)
        yield from told

    def _choice(self, choice: dict[str, Any]) -> Iterator[Output]:
        delta = choice.get("delta") or choice.get("message") or {}
        if isinstance(delta, dict):
            words = _words(delta.get("content")) or _words(delta.get("refusal"))
            if words and (answer := self.thoughts.push(words)):
                yield from self._said(answer)
            for part in _objects(delta.get("tool_calls")):
                self._part(part)
            old = delta.get("function_call")
            if isinstance(old, dict):
                self._part({"index": "old", "function": old})
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.reason = reason

    def _said(self, words: str) -> Iterator[Output]:
        words, self._letters = words[: self._letters], self._letters - len(words)
        self.empty = self.empty and not words.strip()
        if words:
            yield AnswerText(words)
        if self._letters < 0:
            self.reason = "length"

    def _part(self, part: dict[str, Any]) -> None:
        function = part.get("function")
        function = function if isinstance(function, dict) else {}
        call_id, name = _words(part.get("id")), _words(function.get("name"))
        made = self._place(part.get("index"), call_id, name)
        given = function.get("arguments")
        made.call_id = made.call_id or call_id
        made.name = made.name or name
        made.arguments += (
            json.dumps(given) if isinstance(given, dict) else _words(given)
        )
        if len(made.arguments) > LONGEST_ARGUMENTS or len(self._calls) > MOST_CALLS:
            raise UpstreamGarbled("the upstream calls tools without end")

    def _place(self, index: object, call_id: str, name: str) -> _MadeCall:
        """The call that a piece belongs to: its index says so, unless another one
        begins there; without one it is the last, unless another one begins."""
        last = next(reversed(self._calls), None)
        key: object = index if isinstance(index, int | str) else last
        known = self._calls.get(key)
        another = known is not None and (
            (call_id and known.call_id and call_id != known.call_id)
            or (index is None and name and known.name)
            or (call_id == known.call_id and name and _whole(known.arguments))
        )
        if known is None or another:
            key = key if known is None and key is not None else object()
            known = self._calls[key] = _MadeCall("", "", "")
        elif key != last:
            self._calls[key] = self._calls.pop(key)
        return known

    def _call(self, made: _MadeCall) -> Call:
        if made.name not in self._tools:
            raise UpstreamGarbled("the upstream calls a tool that nobody offered")
        arguments = made.arguments.strip() or "{}"
        if not _whole(arguments):
            raise UpstreamGarbled(
                "the upstream calls a tool with arguments that are none"
            )
        return Call(made.call_id[:128], made.name, arguments)


def error_name(body: object) -> str:
    """What an error calls itself, for behind our own words: its code or kind alone,
    since the message may quote what somebody said."""
    error = body.get("error") if isinstance(body, dict) else None
    told = error if isinstance(error, dict) else body if isinstance(body, dict) else {}
    for key in ("code", "type", "error"):
        value = told.get(key)
        if isinstance(value, str) and value.strip():
            return f" ({plain_name(value)[:60]})"
    return ""


def _object(text: str) -> dict[str, Any]:
    try:
        chunk = cleaned(json.loads(text))
    except (ValueError, RecursionError):
        chunk = None
    if not isinstance(chunk, dict):
        raise UpstreamGarbled("the upstream sent something that is no event")
    return chunk


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; of anything else none."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _words(value: object) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(value, str):
        return value
    return "".join(_words(part.get("text")) for part in _objects(value))


def _whole(arguments: str) -> bool:
    """Whether that is an object of JSON."""
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False
