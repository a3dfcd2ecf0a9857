"""The texts that are valid calls, as a graph to walk along while a model writes.

At every branch stand the texts that may come next. None of them begins another one, so
a place in the graph is a branch and the letters typed since. Where only one text is
left it is forced: it need not be asked for. The same graph can be written down as GBNF,
for servers that constrain by grammar.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os.path import commonprefix

from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.tools import CallableIntent, Signature

__all__ = [
    "COMPACT",
    "HERMES",
    "JSON",
    "NONE",
    "Branch",
    "CallPlace",
    "Syntax",
    "call_graph",
]

NONE = "none"
"""The call that says: not for this device."""
WILD_WORDS = 6
"""The longest stretch of the sentence that a slot copies."""
READ_WORDS = 40
"""Words of a sentence from which slots may copy."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a call is written; `{}` stands for the name or the value."""

    intent: str
    slot: str
    next_slot: str
    value: str
    end: str
    escape: Callable[[str], str] = str

    def written(self, value: SlotValue) -> str:
        """A value with what closes it, so that no value begins another one."""
        return self.value.format(self.escape(str(value)))


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


COMPACT = Syntax("{}(", "{}=", "{}=", "{};", ")")
"""`timer.set(minutes=20;)`: few pieces, for models that we train."""
JSON = Syntax(
    '{{"name": "{}", "arguments": {{',
    '"{}": ',
    ', "{}": ',
    '"{}"',
    "}}",
    _escaped,
)
"""What instruct models write when they are told to."""
HERMES = Syntax(
    '<tool_call>\n{{"name": "{}", "arguments": {{',
    JSON.slot,
    JSON.next_slot,
    JSON.value,
    "}}\n</tool_call>",
    _escaped,
)
"""What those were trained to write whose template knows such marks."""


@dataclass(frozen=True, slots=True)
class CallOption:
    """A text that may come next."""

    text: bytes
    then: Branch | None
    """None: the call is complete."""
    note: tuple[str, SlotValue] | None = None
    """What it means: an intent or a slot (with the name ""), or a slot's value."""


