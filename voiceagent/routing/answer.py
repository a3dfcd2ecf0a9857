"""Reading a remote's answer: pieces in, clauses to be spoken out, facts kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from voiceagent.clock import now
from voiceagent.errors import RemoteFailed
from voiceagent.privacy.redaction import Restorer
from voiceagent.routing.remote import (
    Answered,
    AnswerWords,
    HeardAs,
    Piece,
    Remote,
    RemoteTool,
)
from voiceagent.trace.events import Event, HeardRemotely, RemoteAnswered
from voiceagent.tts.clauses import ClauseCutter

__all__ = ["LONGEST", "RemoteAnswer"]

LONGEST = 4_000
"""Letters of one answer that are spoken at most: about five minutes."""
NO_TOOLS = '{"error": "this device has no such tool"}'


class RemoteAnswer:
    """One answer on its way."""

    def __init__(
        self,
        remote: Remote,
        *,
        turn: int,
        turn_id: str,
        restorer: Restorer,
        emit: Callable[[Event], None],
        call: Callable[[str, str], Awaitable[str]] | None = None,
    ) -> None:
        """`restorer`: puts back what was replaced before the question left;
        `call(name, arguments)`: runs a tool and gives what the remote may know of it;
        none: there are no tools."""
        self.facts: Answered | None = None
        """What the remote told at the end; None while it has not."""
        self._remote, self._turn, self._turn_id = remote, turn, turn_id
        self._restorer, self._emit, self._call = restorer, emit, call
        self.letters = 0
        """That came."""
        self._cutter, self._began = ClauseCutter(), now()

    async def clauses(self, pieces: AsyncIterator[Piece]) -> AsyncGenerator[str, None]:
        """The words, clause by clause.

        Raises `RemoteFailed` where there were none, or too many.
        """
        async for piece in pieces:
            match piece:
                case AnswerWords():
                    for clause in self._cutter.push(self._restored(piece.text)):
                        yield clause
                case HeardAs():
                    self._emit(
                        HeardRemotely(
                            turn=self._turn,
                            leg=self._remote.name,
                            pii_text=self._restorer.whole(piece.text),
                        )
                    )
                case RemoteTool():
                    await self._run_tool(piece)
                case Answered():
                    self.facts = piece
        for clause in (*self._cutter.push(self._restorer.end()), *self._cutter.end()):
            yield clause
        if not self.letters:
            raise RemoteFailed("the answer has no words", cause=self._remote.name)

    async def _run_tool(self, piece: RemoteTool) -> None:
        output = NO_TOOLS
        if self._call is not None:
            output = await self._call(piece.name, piece.arguments)
        await self._remote.answer_tool(self._turn_id, piece.call_id, output)

    def event(self, price: float | None, currency: str) -> RemoteAnswered:
        """The books of the answer."""
        facts = self.facts or Answered()
        return RemoteAnswered(
            turn=self._turn,
            leg=self._remote.name,
            model=facts.model,
            region=facts.region,
            sources=list(facts.sources),
            input_tokens=facts.input_tokens,
            output_tokens=facts.output_tokens,
            total_ms=round((now() - self._began) * 1000, 3),
            price=price,
            currency=currency,
        )

    def _restored(self, text: str) -> str:
        self.letters += len(text.strip())
        if self.letters > LONGEST:
            raise RemoteFailed(
                "the answer does not end",
                cause=f"more than {LONGEST} letters",
                hint="lower `max_tokens` in the region",
            )
        return self._restorer.push(text)
