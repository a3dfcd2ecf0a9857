"""Recordings with pauses put in between their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lib.endpoint_corpus.align import Aligner, dips
from lib.endpoint_corpus.item import Item, seeded
from lib.endpoint_corpus.plan import plan
from lib.endpoint_corpus.sound import RATE, Sound, insert, quiet_place, spans_of
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.evaluation.commands import Case, score
from voiceagent.lang.written import spoken_words

__all__ = ["cropped", "paused", "recorded"]

AS_IS = 0.35
"""Share of the recordings that is also kept without pauses put in."""
MARGIN = round(0.15 * RATE)
"""Samples kept around the words of a recording."""


def recorded(
    shop: Workshop, cases: Sequence[Case], *, pack: str, seed: int
) -> Iterator[Item]:
    """Every recording with pauses put in, some also as they are."""
    aligner = Aligner(shop.language.pack.pronunciations)
    for case in cases:
        if case.reject:
            continue
        samples = read_audio(case.path).samples
        name = f"{case.path.parent.name}-{case.path.stem}"
        random = seeded(name, seed)
        text = _text(shop, case, samples)
        sound, gaps = cropped(samples / 32768.0, text.split(), aligner)
        plain = Item(f"{name}-as-is", case.path.name, "recording", pack, text, sound)
        if random.random() < AS_IS:
            yield plain
        yield replace(paused(plain, gaps, random), name=f"{name}-paused")


def _text(shop: Workshop, case: Case, samples: NDArray[np.int16]) -> str:
    """What is said: by the label, or as recognised where the meaning is right."""
    if case.text:
        return " ".join(spoken_words(case.text))
    heard, intent = shop.recognise(samples)
    return heard.text if score(case, heard, intent).strict else ""


def cropped(
    sound: Sound, words: Sequence[str], aligner: Aligner
) -> tuple[Sound, list[int]]:
    """The speech with a little around it, and where in it a word follows another;
    short silences where the words are not known."""
    places = aligner.words(sound, words) if words else None
    if places is None:
        (start, end), _ = spans_of(sound)
        places = [(round(start * RATE), round(end * RATE))]
    first = max(0, places[0][0] - MARGIN)
    body = sound[first : places[-1][1] + MARGIN]
    if len(places) == 1:
        return body, dips(body)
    between = pairwise(places)
    return body, [(a[1] + b[0]) // 2 - first for a, b in between]


def paused(item: Item, gaps: Sequence[int], random: np.random.Generator) -> Item:
    """With pauses at some of the places between words."""
    words = item.text.split()
    if len(words) != len(gaps) + 1:
        words = ["?"] * (len(gaps) + 1)
    pauses = [
        (quiet_place(item.sound, gaps[pause.after]), pause.seconds)
        for pause in plan(words, random)
    ]
    sound = insert(item.sound, pauses, random)
    return replace(item, sound=sound, pauses=len(pauses))
