"""The ears of one session: where its turns begin and end, and which words they hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from voiceagent.errors import VoiceAgentError
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import RATE, Hear, Recognise, SessionStep
from voiceagent.region.fair_desk import Whose
from voiceagent.region.services import Detector, HeardEdge, Services
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note, told

__all__ = ["SessionEars"]

MOMENT = RATE
"""Bytes of sound that are looked at before others may go on: half a second."""
RECOGNITION = 30.0
"""Seconds that the words of one turn may take, where no response waits for them."""
TOO_MUCH = "too_much_sound"
"""Code of words that are refused because too much sound waits already."""
MOST_BREAKS = 3
"""Detectors that break one after the other before the session is given up."""


class SessionEars:
    """Hears for one session, with a state of its own."""

    def __init__(
        self,
        session: ServerSession,
        services: Services,
        do: Callable[[Iterable[SessionStep]], None],
        whose: Whose = (),
        ceiling: str = "",
    ) -> None:
        """`whose` turns they are, among all that wait to be heard; `ceiling`: with whom
        the seconds of sound that wait are counted together."""
        self._mine = whose or (session.wire.id,), ceiling
        self._session, self._services, self._do = session, services, do
        self._detector: Detector | None = None
        self._wanted: Mapping[str, Any] = {}
        """The settings that the detector was made by."""
        self._began = self._upto = 0
        """Samples of the input that the detector's time begins with and has reached."""
        self._deaf, self._breaks = False, 0
        self._one = asyncio.Lock()
        self._tasks = Tasks(self._lost, partial(services.used, self._mine[0][0]))

    @property
    def making(self) -> list[asyncio.Task[None]]:
        """Words that are being made out."""
        return list(self._tasks.running.values())

    def hear(self, step: Hear) -> Iterator[None]:
        """Look for turns, a moment's sound at a time: between two of them others may
        go on. A detector that breaks is replaced, and the client is told.

        Raises where that happens again and again.
        """
        for at in range(0, len(step.pcm), MOMENT):
            self._look_in(step.pcm[at : at + MOMENT], step.start + at // 2)
            yield

    def cut(self) -> None:
        """A turn ended by the client's word."""
        if self._detector is not None:
            self._look(self._detector.cut)

    def _look_in(self, pcm: bytes, start: int) -> None:
        if start != self._upto:  # turns were not looked for meanwhile
            self._detector = None
        if self._look(partial(self._push, pcm, start)):
            self._do(self._session.heard(self._upto / RATE))

    def _push(self, pcm: bytes, start: int) -> Iterable[HeardEdge]:
        wanted = self._session.wire.settings.detection or {}
        if self._detector is None or wanted != self._wanted:
            self._began, self._wanted = start, wanted
            self._detector = self._services.detector(wanted)
        self._upto = start + len(pcm) // 2
        return self._detector.push(pcm) if self._detector else ()

    def _look(self, look: Callable[[], Iterable[HeardEdge]]) -> bool:
        """Whether turns were looked for."""
        try:
            found = list(look())
        except BaseException as error:  # whatever it is, it is one session's trouble
            self._detector, self._breaks = None, self._breaks + 1
            if isinstance(error, KeyboardInterrupt):
                raise
            if self._breaks >= MOST_BREAKS:
                raise RuntimeError("a turn detector breaks again and again") from error
            note("a turn detector", error)
            self._services.metrics.count("broken", "detector")
            self._do(self._session.trouble("detector_failed", told(error)[1]))
            return False
        if self._detector is None:
            self._tell_that_there_is_none()
            return False
        for edge in found:
            at = self._began / RATE + edge.at
            if edge.begins:
                self._do(self._session.speech_started(at))
            else:
                self._do(self._session.speech_stopped(at, spoken=edge.spoken))
        return True

    def _tell_that_there_is_none(self) -> None:
        if not self._deaf:
            self._deaf = True
            why = "this region has no turn detector: say yourself where a turn ends"
            self._do(self._session.trouble("no_detector", why))

    def recognise(self, step: Recognise) -> None:
        """Make out the words of a turn, or refuse it where too much waits already."""
        sound, seconds = self._services.sound, len(step.pcm) / 2 / step.rate
        (share, *_), ceiling = self._mine
        if not sound.room(share, seconds, under=ceiling):
            waiting = sound.of(share)
            why = f"{waiting:.0f} s of your sound wait to be made out already"
            failed = self._session.answering.transcription_failed
            self._do(failed(step.item_id, TOO_MUCH, why))
            return
        sound.hold(step.item_id, share, seconds, under=ceiling)
        self._tasks.spawn(step.item_id, self._recognise(step))
        running = self._tasks.running[step.item_id]
        running.add_done_callback(lambda _: sound.let_go(step.item_id))

    def give_up(self, item_id: str, code: str, why: str) -> None:
        """Nobody waits for those words any more."""
        self._tasks.cancel(item_id)
        self._do(self._session.answering.transcription_failed(item_id, code, why))

    async def end(self) -> None:
        """Nothing is left running."""
        await self._tasks.end()

    async def _recognise(self, step: Recognise) -> None:
        answering, recognise = self._session.answering, self._services.recogniser
        if recognise is None:
            why = "this region has no recogniser"
            failed = answering.transcription_failed(step.item_id, "no_recogniser", why)
            self._do(failed)
            return
        try:
            async with asyncio.timeout(RECOGNITION), self._one:
                words = await recognise(step.pcm, self._mine[0])
        except (TimeoutError, VoiceAgentError) as error:
            code, why = told(error)
            if isinstance(error, TimeoutError):
                code, why = "too_slow", "the words took too long"
            self._do(answering.transcription_failed(step.item_id, code, why))
            return
        seconds = len(step.pcm) / 2 / step.rate
        self._do(answering.transcribed(step.item_id, words, seconds))

    def _lost(self, item_id: str, error: BaseException) -> None:
        note("a recogniser", error)
        self._services.metrics.count("broken", "recogniser")
        failed = self._session.answering.transcription_failed
        self._do(failed(item_id, *told(error)))
