"""Hearing one recording as a whole: where its speech is, and what was said.

As in a turn, but without an agent around it: for measurements and training.
"""

from __future__ import annotations

from itertools import chain, zip_longest

from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import FRAME_BYTES, RATE, Reframer
from voiceagent.audio.offset import without_offset
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.room import room_before
from voiceagent.stt.protocol import Recognition, Stt
from voiceagent.stt.utterance import CHUNK_FRAMES
from voiceagent.trace.events import SpeechStarted, SpeechStopped

__all__ = ["MARGIN", "Spans", "hear", "speech_spans"]

MARGIN = 0.2
"""Seconds before the speech that the recogniser is given: soft first sounds, and some
silence to start from."""

Spans = list[tuple[int, int]]
"""Start and end sample of every stretch of speech."""


def speech_spans(frontend: Frontend, samples: Samples) -> Spans:
    """Where the speech is, by a front end in its first state: it learns the room."""
    samples = without_offset(samples)
    frontend.learn(room_before(samples))
    starts, ends = [], []
    reframer = Reframer()
    frames = chain(reframer.feed(samples.astype("<i2").tobytes()), reframer.flush())
    for event in chain.from_iterable(map(frontend.push, frames)):
        if isinstance(event, SpeechStarted):
            starts.append(round(event.t * RATE))
        elif isinstance(event, SpeechStopped):
            ends.append(round(event.t * RATE))
    return list(zip_longest(starts, ends, fillvalue=len(samples)))


def hear(stt: Stt, samples: Samples, spans: Spans, *, least: float) -> Recognition:
    """What was said, from a little before the first speech of `least` seconds on."""
    margin = round(MARGIN * RATE)
    real = [start for start, end in spans if end - start >= round(least * RATE)]
    start = max(0, real[0] - margin) if real else 0
    end = spans[-1][1] + margin if spans else 0
    pcm = samples[start:end].astype("<i2").tobytes()
    stt.start()
    for start in range(0, len(pcm), CHUNK_FRAMES * FRAME_BYTES):
        stt.feed(pcm[start : start + CHUNK_FRAMES * FRAME_BYTES])
    return stt.finish()
