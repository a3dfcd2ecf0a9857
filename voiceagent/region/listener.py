"""What hears in a process of its own: first whether anybody speaks, then the words.

A recogniser of any words makes words out of anything: noise, hum and music are held
back. Much speech is heard piece by piece, cut at its pauses, so that between two of
them others have their turn, and no call takes long.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voiceagent.audio.arrays import Samples
from voiceagent.audio.resample import resampled_pcm
from voiceagent.frontend.frontend import Frontend
from voiceagent.realtime.steps import RATE
from voiceagent.region.heard_speech import INSIDE, PIECE, HeardSpeech
from voiceagent.stt.offline import Spans, speech_spans

__all__ = ["Listener", "speech_pieces", "unlooped"]

LEAST, MARGIN = 0.12, 0.3
"""Seconds of speech that may be words, and seconds kept around it."""
SEARCHED, STEP = 2.0, 0.02
"""Seconds at the end of a piece in which the quietest moment of so many is its end."""
LOOPS, PHRASE = 3, 3
"""Times that a phrase of so many words is said on end only by a recogniser that has
lost its way; shorter ones may be said twice as often."""


class Listener:
    """A recogniser behind a gate."""

    name = "listener"

    def __init__(
        self, recognise: Callable[[bytes], str], frontend: Callable[[], Frontend]
    ) -> None:
        """`recognise`: 16 kHz PCM16 to words; `frontend()`: a new one."""
        self._recognise, self._frontend = recognise, frontend

    def hear(self, pcm: bytes) -> HeardSpeech:
        """A turn at 24 kHz: its words, or the pieces of much speech."""
        pieces = speech_pieces(self._frontend, resampled_pcm(pcm, RATE, INSIDE))
        if len(pieces) == 1:
            return HeardSpeech(self.words(pieces[0]))
        return HeardSpeech("", tuple(pieces))

    def words(self, piece: bytes) -> str:
        """The words of a piece of speech at 16 kHz."""
        return unlooped(self._recognise(piece))


def speech_pieces(frontend: Callable[[], Frontend], pcm: bytes) -> list[bytes]:
    """From a little before the first speech in 16 kHz audio to a little after the last,
    in pieces that are cut at pauses; none where nobody speaks."""
    samples = np.frombuffer(pcm, "<i2")
    spans = speech_spans(frontend(), samples)
    if sum(end - start for start, end in spans) < LEAST * INSIDE:
        return []
    margin = round(MARGIN * INSIDE)
    start = max(0, spans[0][0] - margin)
    end = min(len(samples), spans[-1][1] + margin)
    cuts = [start, *_cuts(samples, spans, start, end), end]
    pieces = zip(cuts, cuts[1:], strict=False)
    return [samples[first:last].tobytes() for first, last in pieces]


def _cuts(samples: Samples, spans: Spans, start: int, end: int) -> list[int]:
    """Where to cut what is too long to be heard at once: in the middle of the last
    pause that is early enough, else where it is quietest."""
    longest, cuts = round(PIECE * INSIDE), []
    pauses = [
        (before + after) // 2
        for (_, before), (after, _) in zip(spans, spans[1:], strict=False)
    ]
    while end - start > longest:
        fit = [at for at in pauses if start + longest // 4 < at <= start + longest]
        start = fit[-1] if fit else _quietest(samples, start + longest)
        cuts.append(start)
    return cuts


def _quietest(samples: Samples, upto: int) -> int:
    """The middle of the quietest moment in the last seconds before that sample."""
    step = round(STEP * INSIDE)
    count = round(SEARCHED / STEP)
    part = samples[upto - count * step : upto].astype(np.float32)
    power = (part.reshape(count, step) ** 2).sum(axis=1)
    return upto - (count - int(power.argmin())) * step + step // 2


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
