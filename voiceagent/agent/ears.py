"""What a session hears: the wake word, the open turn, and the stop word.

frame > open turn (front end, recogniser) > wake | speech | end of turn
      `> stop word, while we make sound or think
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from voiceagent.agent.open_turn import OpenTurn
from voiceagent.agent.state import Options, State
from voiceagent.agent.supervisor import Supervisor
from voiceagent.audio.frames import RATE, AudioFrame
from voiceagent.audio.offset import OffsetFilter, steady
from voiceagent.clock import Compute
from voiceagent.frontend.wake import WakeVerifier, WakeWord
from voiceagent.stt.utterance import Utterance
from voiceagent.trace.events import (
    BargeIn,
    Event,
    SpeechStarted,
    StopHeard,
    TurnEnded,
    WakeCandidate,
    WakeDetected,
    WakeRejected,
)

__all__ = ["Ears", "EarParts", "Session"]

CHIME_AFTER = 0.3
"""Seconds of silence after the wake word before the chime: a command in the same breath
must not be chimed into."""
VERIFIED = 0.05
"""Score of the second-stage verifier that lets a wake word pass: at 0.05 it kept all 82
real "alexa" at 10 dB and refused both false ones in 1.4 hours of other sound."""
STOP_SCORE = 0.5
"""Score at which the stop word counts."""
BUSY = (State.SPEAKING, State.THINKING)


class Session(Protocol):
    """Whose ears they are."""

    @property
    def state(self) -> State:
        """What it is doing."""
        ...

    @property
    def muted(self) -> bool:
        """Whether nothing may be heard."""
        ...

    def interrupt(self, reason: str) -> None:
        """Silence: cancel the turn that speaks or thinks, and whatever rings."""
        ...

    def answer_spoken(
        self, ended: TurnEnded, heard: tuple[Utterance, asyncio.Task[None]]
    ) -> None:
        """A spoken turn has ended: answer it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EarParts:
    """What ears are made of."""

    turn: OpenTurn
    verifier: WakeVerifier | None = None
    stop_word: WakeWord | None = None
    arriving: Future[Any] | None = None
    """The recogniser, where it is still being made."""


class Ears:
    """Listens for one session; nothing of it is heard while the session is muted."""

    def __init__(
        self,
        parts: EarParts,
        session: Session,
        options: Options,
        *,
        compute: Compute,
        tasks: Supervisor,
        emit: Callable[[Event], None],
        chime: Callable[[int], Awaitable[None]],
    ) -> None:
        """`chime(turn)`: play a short sound that says we are listening."""
        self.turn = parts.turn
        self._verifier, self._stop_word = parts.verifier, parts.stop_word
        self._arriving = parts.arriving
        self._session, self._options = session, options
        self._compute, self._tasks, self._emit = compute, tasks, emit
        self._chime_now = chime
        self._busy = False
        self._offset = OffsetFilter()

    def begin(self) -> None:
        """The session begins; where its recogniser cannot be made, it ends."""
        if self._arriving is not None:
            self._tasks.need(self._arriving)

    def hear(self, frame: AudioFrame) -> None:
        """Take the next frame."""
        for event in self.turn.push(frame):
            self._on(event)
        self._listen_for_stop(self._offset.push(frame.pcm), frame.end)

    def open(self, by: str, sample: int) -> None:
        """Open a turn for what is said from `sample` on."""
        self.turn.open(by, sample, self._tasks)

    def finish(self, end: int, reason: str) -> bool:
        """Close an open turn at sample `end`; false where none was open."""
        events = list(self.turn.finish(end, reason))
        for event in events:
            self._on(event)
        return bool(events)

    def forget(self, reason: str) -> None:
        """Drop the open turn and all that was heard."""
        self.turn.drop(reason)
        self.turn.forget()

    def _on(self, event: Event) -> None:
        self._emit(event)
        match event:
            case WakeCandidate():
                self._candidate(event)
            case SpeechStarted() if self._options.full_duplex:
                self._spoken_over(event)
            case TurnEnded(reason="no-speech"):
                self.turn.drop("no speech")
            case TurnEnded():
                heard = self.turn.close()
                if heard is not None:
                    self._session.answer_spoken(event, heard)

    def _candidate(self, hit: WakeCandidate) -> None:
        if self._verifier is None:
            self._awake(hit, verified=False)
        else:
            verifying = self._verify(self._verifier, hit)
            self._tasks.spawn(verifying, what="wake word verifier")

    async def _verify(self, verifier: WakeVerifier, hit: WakeCandidate) -> None:
        pcm = self.turn.recent()
        try:
            score = await self._compute("wake", verifier.verify, hit.word, steady(pcm))
        except Exception as error:  # of an engine; the first stage still counts
            self._tasks.failed("wake word verifier", error)
            self._awake(hit, verified=False)
            return
        if score >= VERIFIED:
            self._awake(hit, verified=True)
        else:
            self._emit(WakeRejected(t=hit.t, word=hit.word, score=round(score, 2)))

    def _awake(self, hit: WakeCandidate, *, verified: bool) -> None:
        if self._session.muted:  # since the verifier was asked
            return
        if self._session.state in BUSY:
            self._emit(BargeIn(t=hit.t, by="wake"))
            self._session.interrupt("barge-in")
        self._emit(
            WakeDetected(
                turn=self.turn.number + 1,
                t=hit.t,
                word=hit.word,
                score=hit.score,
                verified=verified,
            )
        )
        self.open("wake", round(hit.t * RATE))
        if self._options.wake_earcon:
            self._tasks.spawn(self._chime(self.turn.number), what="chime")

    async def _chime(self, turn: int) -> None:
        """A sound that we are listening, unless the command already follows."""
        await asyncio.sleep(CHIME_AFTER)
        waiting = self.turn.listening and turn == self.turn.number
        if waiting and not self.turn.speaking:
            await self._chime_now(turn)

    def _spoken_over(self, event: SpeechStarted) -> None:
        if self._session.state is State.SPEAKING and not self.turn.listening:
            self._emit(BargeIn(t=event.t))
            self._session.interrupt("barge-in")
            self.open("barge-in", round(event.t * RATE))

    def _listen_for_stop(self, pcm: bytes, end: int) -> None:
        """While we make sound or think, the stop word passes every gate."""
        if self._stop_word is None:
            return
        was, self._busy = self._busy, self._session.state in BUSY
        if not self._busy:
            return
        if not was:
            # What the user said before must not be taken for a "stop" now.
            self._stop_word.reset()
        scores = self._stop_word.push(pcm)
        if max(scores.values(), default=0.0) >= STOP_SCORE:
            self._stop_word.reset()
            self._emit(StopHeard(turn=self.turn.number, t=end / RATE))
            self._session.interrupt("stop")