class Branch:
    """The texts that may come next; made when it is first reached."""

    def __init__(
        self, make: Callable[[], Iterable[CallOption]], *, words: bool = False
    ):
        """`words`: free text may come instead of any option."""
        self._make, self.words = make, words

    @cached_property
    def options(self) -> tuple[CallOption, ...]:
        """What may come, each text once."""
        return tuple({option.text: option for option in self._make()}.values())


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Where a model is in the graph, and what it has said to get there."""

    branch: Branch | None
    typed: bytes = b""
    notes: tuple[tuple[str, SlotValue], ...] = ()
    free: bytes = b""
    """Free text instead of a call."""
    likely: tuple[CallOption, ...] = field(default=(), repr=False, compare=False)

    @property
    def done(self) -> bool:
        """Whether the call is complete."""
        return self.branch is None

    @property
    def talking(self) -> bool:
        """Whether it writes free text."""
        return bool(self.free)

    def step(self, text: bytes) -> CallPlace | None:
        """The place behind `text`; None where it must not come."""
        place: CallPlace | None = self
        while place is not None and text:
            place, text = place._step(text)
        return place

    def forced(self) -> bytes:
        """All that can only come one way from here on."""
        place, found = self, b""
        while place.branch is not None and not place.open:
            rest = place._rests()
            shared = commonprefix(rest)
            if not shared:
                break
            found += shared
            after = place.step(shared)
            assert after is not None
            place = after
        return found

    @property
    def open(self) -> bool:
        """Whether free text may come here."""
        free = self.branch is not None and self.branch.words and not self.typed
        return free or self.talking

    def intent(self, text: str, confidence: float) -> Intent | None:
        """The call that was written; None for `none` and for free text."""
        if not self.notes or self.notes[0][1] == NONE:
            return None
        slots = {name: value for name, value in self.notes[1:] if name}
        return Intent(str(self.notes[0][1]), slots, confidence, text)

    def _rests(self) -> list[bytes]:
        return [o.text[len(self.typed) :] for o in self._fitting(self.typed)]

    def _fitting(self, typed: bytes) -> list[CallOption]:
        assert self.branch is not None
        some = self.likely or self.branch.options
        return [option for option in some if option.text.startswith(typed)]

    def _step(self, text: bytes) -> tuple[CallPlace | None, bytes]:
        """As far as one option goes."""
        if self.branch is None:
            return None, b""
        if self.talking:
            return CallPlace(self.branch, free=self.free + text), b""
        typed = self.typed + text
        for option in self.likely or self.branch.options:
            if typed.startswith(option.text):
                notes = (*self.notes, *([option.note] if option.note else []))
                return CallPlace(option.then, notes=notes), typed[len(option.text) :]
        fitting = self._fitting(typed)
        if fitting:
            return CallPlace(self.branch, typed, self.notes, likely=tuple(fitting)), b""
        if self.open and not _opens(text, self.branch):
            return CallPlace(self.branch, free=text), b""
        return None, b""


def _opens(text: bytes, branch: Branch) -> bool:
    """Whether `text` begins like a call: then it must go on like one."""
    start = text.lstrip()[:1]
    return not start or any(option.text[:1] == start for option in branch.options)


def call_graph(
    tools: Sequence[CallableIntent],
    syntax: Syntax,
    *,
    sentence: str = "",
    words: bool = False,
    none: bool = False,
) -> CallPlace:
    """The start: every valid call; `words`: or free text; `none`: or `none`.

    `sentence`: what slots without a list copy their words from.
    """
    graph = _Graph(syntax, tuple(_stretches(sentence)))

    def start() -> Iterator[CallOption]:
        for tool in tools:
            if behind := graph.slots(tool):
                text = syntax.intent.format(tool.name).encode()
                yield CallOption(text, behind, ("", tool.name))
        if none:
            text = (syntax.intent.format(NONE) + syntax.end).encode()
            yield CallOption(text, None, ("", NONE))

    return CallPlace(Branch(start, words=words))


class _Graph:
    """The part of the graph behind the name of an intent."""

    def __init__(self, syntax: Syntax, wild: tuple[str, ...]) -> None:
        self._syntax, self._wild = syntax, wild
        self._known: dict[object, Branch] = {}

    def slots(self, tool: CallableIntent) -> Branch | None:
        """All that may follow the name of a tool; None where no call can be ended."""
        sayable = self._sayable(tool)
        return self._next(sayable, tool.order, first=True) if sayable else None

    def _sayable(self, tool: CallableIntent) -> list[Signature]:
        """The signatures that a call can have: where only rules of templates make a
        slot's values (a time, a day), or words that nobody said, there are none."""
        return [
            signature
            for signature in tool.signatures
            if all(self._values(signature, slot) for slot in signature.slots)
        ]

    def _next(
        self, alive: Sequence[Signature], order: Sequence[str], *, first: bool
    ) -> Branch:
        """What follows where these signatures are left; the same for the same ones."""
        key = (first, tuple(order), tuple(map(id, alive)))
        if key not in self._known:
            self._known[key] = self._next_new(alive, order, first=first)
        return self._known[key]

    def _next_new(
        self, alive: Sequence[Signature], order: Sequence[str], *, first: bool
    ) -> Branch:
        def make() -> Iterator[CallOption]:
            pattern = self._syntax.slot if first else self._syntax.next_slot
            for at, slot in enumerate(order):
                fitting = [s for s in alive if _next_slot(s, order) == slot]
                if fitting:
                    text = pattern.format(slot).encode()
                    yield CallOption(text, self._value(fitting, slot, order[at + 1 :]))
            if any(_next_slot(signature, order) is None for signature in alive):
                yield CallOption(self._syntax.end.encode(), None)

        return Branch(make)

    def _value(
        self, alive: Sequence[Signature], slot: str, order: Sequence[str]
    ) -> Branch:
        def make() -> Iterator[CallOption]:
            by_value: dict[SlotValue, list[Signature]] = {}
            for signature in alive:
                for value in self._values(signature, slot):
                    by_value.setdefault(value, []).append(signature)
            for value, fitting in by_value.items():
                text = self._syntax.written(value).encode()
                then = self._next(fitting, order, first=False)
                yield CallOption(text, then, (slot, value))

        return Branch(make)

    def _values(self, signature: Signature, slot: str) -> Sequence[SlotValue]:
        values = signature.slots[slot]
        return self._wild if values is None else values


def _next_slot(signature: Signature, order: Sequence[str]) -> str | None:
    return next((slot for slot in order if slot in signature.slots), None)


def _stretches(sentence: str) -> Iterator[str]:
    words = sentence.split()[:READ_WORDS]
    for start in range(len(words)):
        for end in range(start + 1, min(start + WILD_WORDS, len(words)) + 1):
            yield " ".join(words[start:end])
