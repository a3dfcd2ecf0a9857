"""The acoustic models of a panel, each in a decoder with the searches of a grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from voiceagent.engines.stt.pocketsphinx.decoder import (
    add_grammar,
    add_phone_loop,
    add_words,
    make_decoder,
)
from voiceagent.engines.stt.pocketsphinx.lexicon import whole_dictionary
from voiceagent.stt.grammar import Grammar

__all__ = ["ANSWERS", "OPEN", "WHOLE_ONLY", "AcousticModels", "open_models"]

WIDE = {"beam": 1e-48, "wbeam": 1e-29, "pbeam": 1e-48}
"""Wider beams (1e-60, 1e-80) cost half as much again and got no more of 102 home and 60
coffee commands right once the audio began with the speech."""
OTHER_FLOOR_DB = 28.0
"""Noise floor for a second opinion where there is only one acoustic model."""
LOOP_PHONE = 1e-5
"""Probability of each phone of the loop that every sentence is measured against."""
OPEN, WHOLE_ONLY, LOOP, ANSWERS = "open", "whole", "loop", "answers"
"""Names of the searches."""
LEAVE = 1e-3
"""Probability of leaving a sentence unfinished, when speech pauses. Measured on 70 home
commands cut at 45 and 60 % of their length: 111 of 140 are seen to be unfinished and 20
taken for whole ones (40 without this way out); of the uncut ones 2 seem unfinished."""


@dataclass(frozen=True, slots=True)
class AcousticModels:
    """Decoders that differ in their acoustic model."""

    plain: Any
    """As it was trained."""
    others: tuple[tuple[Any, float | None], ...]
    """Moved towards noise, each with the noise floor that it wants."""
    loop: Any | None
    """The plain one once more, over free phones; None where no margin is wanted."""
    whole: Callable[[], Any] | None = None
    """A decoder of all words, where these know those of their grammar alone."""

    @property
    def judge(self) -> Any:
        """The one that was moved furthest."""
        return self.others[len(self.others) // 2][0]

    def all(self) -> list[Any]:
        """Those that search sentences."""
        return [self.plain, *(decoder for decoder, _ in self.others)]

    def prepare(
        self, grammar: Grammar, pronunciations: Mapping[str, Sequence[str]]
    ) -> None:
        """Give all of them the searches of a grammar."""
        for decoder in self.all():
            if self.whole is None:
                add_words(decoder, grammar.vocabulary, pronunciations)
            add_grammar(decoder, WHOLE_ONLY, grammar)
        for decoder in (self.plain, self.judge):
            add_grammar(decoder, OPEN, grammar, leave=LEAVE)
        if self.loop is not None:
            add_phone_loop(self.loop, LOOP, LOOP_PHONE)


def open_models(
    folder: Path | None, *, pair: bool, words: Path | None = None
) -> AcousticModels:
    """`folder`: models moved towards noise; `pair`: one of them is enough, and no
    margin over free phones is wanted, since somebody else judges too; `words`: a
    dictionary of the grammar's alone."""
    make = partial(make_decoder, dictionary=words)
    plain = make({**WIDE, "lw": 4.0}, compare=True)
    whole = whole_dictionary if words else None
    others = _others(folder, make)
    if pair:
        moved, floor = others[len(others) // 2]
        return AcousticModels(plain, ((moved(), floor),), None, whole)
    loop = make({**WIDE, "lw": 4.0}, compare=True)
    made = tuple((other(), floor) for other, floor in others)
    return AcousticModels(plain, made, loop, whole)


Later = Callable[[], Any]


def _others(
    folder: Path | None, make: Callable[..., Any]
) -> list[tuple[Later, float | None]]:
    """What makes the decoders besides the plain one, and the noise floor each wants.

    A model that was moved towards noise tells sounds less far apart, so that words
    would weigh too much beside them: its language weight is lower.
    """
    strict, medium, loose = ({**WIDE, "lw": weight} for weight in (4.0, 3.0, 1.0))
    if folder is None:
        return [(partial(make, medium, compare=True), OTHER_FLOOR_DB)]
    raw = partial(
        make,
        loose,
        means=folder / "raw.means",
        variances=folder / "raw.variances",
        remove_noise=False,
    )
    return [
        (partial(make, strict, means=folder / "level.means"), None),
        (partial(make, loose, means=folder / "moved.means", compare=True), None),
        (raw, None),
    ]
