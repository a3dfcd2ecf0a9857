"""Where the words of a recording begin and end, by forced alignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lib.endpoint_corpus.sound import CELL, RATE, Sound, level
from voiceagent.stt.pronounce import pronounce

__all__ = ["Aligner", "dips"]

FRAME = RATE // 100
FLOOR = 20.0


class Aligner:
    """Finds words that are known to be there."""

    def __init__(self, pronunciations: Mapping[str, Sequence[str]]) -> None:
        import pocketsphinx

        config = pocketsphinx.Config(lm=None, bestpath=False, loglevel="FATAL")
        self._decoder: Any = pocketsphinx.Decoder(config)
        self._table = pronunciations

    def words(self, sound: Sound, words: Sequence[str]) -> list[tuple[int, int]] | None:
        """First and last sample of each word; None where they do not fit."""
        for word in words:
            self._learn(word)
        segments = self._segments(sound, " ".join(words))
        said = [row for row in segments if row[0].partition("(")[0] in set(words)]
        if [row[0].partition("(")[0] for row in said] != list(words):
            return None
        return [(begin * FRAME, (end + 1) * FRAME) for _, begin, end in said]

    def _learn(self, word: str) -> None:
        ways = self._table.get(word, ())
        if self._decoder.lookup_word(word) is None:
            ways = ways or pronounce(word, self._decoder.lookup_word)
            self._decoder.add_word(word, next(iter(ways)), False)

    def _segments(self, sound: Sound, text: str) -> list[tuple[str, int, int]]:
        noise = np.random.default_rng(0).standard_normal(len(sound)) * FLOOR
        pcm = np.clip(sound * 32767 + noise, -32768, 32767).astype("<i2")
        try:
            self._decoder.set_align_text(text)
            self._decoder.start_utt()
            self._decoder.process_raw(pcm.tobytes(), False, True)
            self._decoder.end_utt()
            found = self._decoder.seg() or []
            return [(seg.word, seg.start_frame, seg.end_frame) for seg in found]
        except RuntimeError:
            return []


def dips(sound: Sound, *, depth: float = 15.0, shortest: float = 0.05) -> list[int]:
    """Samples in the middle of short silences in a recording whose words are not
    known."""
    db = level(sound)
    peak = np.percentile(db, 99)
    low = db < np.percentile(db[db > peak - 36], 50) - depth
    loud = np.flatnonzero(~low)
    least = round(shortest * 100)
    return [
        int((a + b) // 2) * CELL
        for a, b in zip(loud, loud[1:], strict=False)
        if b - a - 1 >= least
    ]
