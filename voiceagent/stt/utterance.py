"""One utterance on its way through the recogniser, while it is being spoken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from voiceagent.audio.frames import FRAME_BYTES, RATE, AudioFrame
from voiceagent.clock import Compute
from voiceagent.errors import EngineLost
from voiceagent.stt.protocol import DOUBTFUL, Recognition, Stt, begin
from voiceagent.stt.utterance_state import BUSY, Cue, UtteranceState, after

__all__ = ["CHUNK_FRAMES", "Heard", "Typed", "Utterance"]

CHUNK_FRAMES = 5
"""Frames given to the recogniser at once: 100 ms keeps partials fresh and calls few."""
LAST_SOUND = 0.05
"""Seconds of speech that a result must not lack: less than a consonant takes."""

OnPartial = Callable[[str, int], None]
OnPreview = Callable[[Recognition, int], None]


class Heard(Protocol):
    """Something a turn can be answered from."""

    @property
    def audio(self) -> bytes:
        """What was said, 16 kHz PCM16; empty where it was not spoken."""
        ...

    def result(self) -> Recognition:
        """The final words; raises what went wrong on the way."""
        ...


class Typed:
    """Words that came by keyboard or touch: as certain as words can be."""

    def __init__(self, text: str) -> None:
        self._text = " ".join(text.split())

    @property
    def audio(self) -> bytes:
        """Nothing was spoken."""
        return b""

    def result(self) -> Recognition:
        """The words as typed."""
        return Recognition(self._text, 1.0, bool(self._text), "typed")


class _Ear:
    """A recogniser asked off the loop."""

    def __init__(self, stt: Stt, compute: Compute, answers: Sequence[str]) -> None:
        self._stt, self._compute, self._answers = stt, compute, answers

    async def begin(self) -> None:
        await self._compute("stt.begin", begin, self._stt, self._answers)

    async def feed(self, pcm: bytes) -> str:
        return await self._compute("stt", self._stt.feed, pcm)

    async def preview(self) -> Recognition | None:
        return await self._compute("stt.final", self._stt.preview)

    async def finish(self) -> Recognition:
        return await self._compute("stt.final", self._stt.finish)


class _Sound:
    """The audio of a turn, and how much of it the recogniser has been given."""

    def __init__(self) -> None:
        self.kept, self._waiting = bytearray(), bytearray()
        self.fresh = True
        """The recogniser is to begin before it is given the rest."""
        self.upto = self.fed = 0
        """Samples before which audio has come, and has been given."""

    def add(self, frame: AudioFrame) -> int:
        """Keep the next frame; bytes that wait."""
        self._waiting += frame.pcm
        self.kept += frame.pcm
        self.upto = frame.end
        return len(self._waiting)

    def clear(self) -> None:
        """It was no speech."""
        self._waiting.clear()
        self.kept.clear()
        self.fresh = True

    def rewind(self) -> None:
        """A new recogniser has to hear all of it."""
        self._waiting[:] = self.kept
        self.fresh = True

    def take(self) -> bytes:
        """What waits, to be given to the recogniser now."""
        pcm = bytes(self._waiting)
        if pcm:
            self._waiting.clear()
            self.fed = self.upto
        return pcm


class Utterance:
    """Collects the frames of a turn and feeds them to the recogniser as they come.

    `run` is the task; the other methods are called by whoever reads the frames. When
    speech pauses, the final result is worked out at once: if the turn ends here, it is
    ready, and if speech goes on, only some work was wasted. Audio that waits is bounded
    by the longest turn. A recogniser that is lost on the way and replaced hears all of
    it again, once.
    """

    def __init__(
        self,
        stt: Stt,
        compute: Compute,
        *,
        on_partial: OnPartial,
        on_preview: OnPreview,
        quiet: bool = False,
        answers: Sequence[str] = (),
        decided: bool = False,
    ) -> None:
        """`answers`: short ones to a question of ours, possible in this turn.
        `decided`: what the final pass refuses is not looked at once more.
        `quiet`: nobody speaks yet; what is silent is not looked for words in.
        `on_partial(text, upto)`: tentative words in the audio before sample `upto`;
        `on_preview(recognition, upto)`: the final result if the turn ended there."""
        self._ear, self._sound = _Ear(stt, compute, tuple(answers)), _Sound()
        self._on_partial, self._on_preview = on_partial, on_preview
        self._decided, self._closed = decided, False
        self._state = UtteranceState.QUIET if quiet else UtteranceState.SPEECH
        self._end: int | None = None
        """Sample before which the speech was, where it has stopped for certain."""
        self._seen = 0
        """Sample before which the final result knows the audio."""
        self._more = asyncio.Event()
        self._preview: Recognition | None = None
        self._outcome: Recognition | Exception | None = None

    def add(self, frame: AudioFrame) -> None:
        """Take the next frame of the turn."""
        if self._sound.add(frame) >= CHUNK_FRAMES * FRAME_BYTES:
            self._more.set()

    def restart(self, frames: Iterable[AudioFrame]) -> None:
        """What came before was no speech (a click, a chime, a pause): begin again."""
        self._sound.clear()
        self.resume()
        for frame in frames:
            self.add(frame)

    def pause(self, *, end: int | None = None) -> None:
        """Speech has stopped for now: have the final result ready.

        `end`: sample before which the speech was; None: so it seems. What was heard
        when it only seemed so may lack its last sound, or be half of a command: it is
        looked at again when speech has stopped for certain.
        """
        self._end = end
        if self._state in BUSY:
            self._go(Cue.SEEMS if end is None else Cue.SURE)
        elif self._preview is None or not (end is None or self._good(self._preview)):
            self._preview = None
            self._go(Cue.PAUSE)
            self._more.set()

    def _good(self, preview: Recognition) -> bool:
        """Whether it heard all of the speech, and what it says of it is certain."""
        lacks = self._end is not None and self._end - self._seen > LAST_SOUND * RATE
        certain = preview.accepted and preview.reason != DOUBTFUL
        return (certain or preview.decided) and not lacks

    def resume(self) -> None:
        """Speech goes on: a final result of before does not count."""
        self._go(Cue.RESUME)
        self._preview = None

    def close(self) -> None:
        """No more frames: the turn has ended."""
        self._closed = True
        self._more.set()

    async def run(self) -> None:
        """Feed the recogniser to the end; never raises, `result` does.

        A broken recogniser must fail its turn, not the task group with the microphone.
        """
        try:
            self._outcome = await self._heard_once_more()
        except Exception as error:
            self._outcome = error

    @property
    def audio(self) -> bytes:
        """All of the turn so far; no longer than the longest turn."""
        return bytes(self._sound.kept)

    def result(self) -> Recognition:
        """The final result once `run` is done; raises what went wrong."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome

    def _go(self, cue: Cue) -> None:
        self._state = after(self._state, cue)

    async def _heard_once_more(self) -> Recognition:
        """The result; where the recogniser is lost on the way, of the one after it."""
        try:
            return await self._recognise()
        except EngineLost as error:
            if not error.replaced:
                raise
        self._go(Cue.LOST)
        self._sound.rewind()
        self._more.set()
        return await self._recognise()

    async def _recognise(self) -> Recognition:
        await self._begin()
        while not self._closed:
            await self._more.wait()
            self._more.clear()
            if self._state in (UtteranceState.SPEECH, UtteranceState.PAUSED):
                await self._feed()
            if self._state is UtteranceState.PAUSED and not self._closed:
                await self._feed()  # what came while the recogniser was busy
                if not self._sound.fresh:
                    await self._look_ahead()
        found = self._preview
        if found is not None and (self._decided or found.decided or found.accepted):
            return found
        await self._feed()
        return await self._ear.finish()

    async def _look_ahead(self) -> None:
        self._go(Cue.LOOK)
        if self._state not in BUSY:
            return  # speech went on while it was fed
        upto = self._sound.fed
        preview = await self._ear.preview()
        if preview is None or self._state not in BUSY:
            self._go(Cue.LOOKED)
            return
        self._seen = upto
        again = self._state is UtteranceState.AGAIN and not self._good(preview)
        self._go(Cue.LACKING if again else Cue.LOOKED)
        if again:
            self._more.set()
        else:
            self._preview = preview
        # On what is looked at again nothing is done, but that it is no command counts.
        if not (self._closed or (again and preview.accepted)):
            self._on_preview(preview, upto)

    async def _begin(self) -> None:
        while self._sound.fresh:  # it may be told so while it begins
            self._sound.fresh = False
            await self._ear.begin()

    async def _feed(self) -> None:
        await self._begin()
        if not (pcm := self._sound.take()):
            return
        upto = self._sound.fed
        text = await self._ear.feed(pcm)
        if not self._closed and self._preview is None:
            self._on_partial(text, upto)
