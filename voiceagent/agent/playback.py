"""Saying a reply: clause by clause, in time, and knowing what was heard of it.

The first clause is played while the rest is rendered. When the words are not ready at
the deadline, a sentence that says so is; when no voice works at all, an earcon plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from voiceagent.agent.ledger import Ledger
from voiceagent.agent.supervisor import Supervisor
from voiceagent.audio.clip import Clip
from voiceagent.audio.player import Player
from voiceagent.errors import RemoteFailed, VoiceAgentError
from voiceagent.trace.events import (
    Degraded,
    EarconPlayed,
    Event,
    SpeakingStarted,
    SpeakingStopped,
)
from voiceagent.tts.clauses import Clauses
from voiceagent.tts.renderer import Renderer
from voiceagent.tts.text import split_clauses, words_heard

__all__ = ["Playback"]

STUCK = 5.0
"""Seconds beyond its length after which a clip that has not ended is given up."""
PLUG = "check that it is plugged in, or choose another one with `audio.output`"
NO_SOUND = "no sound"


class Playback:
    """Plays sentences and earcons, one at a time."""

    def __init__(
        self,
        voice: Renderer,
        player: Player,
        earcon: Callable[[str], Clip],
        emit: Callable[[Event], None],
        tasks: Supervisor,
        volume: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """`earcon(name)`: the clip of a short sound; `volume()`: 0..1, asked anew for
        every clip, since the user changes it by voice; `tasks`: where a player that
        fails is told."""
        self.speaking = False
        """Whether sound is going out."""
        self.heard = ""
        """What the user has heard of the last reply."""
        self._voice, self._player = voice, player
        self._earcon, self._emit, self._volume = earcon, emit, volume
        self._tasks, self._last_volume = tasks, 1.0

    async def warm(self, texts: Iterable[str]) -> None:
        """Render `texts`, so that they can start at once; a failure is announced."""
        try:
            for text in texts:
                for clause in split_clauses(text):
                    await self._voice.clip(clause)
        except VoiceAgentError as error:
            self._emit(Degraded(what="speech", why=error.what, hint=error.hint))

    async def close(self) -> None:
        """Give up what is still being rendered."""
        await self._voice.close()

    async def say(
        self,
        text: str,
        *,
        ledger: Ledger,
        waiting: str,
        why: Callable[[], str],
        sounds: Callable[[], object] = lambda: None,
        more: AsyncIterator[str] | None = None,
    ) -> None:
        """Say `text`, and then the clauses of `more` as they come; `waiting` bridges
        the time when `text` is not rendered in time.

        `sounds()` is called with the first sample of the turn, if it is one of this
        reply. `why()` tells the reason when the task is cancelled while speaking.
        Raises what
        `more` raises, once everything that came before has been said.
        """
        turn = ledger.ended.turn
        clauses = Clauses(split_clauses(text), more)
        if clauses.next_known is None:
            await self.play_earcon("done", turn, ledger, sounds)
            return
        try:
            await self._ready(clauses.next_known, ledger, waiting, sounds)
            await self._speak(clauses, ledger, why, sounds)
        except RemoteFailed:
            raise
        except VoiceAgentError as error:
            self._emit(
                Degraded(turn=turn, what="speech", why=error.what, hint=error.hint)
            )
            await self.play_earcon("error", turn, ledger, sounds)

    async def announce(self, text: str, earcon: str) -> None:
        """Play an earcon, then say `text`, outside any turn (an alarm that rings)."""
        await self.play_earcon(earcon, 0)
        await self.read_out(text)

    async def read_out(self, text: str) -> None:
        """Say `text` outside any turn."""
        try:
            for clause in split_clauses(text):
                await self._play(await self._voice.clip(clause))
        except VoiceAgentError as error:
            self._emit(Degraded(what="speech", why=error.what, hint=error.hint))

    async def play_earcon(
        self,
        name: str,
        turn: int,
        ledger: Ledger | None = None,
        sounds: Callable[[], object] = lambda: None,
    ) -> None:
        """Play a short sound."""
        if ledger is not None:
            ledger.first_sound(sounds)
        self._emit(EarconPlayed(turn=turn, name=name))
        await self._play(self._earcon(name))

    async def _ready(
        self, clause: str, ledger: Ledger, waiting: str, sounds: Callable[[], object]
    ) -> None:
        """Have `clause` rendered; at the deadline say `waiting` in the meantime."""
        if ledger.answered or self._voice.cached(clause) is not None:
            return
        rendering = asyncio.ensure_future(self._voice.clip(clause))
        timeout = max(0.0, ledger.deadline.left)
        done, _ = await asyncio.wait({rendering}, timeout=timeout)
        if not done and (clip := self._voice.cached(waiting)) is not None:
            ledger.rescued_by = "wait"
            ledger.first_sound(sounds)
            await self._play(clip)
        await rendering

    async def _speak(
        self,
        clauses: Clauses,
        ledger: Ledger,
        why: Callable[[], str],
        sounds: Callable[[], object],
    ) -> None:
        turn = ledger.ended.turn
        self.heard, seconds, reason = "", 0.0, "done"
        upcoming = asyncio.ensure_future(self._render(clauses))
        try:
            while (ready := await upcoming) is not None:
                clause, clip, cached = ready
                upcoming = asyncio.ensure_future(self._render(clauses))
                if not self.heard:
                    ledger.first_sound(sounds)
                    length = round(clip.seconds, 3)
                    self._emit(
                        SpeakingStarted(turn=turn, clip_seconds=length, cached=cached)
                    )
                try:
                    heard = await self._play(clip)
                    if heard is None:
                        reason = NO_SOUND
                        break
                    seconds += heard
                    self.heard += clause
                except asyncio.CancelledError:
                    played = self._player.position
                    self.heard += words_heard(clause, clip, played)
                    seconds, reason = seconds + played, why()
                    raise
        except VoiceAgentError:
            reason = "broken off"
            raise
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
            await clauses.close()
            if seconds or self.heard or reason == NO_SOUND:
                self._stopped(turn, seconds, reason)

    async def _render(self, clauses: Clauses) -> tuple[str, Clip, bool] | None:
        """The next clause, ready to be played; None after the last one."""
        clause = await clauses.next()
        if clause is None:
            return None
        cached = self._voice.cached(clause) is not None
        return clause, await self._voice.clip(clause), cached

    def _stopped(self, turn: int, seconds: float, reason: str) -> None:
        self._emit(
            SpeakingStopped(
                turn=turn,
                heard_seconds=round(seconds, 3),
                pii_heard=self.heard,
                reason=reason,
            )
        )

    async def _play(self, clip: Clip) -> float | None:
        """Seconds heard; None where nothing can be: that is announced, not raised."""
        self.speaking = True
        try:
            self._player.volume = self._loudness()
            async with asyncio.timeout(clip.seconds + STUCK):
                heard = (await self._player.play(clip)).heard_seconds
        except Exception as error:  # whatever a device or its driver raises
            self._tasks.failed("loudspeaker", error, hint=PLUG)
            return None
        finally:
            self.speaking = False
        self._tasks.well("loudspeaker")
        return heard

    def _loudness(self) -> float:
        """How loud to play; as before where that cannot be read."""
        try:
            self._last_volume = self._volume()
        except VoiceAgentError as error:
            self._tasks.failed("volume", error)
        return self._last_volume
