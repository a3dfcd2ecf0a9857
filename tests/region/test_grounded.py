"""A model bound to the documents: what it adds is not said, nor is it waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from voiceagent.clock import now, run
from voiceagent.errors import EngineFailed, RemoteFailed
from voiceagent.message import Message
from voiceagent.region.backend import (
    AnswerSource,
    AnswerText,
    Call,
    Output,
    Request,
    Usage,
)
from voiceagent.region.grounded import PATIENCE, GroundedBackend
from voiceagent.region.knowledge import NOTHING, Knowledge
from voiceagent.region.knowledge_backend import KnowledgeBackend

pytestmark = pytest.mark.unit
FOUND = "The lamp shone for the first time in 1868. It hangs in the hall."


class Writer:
    """A model that says what it is told to."""

    name = "writer"
    calls_tools = True

    def __init__(
        self, *pieces: str, after: float = 0.0, error: Exception | None = None
    ):
        self.pieces, self.after, self.error = pieces, after, error
        self.asked: list[Request] = []
        self.ended = False

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Ended."""
        self.ended = True

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The pieces, between what a model gives besides."""
        self.asked.append(request)
        await asyncio.sleep(self.after)
        yield Usage(1, 1)
        for piece in self.pieces:
            yield AnswerText(piece)
        if self.error is not None:
            raise self.error
        yield Call("1", "light.on", "{}")


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBackend:
    """One document, searched without a thread: the loop jumps."""

    async def inline(work: Callable[..., object], *given: object) -> object:
        return work(*given)

    monkeypatch.setattr(asyncio, "to_thread", inline)
    (tmp_path / "lamp.md").write_text(f"# The lamp\n\n{FOUND}\n")
    return KnowledgeBackend(Knowledge([tmp_path]))


def answered(
    knowledge: KnowledgeBackend,
    writer: Writer,
    question: str = "when did the lamp shine for the first time",
    *,
    hurry: float | None = None,
) -> tuple[str, list[Output], GroundedBackend, float]:
    backend = GroundedBackend(knowledge, writer)

    async def main() -> tuple[str, list[Output], GroundedBackend, float]:
        await backend.start()
        began = now()
        request = Request(
            messages=(Message("user", question),),
            tools=({"type": "function", "name": "light.on"},),
            deadline=None if hurry is None else began + hurry,
        )
        outputs = [output async for output in backend.answer(request)]
        took = now() - began
        await backend.close()
        text = "".join(o.text for o in outputs if isinstance(o, AnswerText))
        return text, outputs, backend, took

    return run(main(), virtual=True)


def test_a_phrase_that_holds_is_said_and_its_source_told(
    knowledge: KnowledgeBackend,
) -> None:
    writer = Writer("The lamp shone for", " the first time in 1868.")
    text, outputs, backend, _ = answered(knowledge, writer)
    assert text == "The lamp shone for the first time in 1868."
    assert isinstance(outputs[0], AnswerSource) and len(outputs) == 2
    assert (backend.tally.phrased, backend.tally.dropped) == (1, 0)
    # It is given what was found, and nothing that it could act with.
    (asked,) = writer.asked
    assert FOUND in asked.messages[0].text and not asked.tools
    assert writer.ended


def test_what_it_adds_behind_is_left_out(knowledge: KnowledgeBackend) -> None:
    writer = Writer(
        "It hangs in the hall. It was stolen in 1952. It hangs in the hall."
    )
    text, _, backend, _ = answered(knowledge, writer)
    assert text == "It hangs in the hall." and len(backend.tally.why) == 1


@pytest.mark.parametrize(
    "said",
    [
        "The lamp shone in 1867.",
        "In 1952 it was stolen. It hangs in the hall.",
        "No.",
        "",
        "   ",
        "I cannot answer that.",
        "<tool_call>{}</tool_call>",
        "It hangs in the hall, " * 40,
    ],
)
def test_what_does_not_hold_is_dropped_for_what_was_found(
    knowledge: KnowledgeBackend, said: str
) -> None:
    text, outputs, backend, _ = answered(knowledge, Writer(said))
    assert text == FOUND and isinstance(outputs[0], AnswerSource)
    assert (backend.tally.phrased, backend.tally.dropped) == (0, 1)
    assert not any(isinstance(output, Call) for output in outputs)


def test_it_is_not_asked_where_nothing_was_found(knowledge: KnowledgeBackend) -> None:
    writer = Writer("Paris.")
    text, _, _, _ = answered(knowledge, writer, "what is the capital of france")
    assert text == NOTHING and not writer.asked


@pytest.mark.parametrize(("hurry", "at_most"), [(0.2, 0.2), (None, PATIENCE), (-1, 0)])
def test_nobody_waits_for_a_phrase(
    knowledge: KnowledgeBackend, hurry: float | None, at_most: float
) -> None:
    writer = Writer("It hangs in the hall.", after=60.0)
    text, _, backend, took = answered(knowledge, writer, hurry=hurry)
    assert text == FOUND and took <= at_most + 0.01 and backend.tally.late == 1


@pytest.mark.parametrize("error", [RemoteFailed("gone"), EngineFailed("lost")])
def test_a_model_that_breaks_costs_its_phrase_alone(
    knowledge: KnowledgeBackend, error: Exception
) -> None:
    writer = Writer("It hangs in", error=error)
    text, _, backend, _ = answered(knowledge, writer)
    assert text == FOUND and backend.tally.failed == 1
