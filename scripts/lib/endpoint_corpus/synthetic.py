"""Sentences by synthetic voices, with pauses and fillers in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np

from lib.endpoint_corpus.item import Item, seeded
from lib.endpoint_corpus.plan import Pause, plan
from lib.endpoint_corpus.sound import RATE, Sound, room_tone
from lib.endpoint_corpus.voices import FILLERS, INSTALL, SENTENCES, available, say
from voiceagent.app.workshop import Workshop
from voiceagent.errors.lines import here
from voiceagent.frontend.endpoint import WHOLE

__all__ = ["spoken_with", "synthetic"]

COMMA = ","
"""Makes a synthetic voice keep its melody up at the end of a piece."""


def synthetic(
    shop: Workshop, *, pack: str, own: str, count: int, seed: int
) -> Iterator[Item]:
    """`count` sentences by synthetic voices, half in our words, half from the pack."""
    voices = available()
    if not voices:
        hint = here(f"run `{INSTALL}`")
        raise SystemExit(f"no synthetic voice is installed\nhint: {hint}")
    for number in range(count):
        random = seeded(f"synthetic-{own}-{number}", seed)
        text = _sentence(shop, own, random)
        voice = voices[int(random.integers(len(voices)))]
        pauses = plan(text.split(), random, fillers=True)
        yield Item(
            f"synthetic-{own}-{number:04d}",
            voice,
            "synthetic",
            pack,
            text,
            spoken_with(text.split(), pauses, voice, random),
            len(pauses),
        )


def _sentence(shop: Workshop, own: str, random: np.random.Generator) -> str:
    """One of ours that the pack takes, or one drawn from its grammar."""
    known = [
        text
        for text in SENTENCES.get(own, ())
        if shop.language.grammar.progress(text.split()) in WHOLE
    ]
    if known and random.random() < 0.5:
        return str(random.choice(known))
    drawer = Random(int(random.integers(1 << 30)))
    drawn = (shop.language.grammar.sample(drawer) for _ in range(1000))
    return next(text for text in drawn if 3 <= len(text.split()) <= 14)


def spoken_with(
    words: Sequence[str],
    pauses: Sequence[Pause],
    voice: str,
    random: np.random.Generator,
) -> Sound:
    """The sentence in pieces, with silence or a filler between them."""
    parts: list[Sound] = []
    first = 0
    for pause in pauses:
        parts.append(say(" ".join(words[first : pause.after + 1]) + COMMA, voice))
        parts += _gap(pause, voice, random)
        first = pause.after + 1
    return np.concatenate([*parts, say(" ".join(words[first:]), voice)])


def _gap(pause: Pause, voice: str, random: np.random.Generator) -> list[Sound]:
    tone = np.zeros(RATE // 2)
    if not pause.filled:
        return [room_tone(tone, round(pause.seconds * RATE), random)]
    half = round(pause.seconds / 2 * RATE)
    filler = say(str(random.choice(FILLERS)), voice)
    return [room_tone(tone, half, random), filler, room_tone(tone, half, random)]
