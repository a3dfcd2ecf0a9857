"""Sentences of a pack, spoken by synthetic voices, to learn from and to check with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import Resampler, as_float
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.intent import SlotValue
from voiceagent.tts.protocol import Tts

__all__ = [
    "Classroom",
    "Sample",
    "Samples",
    "Take",
    "recorded",
    "takes_of",
    "with_word",
]

SILENCE = 0.3
"""Seconds before and after what is said, as a microphone has them."""
HISS = 20.0
"""Noise of the microphone, of 32768: without any, recognisers hear worse."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence and what it means."""

    text: str
    intent: str
    slots: Mapping[str, SlotValue]
    template: str
    """The template that it was made from."""


@dataclass(frozen=True, slots=True)
class Classroom:
    """Who speaks and who listens while a pack is trained."""

    speakers: Sequence[Tts]
    """Voices to learn from."""
    strangers: Sequence[Tts]
    """Voices that only check what was learnt."""
    faithful: frozenset[str]
    """Names of voices that say words as the pack's `pronunciations.toml` has them; all
    others say them as they think fit."""
    said_like: Callable[[str], Sequence[str]]
    """Ways to say a word that no dictionary has, in phones."""
    rare: Callable[[str], bool]
    """Whether the second recogniser can hardly know a word."""
    written: Callable[[Samples, str], str] | None
    """What the second recogniser writes behind some words that are given; None where
    there is none."""


@dataclass(frozen=True, slots=True)
class Take:
    """A sentence that one voice said."""

    sample: Sample
    voice: str
    sound: Samples


def takes_of(
    samples: Sequence[Sample],
    voices: Sequence[Tts],
    *,
    table: Mapping[str, object],
    faithful: frozenset[str],
    failed: set[str],
    seed: int = 0,
) -> Iterator[Take]:
    """Each sample in one voice, in turn; one with a word of `table` in a voice that is
    `faithful` to it, if there is one. A voice that fails leaves its take out, and its
    name in `failed`."""
    noise = np.random.default_rng(seed)
    trusty = [voice for voice in voices if voice.name in faithful] or list(voices)
    turns, trusty_turns = cycle(voices), cycle(trusty)
    for sample in samples:
        known = any(word in table for word in sample.text.split())
        voice = next(trusty_turns if known else turns)
        sound = recorded(voice, sample.text, noise)
        if sound is None:
            failed.add(voice.name)
        else:
            yield Take(sample, voice.name, sound)


def recorded(voice: Tts, text: str, noise: np.random.Generator) -> Samples | None:
    """`text` as a microphone would hear `voice` say it; None where it says nothing."""
    try:
        clip = voice.synthesize(text)
    except VoiceAgentError:
        return None
    speech = Resampler(clip.rate).feed(as_float(clip.pcm), last=True)
    sound = np.pad(speech.astype(np.float64), round(SILENCE * RATE))
    sound += noise.normal(0.0, HISS, len(sound))
    found: Samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return found


def with_word(samples: Sequence[Sample], word: str, count: int) -> list[Sample]:
    """`count` samples that have `word`, over and over if they are few."""
    found = [sample for sample in samples if word in sample.text.split()]
    return list(islice(cycle(found), count)) if found else []
