"""A second ear: a general neural recogniser asked about the sentences of one grammar.

PocketSphinx compares sounds with the phones of each word; this one has learnt from a
great many hours what people say. Their errors have nothing in common, so what both hear
was said. And it knows what was said instead, where it was no command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from voiceagent.engines.stt.moonshine.beam import Sentence
from voiceagent.engines.stt.moonshine.model import Moonshine, MoonshineTranscript, Sound
from voiceagent.engines.stt.moonshine.spelling import Speller
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.stt.grammar import Grammar

__all__ = ["SecondEar"]

FEW = 8
"""Ways to say one sentence that are followed side by side."""
OPENED = 10.0
"""What an opening may cost in log likelihood: wake words are names that the model does
not know, and writes as it likes ("Higardus")."""


class SecondEar:
    """What the neural recogniser makes of utterances."""

    def __init__(self, model: Moonshine, grammar: Grammar) -> None:
        """`grammar`: of the commands."""
        self._model = model
        self._commands = self._grammar = grammar
        self._usual = self._spellers = self._spell(grammar)
        self._said: tuple[Sound, MoonshineTranscript] | None = None
        self._openings = [
            " ".join(map(str.capitalize, opening)) + "," for opening in grammar.openings
        ]

    def _spell(self, grammar: Grammar) -> tuple[Speller, Speller]:
        """For whole sentences, and for such that may be left at any word."""
        speller = self._model.speller
        return speller(grammar), speller(grammar, unfinished=True)

    def expect(self, grammar: Grammar) -> None:
        """What may be said from now on: the commands, perhaps with short answers."""
        self._grammar, self._said = grammar, None
        plain = grammar is self._commands
        self._spellers = self._usual if plain else self._spell(grammar)

    def sound(self, hearing: Hearing) -> Sound | None:
        """The utterance made ready once; None where it is too short."""
        return hearing.sound(self._model.listen)

    def best(self, sound: Sound, *, unfinished: bool = False) -> list[Sentence]:
        """The likeliest sentences of the grammar, the best first."""
        return sound.search(self._spellers[unfinished])

    def few(
        self, sound: Sound, texts: Sequence[str], *, least: float = -inf
    ) -> list[Sentence]:
        """The likelihood of each of a few texts, the likeliest first, with openings and
        polite words where they are likelier; those below `least` may be missing."""
        bare = replace(self._grammar, arcs=(), finals=frozenset())
        found: list[Sentence] = []
        for text in texts:
            speller = self._model.speller(bare.with_phrases([text]))
            found += sound.search(speller, beam=FEW, least=least)
        return sorted(found, key=lambda one: -one.score)

    def said(self, sound: Sound) -> MoonshineTranscript:
        """What was said in any words, behind a wake word if there was one, and which
        sentence of the grammar that is."""
        if self._said is None or self._said[0] is not sound:
            self._said = sound, self._listen(sound)
        return self._said[1]

    def _listen(self, sound: Sound) -> MoonshineTranscript:
        speller = self._spellers[True]
        free = sound.written(speller)
        least = free.score - OPENED
        found = [sound.after(one, speller, least=least) for one in self._openings]
        opened = [one for one in found if one is not None and one.score >= least]
        return max(opened, key=lambda one: one.score, default=free)
