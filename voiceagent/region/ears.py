"""Ears and mouth of the region: recogniser, voice and turn detector at 24 kHz."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from voiceagent.audio.frames import Reframer
from voiceagent.audio.resample import Resampler, as_float, resampled_pcm
from voiceagent.clock import Compute
from voiceagent.frontend.frontend import Frontend
from voiceagent.trace.events import SpeechStarted, TurnEnded
from voiceagent.tts.protocol import Tts

__all__ = ["TurnDetector", "speaker", "words_of"]

WIRE, INSIDE = 24_000, 16_000


def words_of(
    recognise: Callable[[bytes], str], compute: Compute
) -> Callable[[bytes], Awaitable[str]]:
    """A blocking recogniser of 16 kHz audio for the loop and the wire; one that hangs
    is given up."""

    def work(pcm: bytes) -> str:
        return recognise(resampled_pcm(pcm, WIRE, INSIDE))

    async def words(pcm: bytes) -> str:
        return await compute("dictation", work, pcm)

    return words


def speaker(
    voices: Callable[[], list[Tts]], compute: Compute
) -> Callable[[str], Awaitable[bytes]]:
    """The first voice for the loop and the wire, made when it is first needed; one that
    hangs is given up."""

    def work(text: str) -> bytes:
        clip = voices()[0].synthesize(text)
        return resampled_pcm(clip.pcm, clip.rate, WIRE)

    async def say(text: str) -> bytes:
        return await compute("tts", work, text)

    return say


class TurnDetector:
    """The project's own front end over the audio of one session."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend, self._reframer = frontend, Reframer()
        self._stream = Resampler(WIRE)
        self._turn = 0
        self._begin(0)

    def push(self, pcm: bytes) -> Iterable[tuple[bool, float]]:
        """24 kHz PCM16 in; whether speech begins or the turn ends, and at which
        second."""
        samples = self._stream.feed(as_float(pcm))
        for frame in self._reframer.feed(samples.astype("<i2").tobytes()):
            for event in self._frontend.push(frame):
                match event:
                    case SpeechStarted():
                        yield True, event.t
                    case TurnEnded() if event.reason != "no-speech":
                        yield False, event.speech_end
                        self._begin(frame.end)
                    case TurnEnded():
                        self._begin(frame.end)

    def _begin(self, sample: int) -> None:
        self._turn += 1
        self._frontend.begin(self._turn, sample)
