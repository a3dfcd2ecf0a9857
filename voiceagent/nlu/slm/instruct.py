"""Any instruct model: one valid call of the pack, or an answer in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from voiceagent.errors import ModelError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.slm.call_graph import HERMES, JSON, Syntax, call_graph
from voiceagent.nlu.slm.chat import Chat
from voiceagent.nlu.slm.constrained_decoding import (
    ConstrainedWriter,
    Decoder,
    WritingLimits,
    Written,
)
from voiceagent.nlu.slm.instructions import KeptState, made_anew, read_once
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.nlu.slm.tools import CallableIntent, schemas
from voiceagent.nlu.wonder import as_own, wonders

__all__ = ["ChatDecoder", "InstructSlm", "guess_of", "listing"]

LONGEST_TEXT = 2000
"""Characters of a sentence; what is longer is not read."""
LONGEST_SENTENCE = 256
"""Pieces of a sentence; what is longer is not answered."""
PIECES = 96
"""Pieces of an answer."""
FEW_VALUES = 12
"""A list with more values is named once, in front, and not at every tool."""
MARK = "<tool_call>"
SYSTEM = """You are the voice assistant of this device. Answer a request to the device \
with one call, {{"name": ..., "arguments": {{...}}}}, and anything else in one short \
sentence. These calls exist:
{listing}"""


class ChatDecoder(Decoder, Protocol):
    """A decoder that was trained on conversations."""

    @property
    def chat_template(self) -> str:
        """How a conversation is written (Jinja)."""
        ...

    def special(self, name: str) -> str:
        """The text of a special piece (`bos`, `eos`)."""
        ...

    def opening(self) -> list[int]:
        """The pieces that every text begins with."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


class InstructSlm:
    """An `Slm` made of an instruct model, the pack's tools and a grammar of calls."""

    def __init__(
        self,
        decoder: ChatDecoder,
        tools: Sequence[CallableIntent],
        *,
        name: str,
        version: str = "",
        template: str = "",
        kept: KeptState = made_anew,
        talks: bool = False,
    ) -> None:
        """Reads the instructions at once, or takes what is `kept` of that; `template`:
        instead of the model's own; `talks`: it may answer in words of its own."""
        self.stop: Callable[[], bool] = lambda: False
        """Looked at between two passes; True: no answer is wanted any more."""
        self.last: Written | None = None
        """What the last sentence took."""
        self.name, self.version = name, version
        """Which model this is, and its version for the trace."""
        self._decoder, self._tools, self._talks = decoder, tuple(tools), talks
        self._writer = ConstrainedWriter(decoder)
        self._syntax: Syntax = JSON
        chat = self._chat(template or decoder.chat_template)
        before = decoder.tokenize(chat.before, special=True)
        self._before = [*decoder.opening(), *before]
        self._behind = decoder.tokenize(chat.behind, special=True)
        room = decoder.limit - LONGEST_SENTENCE // 4 - len(self._behind) - PIECES
        if len(self._before) > room:
            raise ModelError(
                f"model `{name}` cannot hold the instructions",
                cause=f"they take {len(self._before)} pieces of a context of "
                f"{decoder.limit}",
                hint="use a model with a longer context, or a smaller pack",
            )
        read_once(decoder, self._writer, self._before, kept, version)

    def understand(self, text: str) -> Guess:
        """What `text` asks for; any length and script."""
        pieces = self._decoder.tokenize(text) if len(text) <= LONGEST_TEXT else None
        if pieces is None or len(pieces) > LONGEST_SENTENCE:
            return Guess(None, reason="too long")
        if not pieces:
            return Guess(None, reason="no words")
        start = call_graph(self._tools, self._syntax, sentence=spoken(text), words=True)
        prompt = [*self._before, *pieces, *self._behind]
        limits = WritingLimits(pieces=PIECES, stop=self.stop)
        self.last = self._writer.write(prompt, start, limits)
        guess = guess_of(self.last, text)
        own = self._talks and bool(guess.reply) and wonders(text)
        return replace(guess, reply=as_own(guess.reply) if own else "")

    def close(self) -> None:
        """Free the model."""
        self._decoder.close()

    def _chat(self, template: str) -> Chat:
        marks = {f"{m}_token": self._decoder.special(m) for m in ("bos", "eos")}
        own: list[Mapping[str, Any]] = list(schemas(self._tools))
        system = SYSTEM.format(listing="\n".join(listing(self._tools)))
        if "tools" in template:
            # It was trained on schemas; they are long, so only where there is room.
            chat = Chat(
                template, system=SYSTEM.format(listing=""), tools=own, marks=marks
            )
            if len(self._decoder.tokenize(chat.before)) <= self._decoder.limit // 2:
                self._syntax = HERMES if MARK in template else JSON
                return chat
        return Chat(template, system=system, marks=marks)


def guess_of(written: Written, text: str) -> Guess:
    """A call, words to say, or neither: as the rest of the agent takes it."""
    if written.reason:
        return Guess(None, reason=written.reason)
    intent = written.place.intent(text, written.probability)
    if intent is None:
        return Guess(None, reply=written.text, reason="not mine")
    return Guess(intent, written.probability)


def listing(tools: Sequence[CallableIntent]) -> Iterator[str]:
    """The tools in a line each, long lists of values in a line of their own."""
    long: dict[tuple[object, ...], str] = {}
    for tool in tools:
        slots = [f"{slot}: {_values(tool, slot, long)}" for slot in tool.order]
        yield f"{tool.name}({', '.join(slots)})"
    for values, name in long.items():
        yield f"{name}: {', '.join(map(str, values))}"


def _values(
    tool: CallableIntent, slot: str, long: dict[tuple[object, ...], str]
) -> str:
    values = tool.values(slot)
    if values is None:
        return "words"
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) == len(values) > 2:
        return f"{min(numbers)}..{max(numbers)}"
    if len(values) <= FEW_VALUES:
        return "|".join(map(str, values))
    return long.setdefault(values, f"{slot.upper()}{len(long) + 1}")
