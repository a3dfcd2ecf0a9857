"""Ears and mouth of the region: recogniser, voice and turn detector at 24 kHz."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from voiceagent.audio.clip import Clip
from voiceagent.audio.frames import Reframer
from voiceagent.audio.resample import Resampler, as_float, resampled_pcm
from voiceagent.clock import Compute
from voiceagent.errors import UsageError
from voiceagent.frontend.endpoint import FLAT, EndpointPolicy
from voiceagent.frontend.frontend import Frontend
from voiceagent.realtime.steps import RATE
from voiceagent.region.services import HeardEdge
from voiceagent.stt.offline import speech_spans
from voiceagent.trace.events import SpeechStarted, TurnEnded
from voiceagent.tts.protocol import Tts

__all__ = [
    "TurnDetector",
    "policy_for",
    "speaker",
    "spoken_part",
    "unlooped",
    "words_of",
]

WIRE, INSIDE = RATE, 16_000
EAGERNESS = {"low": 2.0, "medium": 1.0, "auto": 1.0, "high": 0.6}
"""Patience with somebody who may go on talking."""
LEAST, MARGIN = 0.12, 0.3
"""Seconds of speech that may be words, and seconds kept around it."""
LOOPS, PHRASE = 3, 3
"""Times that a phrase of so many words is said on end only by a recogniser that has
lost its way; shorter ones may be said twice as often."""


def words_of(
    recognise: Callable[[bytes], str],
    compute: Compute,
    *,
    speech: Callable[[bytes], bytes] = lambda pcm: pcm,
) -> Callable[[bytes], Awaitable[str]]:
    """A blocking recogniser of 16 kHz audio for the loop and the wire; one that hangs
    is given up. `speech`: as much of the audio as somebody speaks in: out of anything
    else a recogniser of any words makes words."""

    def work(pcm: bytes) -> str:
        spoken = speech(resampled_pcm(pcm, WIRE, INSIDE))
        return unlooped(recognise(spoken)) if spoken else ""

    async def words(pcm: bytes) -> str:
        return await compute("dictation", work, pcm)

    return words


def speaker(
    voices: Callable[[], list[Tts]], compute: Compute
) -> Callable[[str], Awaitable[bytes]]:
    """The first voice for the loop and the wire, made when it is first needed; one that
    hangs is given up, and a text that it cannot say is given to the next."""

    def work(text: str) -> bytes:
        clip = _said(voices(), text)
        return resampled_pcm(clip.pcm, clip.rate, WIRE)

    async def say(text: str) -> bytes:
        return await compute("tts", work, text)

    return say


def _said(voices: Sequence[Tts], text: str) -> Clip:
    *others, last = voices
    for voice in others:
        with suppress(UsageError):
            return voice.synthesize(text)
    return last.synthesize(text)


def spoken_part(frontend: Callable[[], Frontend], pcm: bytes) -> bytes:
    """From a little before the first speech in 16 kHz audio to a little after the last;
    empty where nobody speaks. `frontend()`: a new one."""
    samples = np.frombuffer(pcm, "<i2")
    spans = speech_spans(frontend(), samples)
    if sum(end - start for start, end in spans) < LEAST * INSIDE:
        return b""
    margin = round(MARGIN * INSIDE)
    return samples[max(0, spans[0][0] - margin) : spans[-1][1] + margin].tobytes()


def policy_for(usual: EndpointPolicy, wanted: Mapping[str, Any]) -> EndpointPolicy:
    """When a turn ends, by the session's `turn_detection`: after a silence of that
    length, or when the speaker seems to have finished, sooner or later."""
    if wanted.get("type") == "semantic_vad":
        return replace(usual, patience=EAGERNESS[wanted.get("eagerness", "auto")])
    silence = float(wanted.get("silence_duration_ms", 500)) / 1000
    return replace(
        usual,
        complete=silence,
        extensible=silence,
        incomplete=silence,
        dead=silence,
        unknown=silence,
        latest=silence,
        patience=1.0,
        weights=FLAT,
    )


def unlooped(text: str) -> str:
    """The words, without what a recogniser says over and over where it hears noise."""
    words = text.split()
    for size in range(1, len(words) // LOOPS + 1):
        least = LOOPS if size >= PHRASE else 2 * LOOPS
        for at in range(len(words) - least * size + 1):
            phrase = words[at : at + size]
            rest = words[at : at + least * size]
            if rest == phrase * least:
                return " ".join(words[: at + size])
    return text


class TurnDetector:
    """The project's own front end over the audio of one session."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend, self._reframer = frontend, Reframer()
        self._stream = Resampler(WIRE)
        self._turn = self._end = 0
        self._begin()

    def push(self, pcm: bytes) -> Iterable[HeardEdge]:
        """24 kHz PCM16 in; where speech begins and where a turn is over."""
        samples = self._stream.feed(as_float(pcm))
        for frame in self._reframer.feed(samples.astype("<i2").tobytes()):
            self._end = frame.end
            for event in self._frontend.push(frame):
                match event:
                    case SpeechStarted():
                        yield HeardEdge(True, event.t)
                    case TurnEnded(reason=reason):
                        yield HeardEdge(False, self._now, spoken=reason != "no-speech")
                        if reason == "max-length":  # they go on talking
                            yield from self.cut()
                        else:
                            self._begin()

    def cut(self) -> Iterable[HeardEdge]:
        """The next turn begins here; nothing of it is lost."""
        self._begin()
        return (HeardEdge(True, self._now),) if self._frontend.speaking else ()

    @property
    def _now(self) -> float:
        return self._end / INSIDE

    def _begin(self) -> None:
        self._turn += 1
        self._frontend.begin(self._turn, self._end)
