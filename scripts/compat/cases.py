#!/usr/bin/env python3
"""The ten cases of the matrix and how a client of any kind tells what came of them.

A client script gets the place as JSON, then names of cases, and prints a line of JSON
for each. Only the standard library: it runs in the environments of other clients.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import traceback
import wave
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = (
    "typed",
    "server_vad",
    "semantic_vad",
    "manual",
    "quiet",
    "tool",
    "cancel",
    "truncate",
    "out_of_band",
    "g711",
)
QUESTION, WORD = "who painted the tidewatcher", "Marlow"
OTHER, OTHER_WORD = "where is the main water stopcock", "cellar"
TOOL: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather of a place",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}},
        "required": ["place"],
    },
}
BESIDE: dict[str, Any] = {
    "conversation": "none",
    "metadata": {"topic": "beside"},
    "output_modalities": ["text"],
    "input": [
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": OTHER}],
        }
    ],
}
"""A response beside the conversation."""
QUIET = 65.0
"""Seconds of silence before the question."""
LIMIT = 60.0
"""Seconds that a case may take."""


class Lacks(Exception):
    """This client cannot do that, and says why."""


class Refused(Exception):
    """The region does not serve that, and says so in these words."""


@dataclass(frozen=True)
class Place:
    """Where the region is and what is said to it."""

    url: str
    """Of a region that answers from documents: `ws://HOST:PORT/v1/realtime`."""
    tools: str
    """Of one that has a model behind it which calls tools."""
    question: str
    """A WAV of 24 kHz that says the question."""
    key: str = "none"
    more: Mapping[str, str] | None = None

    def pcm(self) -> bytes:
        with wave.open(self.question) as file:
            return file.readframes(file.getnframes())

    def spoken(self, before: float = 0.5, after: float = 2.0) -> Iterator[bytes]:
        """The question in pieces of 0.1 s, with silence around it."""
        pcm = silence(before) + self.pcm() + silence(after)
        yield from pieces(pcm)


Case = Callable[[Place], Awaitable[None]]


def silence(seconds: float, rate: int = 24_000) -> bytes:
    return bytes(2 * round(seconds * rate))


def pieces(data: bytes, size: int = 4_800) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def run(named: Mapping[str, Any]) -> None:
    """Run the cases that are named after the place: those of these names (a module's
    own, say) that are cases; a missing one is lacking."""
    place = Place(**json.loads(sys.argv[1]))
    for name in sys.argv[2:] or NAMES:
        told = asyncio.run(_one(named.get(name), place))
        print(json.dumps({"case": name, **told}), flush=True)


def both(done: Sequence[Mapping[str, Any]]) -> None:
    """The answer of the conversation and the one beside it, in any order."""
    named = ["topic" in (response.get("metadata") or {}) for response in done]
    aside, spoken = done if named[0] else reversed(done)
    assert sum(named) == 1, done
    assert OTHER_WORD in str(aside) and WORD in str(spoken), done


async def _one(case: Case | None, place: Place) -> dict[str, str]:
    if case is None:
        return {"result": "lacks", "why": "this client has no such call"}
    try:
        async with asyncio.timeout(LIMIT):
            await case(place)
    except Lacks as error:
        return {"result": "lacks", "why": str(error)}
    except Refused as error:
        return {"result": "refused", "why": str(error)}
    except Exception as error:  # whatever a client raises is what came of the case
        where = traceback.extract_tb(error.__traceback__)
        ours = [f for f in where if Path(f.filename).parent == Path(__file__).parent]
        line = f"{ours[-1].name}:{ours[-1].lineno}" if ours else ""
        return {"result": "failed", "why": f"{type(error).__name__}: {error} ({line})"}
    return {"result": "ok", "why": ""}
