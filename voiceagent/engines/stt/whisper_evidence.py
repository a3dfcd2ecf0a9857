"""What speaks for words of Whisper's, and what against there being any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Floats
from voiceagent.audio.frames import FRAME_SAMPLES

__all__ = ["LOOPING", "confidence_of", "said", "silence_of", "text_of", "why_empty"]

NO_SPEECH = 0.6
UNLIKELY = -1.0
"""Mean log-probability of a token; both thresholds are Whisper's own."""
LOOPING = 2.4
"""Compression ratio of a text that goes in circles; Whisper's own threshold."""
QUIET = -50.0
"""dB of full scale: the loudest 20 ms of an utterance are above it."""
FLAT = 6.0
"""dB between the loud and the quiet frames of speech, at least; a fan has 2 to 3."""


def silence_of(samples: Floats) -> str:
    """Why the level speaks against speech; empty if it does not."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    if not len(frames):
        return "no audio"
    power = np.mean(frames.reshape(-1, FRAME_SAMPLES) ** 2, axis=1)
    levels = 10 * np.log10(power + 1e-10)
    quiet, loud = np.percentile(levels, (10, 95))
    if levels.max() < QUIET:
        return f"no speech: {levels.max():.0f} dB at most"
    if len(levels) > 10 and loud - quiet < FLAT:
        return f"no speech: even noise ({loud - quiet:.1f} dB between loud and quiet)"
    return ""


def said(segments: Sequence[Any]) -> list[Any]:
    """Without those silent by their own account whose words are unlikely as well.

    Either alone is no reason to drop a segment.
    """
    return [
        segment
        for segment in segments
        if segment.no_speech_prob <= NO_SPEECH or segment.avg_logprob >= UNLIKELY
    ]


def why_empty(segments: Sequence[Any]) -> str:
    """Why there are no words, by its own account."""
    silent = max((segment.no_speech_prob for segment in segments), default=0.0)
    if silent > NO_SPEECH:
        return f"no speech: Whisper says {silent:.2f}"
    return "no words in it"


def text_of(segments: Sequence[Any]) -> str:
    """All of the words."""
    return " ".join(segment.text.strip() for segment in segments)


def confidence_of(segments: Sequence[Any]) -> float:
    """Mean probability of a token, over all segments by their length."""
    tokens = sum(len(segment.tokens) + 1 for segment in segments)
    total = sum(segment.avg_logprob * (len(segment.tokens) + 1) for segment in segments)
    return min(1.0, math.exp(total / tokens))
