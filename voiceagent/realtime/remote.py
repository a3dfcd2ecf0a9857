"""The edge's way to a Realtime endpoint: questions over one warm socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from ssl import SSLContext

from voiceagent.clock import now
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.privacy.payload import Payload
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.link import Link
from voiceagent.realtime.target import Target
from voiceagent.realtime.turn import RemoteTurn
from voiceagent.realtime.witnessing import HeadKeeper, Witnessing
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import Envelope, LinkState, Piece
from voiceagent.trace.events import Event

__all__ = ["RealtimeRemote"]

DOUBTFUL = 2.0
"""Seconds of silence after an error that may have been about the question."""
DOUBTFUL_BEGUN = 5.0
"""The same, where an answer has begun."""


class RealtimeRemote:
    """One endpoint; many questions one after the other."""

    def __init__(
        self,
        target: Target,
        config: RegionConfig,
        emit: Callable[[Event], None],
        tls: SSLContext | None = None,
        *,
        session: ClientSession | None = None,
        keeper: HeadKeeper | None = None,
    ) -> None:
        """`session`: one that is gone on with; `keeper`: of receipts that the region
        is to countersign."""
        self.name = target.name
        self.session = session or ClientSession()
        self._link = Link(target, config, self.session, emit, tls)
        self._asking = asyncio.Lock()
        self._witnessing: Witnessing | None = None
        if keeper is not None:
            self._witnessing = Witnessing(self._link, self.session, keeper, emit)

    @property
    def link(self) -> LinkState:
        """Whether a request would go out at once."""
        return self._link.status.state

    @property
    def region(self) -> str:
        """The region in the server's verified certificate; empty: none."""
        return self._link.status.region

    @property
    def reconnects(self) -> int:
        """How often it was tried to connect again."""
        return self._link.status.reconnects

    @property
    def resumed(self) -> int:
        """How often a cut session was gone on with."""
        return self._link.greeting.resumed

    def nudge(self) -> None:
        """The network is back, or somebody waits: try to connect now."""
        self._link.nudge()

    async def run(self) -> None:
        """Keep the socket open until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.run())
            if self._witnessing is not None:
                group.create_task(self._witnessing.run())

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """The answer as it comes."""
        pcm24 = b""
        if payload.audio:
            from voiceagent.audio.resample import resampled_pcm

            pcm24 = await asyncio.to_thread(
                resampled_pcm, payload.audio, 16_000, 24_000
            )
        link, session = self._link, self.session
        async with self._asking:
            until = now() + envelope.remaining + envelope.wait
            turn = RemoteTurn(payload, envelope, pcm24, until=until)
            link.status.breaks = 0
            await link.opened()
            try:
                await link.send(session.ask(turn))
                with link.watched():
                    async for piece in self._pieces(turn):
                        yield piece
            finally:
                await link.send(session.cancel(turn))
                link.renew()
                if self._witnessing is not None:
                    self._witnessing.due()

    async def heard(self, turn_id: str, text: str) -> None:
        """Replace the answer in the region's memory by what was heard of it."""
        await self._link.send(self.session.heard(turn_id, text))

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """What a tool gave."""
        turn = self.session.turn
        if turn is not None and turn.envelope.turn_id == turn_id:
            await self._link.send(self.session.tool(turn, call_id, output))

    @property
    def trouble(self) -> RemoteFailed | None:
        """Why it lets nobody ask, where it has said so."""
        return self._link.status.refusal

    async def _pieces(self, turn: RemoteTurn) -> AsyncGenerator[Piece, None]:
        status = self._link.status
        while True:
            while turn.pieces:
                yield turn.pieces.pop(0)
            if turn.error is not None:
                raise turn.error
            if turn.done:
                return
            silence = _patience(turn)
            limits = [t for t in (status.patience, silence and now() + silence) if t]
            try:
                async with asyncio.timeout_at(min(limits, default=None)):
                    await status.change()
            except TimeoutError:
                if turn.asked.doubt is not None:
                    raise turn.asked.doubt from None
                if status.patience is None:
                    what = f"{self.name} fell silent in its answer"
                    raise RemoteFailed(what, cause=f"for {silence:g} s") from None
                raise LinkDown(
                    f"{self.name} was cut off",
                    cause=status.why,
                    hint="look at the network, or at the region",
                ) from None


def _patience(turn: RemoteTurn) -> float | None:
    """Seconds in which something has to come; None: others decide that."""
    if turn.calls.waiting:
        return None
    if turn.asked.doubt is not None:
        return DOUBTFUL_BEGUN if turn.replies.response else DOUBTFUL
    return max(turn.envelope.wait, DOUBTFUL_BEGUN) if turn.text else None
