"""The open turn: what is said now, on its way into the recogniser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from voiceagent.agent.supervisor import Supervisor
from voiceagent.audio.frames import FRAME_BYTES, RATE, AudioFrame, PreRoll
from voiceagent.clock import Compute
from voiceagent.frontend.endpoint import WHOLE, Completeness, WordsSoFar
from voiceagent.frontend.frontend import Frontend
from voiceagent.stt.offline import MARGIN
from voiceagent.stt.protocol import DOUBTFUL, UNFINISHED, Leased, Recognition, Stt
from voiceagent.stt.utterance import CHUNK_FRAMES, Utterance
from voiceagent.trace.events import (
    Event,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
    TurnCancelled,
    TurnStarted,
)

__all__ = ["HearingPlan", "OpenTurn"]

CHUNK = CHUNK_FRAMES * FRAME_BYTES // 2
"""Samples that are usually heard at once."""
PREROLL_SECONDS = 2.0
"""Enough for a wake word and what was said in the same breath."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingPlan:
    """How a turn is heard."""

    stt: Stt
    compute: Compute
    progress: Callable[[str], Completeness]
    expect: Callable[[str], None]
    """`expect(text)`: the words so far are a whole command."""
    emit: Callable[[Event], None]
    lookback: float
    """Seconds before a turn's first sample that the recogniser is given too."""
    answers: Callable[[int], Sequence[str]] = lambda turn: ()
    """`answers(turn)`: short ones to a question of ours that the turn may bring."""
    open_domain: bool = False
    """What is outside the grammar may be a question for somebody else, and its words
    are no evidence of anything."""


@dataclass(slots=True)
class _SoFar:
    """What the live pass has made of the open turn."""

    text: str = ""
    since: int = 0
    """Sample since which it has made the same of all."""
    upto: int = 0
    hushed: bool = False
    whole: bool = False
    """Whether the words are a whole command."""


