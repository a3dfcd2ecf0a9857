"""Turn detector and voice of the region, at 24 kHz."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from voiceagent.audio.clip import Clip
from voiceagent.audio.frames import Reframer
from voiceagent.audio.resample import Resampler, as_float, resampled_pcm
from voiceagent.clock import Compute
from voiceagent.errors import UsageError
from voiceagent.frontend.endpoint import FLAT, EndpointPolicy
from voiceagent.frontend.frontend import Frontend
from voiceagent.realtime.steps import RATE
from voiceagent.region.fair_desk import FairDesk
from voiceagent.region.heard_speech import INSIDE
from voiceagent.region.services import HeardEdge
from voiceagent.trace.events import SpeechStarted, TurnEnded
from voiceagent.tts.protocol import Tts

__all__ = [
    "TurnDetector",
    "policy_for",
    "speaker",
]

EAGERNESS = {"low": 2.0, "medium": 1.0, "auto": 1.0, "high": 0.6}
"""Patience with somebody who may go on talking."""


def speaker(
    voices: Callable[[], list[Tts]], *threads: Compute
) -> Callable[[str], Awaitable[bytes]]:
    """The first voice for the loop and the wire, made when it is first needed; as many
    say something at once as there are threads. One that dies or hangs is given up, and
    raises `EngineLost`; a text that it cannot say is given to the next."""
    desk = FairDesk(threads)

    def work(text: str) -> bytes:
        clip = _said(voices(), text)
        return resampled_pcm(clip.pcm, clip.rate, RATE)

    async def say(text: str) -> bytes:
        compute = await desk.take((), 0.0)
        try:
            return await compute("tts", work, text)
        finally:
            desk.give(compute)

    return say


def _said(voices: Sequence[Tts], text: str) -> Clip:
    *others, last = voices
    for voice in others:
        with suppress(UsageError):
            return voice.synthesize(text)
    return last.synthesize(text)


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


class TurnDetector:
    """The project's own front end over the audio of one session."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend, self._reframer = frontend, Reframer()
        self._stream = Resampler(RATE)
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
