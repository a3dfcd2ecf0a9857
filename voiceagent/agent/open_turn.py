"""The open turn: what is said now, on its way into the recogniser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from voiceagent.audio.frames import FRAME_BYTES, RATE, AudioFrame, PreRoll
from voiceagent.clock import Compute
from voiceagent.frontend.endpoint import WHOLE, Completeness, WordsSoFar
from voiceagent.frontend.frontend import Frontend
from voiceagent.stt.offline import MARGIN
from voiceagent.stt.protocol import DOUBTFUL, UNFINISHED, Recognition, Stt
from voiceagent.stt.utterance import CHUNK_FRAMES, Utterance
from voiceagent.trace.events import Event, PartialTranscript, TurnCancelled, TurnStarted

__all__ = ["OpenTurn"]

CHUNK = CHUNK_FRAMES * FRAME_BYTES // 2
"""Samples that are usually heard at once."""
PREROLL_SECONDS = 2.0
"""Enough for a wake word and what was said in the same breath."""

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class OpenTurn:
    """Opens and closes turns, and passes on what the recogniser makes of them."""

    def __init__(
        self,
        *,
        frontend: Frontend,
        stt: Stt,
        compute: Compute,
        progress: Callable[[str], Completeness],
        expect: Callable[[str], None],
        emit: Callable[[Event], None],
        lookback: float,
        answers: Callable[[int], Sequence[str]] = lambda turn: (),
        open_domain: bool = False,
    ) -> None:
        """`expect(text)`: the words so far are a whole command; `lookback`: seconds
        before a turn's first sample that the recogniser is given too; `answers(turn)`:
        short ones to a question of ours that the turn may bring; `open_domain`: what is
        outside the grammar may be a question for somebody else, and its words are no
        evidence of anything."""
        self.turn = 0
        """Number of the newest turn."""
        self.utterance: Utterance | None = None
        """Audio of the open turn; None while none is open."""
        self._frontend, self._stt, self._compute = frontend, stt, compute
        self._progress, self._expect, self._emit = progress, expect, emit
        self._lookback, self._answers = round(lookback * RATE), answers
        self._open_domain = open_domain
        self._possible: Sequence[str] = ()
        self._preroll = PreRoll(PREROLL_SECONDS)
        self._hearing: asyncio.Task[None] | None = None
        self._text, self._since, self._upto = "", 0, 0
        self._hushed = self._whole = False

    def add(self, frame: AudioFrame) -> None:
        """Take the next frame of the stream."""
        self._preroll.push(frame)
        if self.utterance is not None:
            self.utterance.add(frame)
            self._look_early(self.utterance)

    def recent(self) -> bytes:
        """The last seconds of audio."""
        return b"".join(frame.pcm for frame in self._preroll.since(0))

    def forget(self) -> None:
        """Drop the last seconds of audio (mute)."""
        self._preroll.clear()

    def number(self) -> int:
        """The number of a new turn."""
        self.turn += 1
        return self.turn

    def open(self, by: str, sample: int, spawn: Spawn) -> None:
        """Open a turn for what is said from `sample` on."""
        self.drop("replaced")
        self.number()
        self._emit(TurnStarted(turn=self.turn, t=sample / RATE, by=by))
        self._frontend.begin(self.turn, sample)
        self._text, self._since, self._upto = "", 0, sample
        self._hushed = self._whole = False
        turn, self._possible = self.turn, self._answers(self.turn)
        utterance = Utterance(
            self._stt,
            self._compute,
            on_partial=lambda text, upto: self._partial(turn, text, upto),
            on_preview=lambda found, upto: self._preview(turn, found, upto),
            quiet=not self._frontend.speaking,
            answers=self._possible,
            decided=self._open_domain,
        )
        for frame in self._preroll.since(sample - self._lookback):
            utterance.add(frame)
        self.utterance = utterance
        self._hearing = spawn(utterance.run())

    def close(self) -> tuple[Utterance, asyncio.Task[None]] | None:
        """The turn has ended: hand over its utterance and the task that hears it."""
        if self.utterance is None or self._hearing is None:
            return None
        closed = self.utterance, self._hearing
        self.utterance.close()
        self.utterance = self._hearing = None
        return closed

    def speech(self, speaking: bool, sample: int) -> None:
        """The user pauses or goes on at `sample`."""
        if self.utterance is None:
            return
        if speaking and not self._frontend.heard:
            # Until now there was no speech to speak of: a click, a chime, the pause
            # after the wake word. It would only be taken for words.
            start = sample - round(MARGIN * RATE)
            self.utterance.restart(self._preroll.since(start))
        elif speaking:
            self.utterance.resume()
        elif self._frontend.heard:
            self.utterance.pause(end=sample)

    def _look_early(self, utterance: Utterance) -> None:
        """The sound falls before the detector lets go: begin the final pass then."""
        was, self._hushed = self._hushed, self._frontend.hushed
        if self._hushed and not was and self._whole:
            # What is no command yet takes long, and would only be in the way.
            utterance.pause()
        elif was and not self._hushed and self._frontend.speaking:
            utterance.resume()

    def drop(self, reason: str) -> None:
        """End the open turn, if any, without an answer."""
        if self._hearing is None:
            return
        self._frontend.end()
        self._hearing.cancel()
        self.utterance = self._hearing = None
        self._emit(TurnCancelled(turn=self.turn, reason=reason))

    def _partial(self, turn: int, text: str, upto: int) -> None:
        if turn != self.turn or not self._frontend.open:
            return
        stable, self._text = text == self._text, text
        if not stable:
            # Of much audio at once, after the recogniser was busy, who knows where.
            self._since = min(upto, self._upto + CHUNK)
        self._upto = upto
        completeness = self._so_far(text)
        self._whole = completeness in WHOLE
        words = WordsSoFar(completeness)
        if self._open_domain and not words.ending(text).answer:
            # Any question sounds like some command, or half of one, to a pass that
            # knows nothing else.
            words = WordsSoFar(Completeness.UNKNOWN)
        self._note(text, words, upto, since=self._since)
        if stable and self._whole:
            self._expect(text)

    def _preview(self, turn: int, found: Recognition, upto: int) -> None:
        """The final pass, better than the live one, over what came before a pause."""
        if turn != self.turn or not self._frontend.open:
            return
        if found.accepted:
            self._expect(found.text)
        settled = WordsSoFar(settled=True, sure=found.confidence)
        if found.reason == DOUBTFUL:
            self._note(found.text, settled, upto)
        elif found.accepted or found.reason == UNFINISHED:
            progress = self._so_far(found.text)
            self._note(found.text, replace(settled, completeness=progress), upto)
        elif self._open_domain:
            self._note("", WordsSoFar(Completeness.UNKNOWN, settled=True), upto)
        else:
            self._note(self._text, settled, upto)

    def _so_far(self, text: str) -> Completeness:
        """How much of a command, or of an answer to a question of ours, `text` is."""
        progress = self._progress(text)
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
        self._emit(
            PartialTranscript(
                turn=self.turn,
                t=upto / RATE,
                pii_text=text,
                completeness=words.completeness.value,
                settled=words.settled,
                confidence=words.sure,
            )
        )
