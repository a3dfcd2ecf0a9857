"""The backend that needs no weights: short answers from the operator's documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from voiceagent.region.backend import (
    AnswerCut,
    AnswerSource,
    AnswerText,
    Output,
    Request,
)
from voiceagent.region.documents import SENTENCE
from voiceagent.region.knowledge import Knowledge

__all__ = ["KnowledgeBackend"]


class KnowledgeBackend:
    """Answers the last question, with the ones before it for follow-ups; a token of
    its answers is a word."""

    name = "knowledge"
    calls_tools = False

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def start(self) -> None:
        """Everything was read when the knowledge was made."""

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """A sentence or two, and where they stand."""
        asked = [m.text for m in request.messages if m.role == "user"]
        question, earlier = (asked[-1], asked[:-1]) if asked else ("", [])
        found = await asyncio.to_thread(self._knowledge.say, question, earlier)
        if found.passage is not None:
            yield AnswerSource(found.passage.name)
        words = found.text.split(" ")
        said = " ".join(words[: request.max_tokens])
        first, *rest = SENTENCE.split(said)
        yield AnswerText(first)
        for sentence in rest:
            yield AnswerText(f" {sentence}")
        if len(words) > request.max_tokens:
            yield AnswerCut("max_output_tokens")

    async def close(self) -> None:
        """Free the index."""
        self._knowledge.close()