class OpenTurn:
    """Opens and closes turns: the one owner of the front end, and of what the
    recogniser makes of the words so far."""

    def __init__(self, frontend: Frontend, hearing: HearingPlan) -> None:
        self.number = 0
        """Number of the newest turn."""
        self._frontend, self._how = frontend, hearing
        self._utterance: Utterance | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._possible: Sequence[str] = ()
        self._preroll = PreRoll(PREROLL_SECONDS)
        self._so_far = _SoFar()

    @property
    def listening(self) -> bool:
        """Whether a turn is open."""
        return self._utterance is not None

    @property
    def speaking(self) -> bool:
        """Whether the user speaks."""
        return self._frontend.speaking

    @property
    def patience(self) -> float:
        """Factor on all waits for the end of a turn."""
        return self._frontend.policy.patience

    @patience.setter
    def patience(self, factor: float) -> None:
        self._frontend.policy = replace(self._frontend.policy, patience=factor)

    def push(self, frame: AudioFrame) -> Iterator[Event]:
        """Take the next frame of the stream and give the events that it causes."""
        self._preroll.push(frame)
        if self._utterance is not None:
            self._utterance.add(frame)
            self._look_early(self._utterance)
        for event in self._frontend.push(frame):
            if isinstance(event, SpeechStarted | SpeechStopped):
                speaking = isinstance(event, SpeechStarted)
                self._speech(speaking, round(event.t * RATE))
            yield event

    def finish(self, end: int, reason: str) -> Iterator[Event]:
        """Close an open turn at sample `end`: the stream ended, or a key was let go."""
        return self._frontend.finish(end, reason)

    def recent(self) -> bytes:
        """The last seconds of audio."""
        return b"".join(frame.pcm for frame in self._preroll.since(0))

    def release(self) -> None:
        """The session is over: the recogniser is free for others."""
        if isinstance(self._how.stt, Leased):
            self._how.stt.release()

    def forget(self) -> None:
        """Drop the last seconds of audio (mute)."""
        self._preroll.clear()

    def count(self) -> int:
        """The number of a new turn."""
        self.number += 1
        return self.number

    def open(self, by: str, sample: int, tasks: Supervisor) -> None:
        """Open a turn for what is said from `sample` on."""
        self.drop("replaced")
        self.count()
        self._how.emit(TurnStarted(turn=self.number, t=sample / RATE, by=by))
        self._frontend.begin(self.number, sample, answer=by == "follow-up")
        self._so_far = _SoFar(upto=sample)
        turn, self._possible = self.number, self._how.answers(self.number)
        utterance = Utterance(
            self._how.stt,
            self._how.compute,
            on_partial=lambda text, upto: self._partial(turn, text, upto),
            on_preview=lambda found, upto: self._preview(turn, found, upto),
            quiet=not self._frontend.speaking,
            answers=self._possible,
            decided=self._how.open_domain,
        )
        for frame in self._preroll.since(sample - round(self._how.lookback * RATE)):
            utterance.add(frame)
        self._utterance = utterance
        self._hearing = tasks.spawn(utterance.run(), what="recognition")

    def close(self) -> tuple[Utterance, asyncio.Task[None]] | None:
        """The turn has ended: hand over its utterance and the task that hears it."""
        if self._utterance is None or self._hearing is None:
            return None
        closed = self._utterance, self._hearing
        self._utterance.close()
        self._utterance = self._hearing = None
        return closed

    def _speech(self, speaking: bool, sample: int) -> None:
        """The user pauses or goes on at `sample`."""
        if self._utterance is None:
            return
        if speaking and not self._frontend.heard:
            # Until now there was no speech to speak of: a click, a chime, the pause
            # after the wake word. It would only be taken for words.
            start = sample - round(MARGIN * RATE)
            self._utterance.restart(self._preroll.since(start))
        elif speaking:
            self._utterance.resume()
        elif self._frontend.heard:
            self._utterance.pause(end=sample)

    def _look_early(self, utterance: Utterance) -> None:
        """The sound falls before the detector lets go: begin the final pass then."""
        was, self._so_far.hushed = self._so_far.hushed, self._frontend.hushed
        if self._so_far.hushed and not was and self._so_far.whole:
            # What is no command yet takes long, and would only be in the way.
            utterance.pause()
        elif was and not self._so_far.hushed and self._frontend.speaking:
            utterance.resume()

    def drop(self, reason: str) -> None:
        """End the open turn, if any, without an answer."""
        if self._hearing is None:
            return
        self._frontend.end()
        self._hearing.cancel()
        self._utterance = self._hearing = None
        self._how.emit(TurnCancelled(turn=self.number, reason=reason))

    def _partial(self, turn: int, text: str, upto: int) -> None:
        if turn != self.number or not self._frontend.open:
            return
        stable, self._so_far.text = text == self._so_far.text, text
        if not stable:
            # Of much audio at once, after the recogniser was busy, who knows where.
            self._so_far.since = min(upto, self._so_far.upto + CHUNK)
        self._so_far.upto = upto
        completeness = self._measure(text)
        self._so_far.whole = completeness in WHOLE
        words = WordsSoFar(completeness)
        if self._how.open_domain and not words.ending(text).answer:
            # Any question sounds like some command, or half of one, to a pass that
            # knows nothing else.
            words = WordsSoFar(Completeness.UNKNOWN)
        self._note(text, words, upto, since=self._so_far.since)
        if stable and self._so_far.whole:
            self._how.expect(text)

    def _preview(self, turn: int, found: Recognition, upto: int) -> None:
        """The final pass, better than the live one, over what came before a pause."""
        if turn != self.number or not self._frontend.open:
            return
        if found.accepted:
            self._how.expect(found.text)
        settled = WordsSoFar(settled=True, sure=found.confidence)
        if found.reason == DOUBTFUL:
            self._note(found.text, settled, upto)
        elif found.accepted or found.reason == UNFINISHED:
            progress = self._measure(found.text)
            self._note(found.text, replace(settled, completeness=progress), upto)
        elif self._how.open_domain:
            self._note("", WordsSoFar(Completeness.UNKNOWN, settled=True), upto)
        else:
            self._note(self._so_far.text, settled, upto)

    def _measure(self, text: str) -> Completeness:
        """How much of a command, or of an answer to a question of ours, `text` is."""
        progress = self._how.progress(text)
        begun = any(answer.startswith(f"{text} ") for answer in self._possible)
        if progress in WHOLE or text in self._possible:
            open_ended = begun or progress not in (
                Completeness.COMPLETE,
                Completeness.DEAD,
            )
            return Completeness.EXTENSIBLE if open_ended else Completeness.COMPLETE
        return Completeness.INCOMPLETE if begun and text else progress

    def _note(self, text: str, words: WordsSoFar, upto: int, *, since: int = 0) -> None:
        words = words.ending(text)
        self._frontend.note(words, upto, since=since)
        self._how.emit(
            PartialTranscript(
                turn=self.number,
                t=upto / RATE,
                pii_text=text,
                completeness=words.completeness.value,
                settled=words.settled,
                confidence=words.sure,
            )
        )
