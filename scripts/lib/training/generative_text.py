"""Examples and pieces for the model that writes calls."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.nlu.intent import SlotValue
from voiceagent.nlu.slm.call_graph import COMPACT, NONE, call_graph
from voiceagent.nlu.slm.constrained_decoding import ConstrainedWriter
from voiceagent.nlu.slm.generative import prompt_of
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.nlu.slm.tools import CallableIntent, tools_of
from voiceagent.skills.packs.pack import Pack

__all__ = ["Lesson", "PieceTable", "call_of", "encoded", "lessons", "vocabulary"]

SPECIALS = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
PARTS = re.compile(r"[A-Za-z_]+[.=(;]?|\d+;?| |[^A-Za-z_\d ]")
SYLLABLE = 4
"""Letters of the longest piece that is no whole word."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence and the call that it is."""

    sentence: str
    call: str


def call_of(
    intent: str | None, slots: dict[str, SlotValue], tools: dict[str, CallableIntent]
) -> str:
    """The compact call; empty where the pack has no such call."""
    if intent is None:
        return COMPACT.intent.format(NONE) + COMPACT.end
    order = [slot for slot in tools[intent].order if slot in slots]
    if len(order) < len(slots):
        return ""
    middle = (COMPACT.slot.format(s) + COMPACT.written(slots[s]) for s in order)
    return COMPACT.intent.format(intent) + "".join(middle) + COMPACT.end


def lessons(file: Path, pack: Pack) -> Iterator[Lesson]:
    """The examples of a JSON-lines file that have a valid call."""
    tools, finder = tools_of(pack), SlotFinder(pack)
    by_name = {tool.name: tool for tool in tools}
    with file.open(encoding="utf-8") as opened:
        for example in map(json.loads, opened):
            intent, text = example["intent"], example["text"]
            slots: dict[str, SlotValue] | None = {}
            if intent is not None:
                spans = [tuple(span) for span in example["spans"]]
                slots = finder.resolve(intent, text, spans)
            if slots is None or (intent is not None and intent not in by_name):
                continue
            call = call_of(intent, slots, by_name)
            start = call_graph(tools, COMPACT, sentence=text, none=True)
            place = start.step(call.encode()) if call else None
            if place is not None and place.done:
                yield Lesson(text, call)


def vocabulary(examples: Sequence[Lesson], size: int) -> list[str]:
    """Marks, bytes, the parts of calls, then words and syllables by frequency."""
    calls = Counter(part for e in examples for part in PARTS.findall(e.call))
    words = Counter(f" {word}" for e in examples for word in e.sentence.split())
    syllables: Counter[str] = Counter()
    for word, count in words.items():
        for at in range(len(word)):
            for length in range(2, SYLLABLE + 1):
                syllables[word[at : at + length]] += count
    wanted = ["|", *(part for part, _ in calls.most_common())]
    wanted += [word for word, count in words.most_common() if count > 2]
    room = size - len(SPECIALS) - len(BYTES)
    pieces = list(dict.fromkeys(wanted))[: room * 5 // 6]
    pieces += [piece for piece, _ in syllables.most_common(room)]
    pieces = list(dict.fromkeys(piece for piece in pieces if len(piece) > 1))[:room]
    return [*SPECIALS, *BYTES, *pieces]


class PieceTable:
    """Cuts as the model will at run time; stands in for a decoder."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = [
            b"" if p in SPECIALS else _raw(p) if p in BYTES else p.encode()
            for p in pieces
        ]
        self.ends = frozenset({2})
        self.limit = 256

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Never used: training cuts by the longest piece."""
        return []

    def keep(self, pieces: Sequence[int]) -> int:
        """Nothing is kept."""
        return 0

    def feed(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        """Nothing is read."""
        raise NotImplementedError


def _raw(piece: str) -> bytes:
    return bytes([int(piece[3:5], 16)])


def encoded(
    examples: Iterable[Lesson], pieces: Sequence[str]
) -> list[tuple[list[int], int]]:
    """Piece numbers of sentence and call, and where the call begins."""
    writer = ConstrainedWriter(PieceTable(pieces))
    found = []
    for example in examples:
        prompt = writer.cut_longest(prompt_of(example.sentence))
        call = writer.cut_longest(example.call.encode())
        assert prompt is not None and call is not None
        found.append(([1, *prompt, *call, 2], 1 + len(prompt)))
    return found
