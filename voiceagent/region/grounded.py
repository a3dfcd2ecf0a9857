"""A model that says what the documents say, in fewer words, or is not heard.

Knowledge finds the answer and where it stands; the model is given that and no more.
Each sentence is held against it before it is said (`facts.py`): the first one that is
not borne out is replaced by what was found, a later one is left out. Where nothing was
found the model is not asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from voiceagent.clock import now
from voiceagent.errors import VoiceAgentError
from voiceagent.message import Message
from voiceagent.region.backend import (
    AnswerSource,
    AnswerText,
    Backend,
    Output,
    Request,
)
from voiceagent.region.documents import SENTENCE
from voiceagent.region.facts import beyond
from voiceagent.region.knowledge_backend import KnowledgeBackend
from voiceagent.region.trouble import note

__all__ = ["GroundedBackend", "GroundedTally"]

ASKED = (
    "Answer the question with one short sentence, in the words of the text. Say "
    "nothing that is not in the text."
)
LONGEST = 48
"""Tokens of an answer."""
PATIENCE = 2.5
"""Seconds that a phrase has; what was found is said then."""
WHAT = "phrasing an answer"


@dataclass(slots=True)
class GroundedTally:
    """How often the model was heard."""

    phrased: int = 0
    dropped: int = 0
    """Not borne out by what was found."""
    late: int = 0
    failed: int = 0
    why: list[str] = field(default_factory=list)
    """Of the last that were dropped; no words of anybody."""


class GroundedBackend:
    """Answers from the documents, phrased by a model that cannot add to them."""

    name = "llama"
    calls_tools = False

    def __init__(
        self,
        knowledge: KnowledgeBackend,
        writer: Backend,
        *,
        patience: float = PATIENCE,
    ) -> None:
        """`writer`: the model; `patience`: seconds it has."""
        self._knowledge, self._writer, self._patience = knowledge, writer, patience
        self.tally = GroundedTally()

    async def start(self) -> None:
        """Load the model; raises what that raises."""
        await self._writer.start()

    async def close(self) -> None:
        """End it."""
        await self._writer.close()
        await self._knowledge.close()

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """What was found, as the model puts it where that is borne out."""
        async with aclosing(self._knowledge.answer(request)) as outputs:
            found = [output async for output in outputs]
        text = "".join(o.text for o in found if isinstance(o, AnswerText))
        if not any(isinstance(output, AnswerSource) for output in found):
            for output in found:
                yield output
            return
        phrase = await self._phrased(request, text)
        for output in found:
            if phrase and isinstance(output, AnswerText):
                continue
            yield output
        if phrase:
            yield AnswerText(phrase)

    async def _phrased(self, request: Request, text: str) -> str:
        """The model's sentences as far as they hold; empty where none does."""
        questions = [m.text for m in request.messages if m.role == "user"]
        wanted = Request(
            messages=(Message("user", f"Text: {text}\nQuestion: {questions[-1]}"),),
            instructions=ASKED,
            max_tokens=LONGEST,
            session=request.session,
        )
        # What was found is there already: nobody who is in a hurry waits for a phrase.
        until = now() + self._patience
        if request.deadline is not None:
            until = min(until, request.deadline)
        try:
            async with asyncio.timeout_at(until):
                said = await self._whole(wanted)
        except TimeoutError:
            self.tally.late += 1
            return ""
        except VoiceAgentError as error:
            self.tally.failed += 1
            note(WHAT, error)
            return ""
        return self._held(said, text)

    async def _whole(self, request: Request) -> str:
        async with aclosing(self._writer.answer(request)) as outputs:
            words = [o.text async for o in outputs if isinstance(o, AnswerText)]
        return " ".join("".join(words).split())

    def _held(self, said: str, text: str) -> str:
        kept: list[str] = []
        for sentence in SENTENCE.split(said):
            why = beyond(sentence, text)
            if why:
                self.tally.why = [*self.tally.why[-99:], why]
                break
            kept.append(sentence)
        self.tally.phrased += bool(kept)
        self.tally.dropped += not kept
        return " ".join(kept)
