"""English words that take back what was said just before."""

from __future__ import annotations

from voiceagent.lang.correction_tables import CorrectionWords

__all__ = ["CORRECTIONS"]

CORRECTIONS = CorrectionWords(
    markers=(
        *("no", "nope", "i mean", "i meant", "sorry", "wait", "actually", "rather"),
        *("or rather", "make that", "scratch that", "not that", "correction"),
    ),
    going_on=(
        *("make it", "lets make it", "lets say", "i said", "set it to", "change it to"),
        *("it should be", "i want", "better", "better make it", "at"),
    ),
    dropped=(
        *("never mind", "forget it", "forget about it", "no dont", "no do not"),
        *("on second thought no", "no leave it", "no never mind", "no forget it"),
    ),
    weak="no",
    fillers=("uh", "um", "er", "erm", "oh", "hm", "hmm"),
    articles=("the", "my", "in", "at", "for", "to", "on", "all"),
)
