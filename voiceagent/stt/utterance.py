"""One utterance on its way through the recogniser, while it is being spoken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from voiceagent.audio.frames import FRAME_BYTES, RATE, AudioFrame
from voiceagent.clock import Compute
from voiceagent.stt.protocol import DOUBTFUL, Recognition, Stt, begin

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


class Utterance:
    """Collects the frames of a turn and feeds them to the recogniser as they come.

    `run` is the task; the other methods are called by whoever reads the frames. When
    speech pauses, the final result is worked out at once: if the turn ends here, it is
    ready, and if speech goes on, only some work was wasted. Audio that waits is bounded
    by the longest turn.
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
        self._stt, self._compute = stt, compute
        self._on_partial, self._on_preview = on_partial, on_preview
        self._waiting, self._all = bytearray(), bytearray()
        self._upto = self._fed = 0
        self._quiet, self._answers = quiet, tuple(answers)
        self._decided = decided
        self._closed = self._paused = self._resumed = self._fresh = False
        self._looking = self._again = False
        self._end: int | None = None
        """Sample before which the speech was, where it has stopped for certain."""
        self._seen = 0
        """Sample before which the final result knows the audio."""
        self._more = asyncio.Event()
        self._preview: Recognition | None = None
        self._recognition: Recognition | None = None
        self._error: Exception | None = None

    def add(self, frame: AudioFrame) -> None:
        """Take the next frame of the turn."""
        self._waiting += frame.pcm
        self._all += frame.pcm
        self._upto = frame.end
        if len(self._waiting) >= CHUNK_FRAMES * FRAME_BYTES:
            self._more.set()

    def restart(self, frames: Iterable[AudioFrame]) -> None:
        """What came before was no speech (a click, a chime, a pause): begin again."""
        self._waiting.clear()
        self._all.clear()
        self._fresh = True
        self.resume()
        for frame in frames:
            self.add(frame)

    def pause(self, *, end: int | None = None) -> None:
        """Speech has stopped for now: have the final result ready.

        `end`: sample before which the speech was; None: so it seems. What was heard
        when it only seemed so may lack its last sound, or be half of a command: it is
        looked at again when speech has stopped for certain.
        """
        self._quiet = True
        self._end = end
        if self._looking and not self._resumed:
            self._again = end is not None
        elif self._preview is None or not (end is None or self._good(self._preview)):
            self._preview = None
            self._paused = True
            self._more.set()

    def _good(self, preview: Recognition) -> bool:
        """Whether it heard all of the speech, and what it says of it is certain."""
        lacks = self._end is not None and self._end - self._seen > LAST_SOUND * RATE
        certain = preview.accepted and preview.reason != DOUBTFUL
        return (certain or preview.decided) and not lacks

    def resume(self) -> None:
        """Speech goes on: a final result of before does not count."""
        self._paused, self._resumed, self._quiet = False, True, False
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
            self._recognition = await self._recognise()
        except Exception as error:
            self._error = error

    @property
    def audio(self) -> bytes:
        """All of the turn so far; no longer than the longest turn."""
        return bytes(self._all)

    def result(self) -> Recognition:
        """The final result once `run` is done; raises what went wrong."""
        if self._error is not None:
            raise self._error
        assert self._recognition is not None
        return self._recognition

    async def _recognise(self) -> Recognition:
        await self._compute("stt", begin, self._stt, self._answers)
        while not self._closed:
            await self._more.wait()
            self._more.clear()
            if self._paused or not self._quiet:
                await self._feed()
            if self._paused and not self._closed:
                await self._feed()  # what came while the recogniser was busy
                await self._look_ahead()
        found = self._preview
        if found is not None and (self._decided or found.decided or found.accepted):
            return found
        await self._feed()
        return await self._compute("stt.final", self._stt.finish)

    async def _look_ahead(self) -> None:
        self._paused = self._resumed = self._again = False
        upto, self._looking = self._fed, True
        preview = await self._compute("stt.final", self._stt.preview)
        self._looking = False
        if preview is None or self._resumed or self._fresh:
            return
        self._seen = upto
        again = self._again and not self._good(preview)
        if not again:
            self._preview = preview
        else:
            self._paused = True
            self._more.set()
        # On what is looked at again nothing is done, but that it is no command counts.
        if not (self._closed or (again and preview.accepted)):
            self._on_preview(preview, upto)

    async def _feed(self) -> None:
        if self._fresh:
            self._fresh = False
            await self._compute("stt", begin, self._stt, self._answers)
        if not self._waiting:
            return
        pcm, upto = bytes(self._waiting), self._upto
        self._waiting.clear()
        self._fed = upto
        text = await self._compute("stt", self._stt.feed, pcm)
        if not self._closed and self._preview is None:
            self._on_partial(text, upto)
