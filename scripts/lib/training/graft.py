"""New intents beside those that a model knows, which stay as they are.

What the old heads call "not mine" is read by the new ones: the chance of "not mine" is
shared out among it and the new intents, as the new heads share it. Both stand on the
same encoder, so that the whole is one set of heads again, and no slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from voiceagent.errors import UsageError
from voiceagent.nlu.slm.features import FORBIDDEN
from voiceagent.nlu.slm.heads import NOBODY, HeadsCard

from .calibration import calibrate
from .datasets import Example
from .scoring import Reader

__all__ = ["graft", "refit"]

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class _Heads:
    """The heads of a folder, and which of their classes are taken."""

    card: HeadsCard
    arrays: Arrays
    taken: list[int]

    @property
    def nobody(self) -> int:
        return self.card.classes.index(NOBODY)

    def ngrams(self) -> np.ndarray:
        """Weights `[buckets, classes]` as they were before they were rounded."""
        weight = self.arrays["ngram_weight"].astype(np.float32)
        return weight * self.arrays["ngram_scale"]


def graft(folder: Path, known: Path) -> None:
    """Write into `folder` its own heads behind those of `known`; the confidence is to
    be fitted anew."""
    new, old = _read(folder), _read(known)
    more = [at for at, name in enumerate(new.card.classes) if _new(name, old)]
    old, new = _Heads(old.card, old.arrays, []), _Heads(new.card, new.arrays, more)
    if old.card.width != new.card.width or not more:
        raise UsageError(f"`{folder}` has no intent that `{known}` lacks")
    np.savez_compressed(folder / "heads.npz", **_joined(old, new))  # type: ignore[arg-type]
    names = [new.card.classes[at] for at in more]
    card = msgspec.structs.replace(
        old.card,
        classes=[*old.card.classes, *names],
        tags=[*old.card.tags, *new.card.tags],
    )
    _write(folder, card)


def refit(folder: Path, held: Sequence[Example], using: Sequence[str]) -> None:
    """The confidence of finished heads, fitted on held-out sentences."""
    reader = Reader(folder)
    found = calibrate(reader, reader.read_all(held), held, using=using)
    temperature, weights = found
    again = {"temperature": temperature, "calibration": weights}
    _write(folder, msgspec.structs.replace(reader.card, **again))


def _write(folder: Path, card: HeadsCard) -> None:
    text = msgspec.json.format(msgspec.json.encode(card), indent=1)
    (folder / "heads.json").write_bytes(text + b"\n")


def _new(name: str, old: _Heads) -> bool:
    return name not in old.card.classes


def _read(folder: Path) -> _Heads:
    card = msgspec.json.decode((folder / "heads.json").read_bytes(), type=HeadsCard)
    with np.load(folder / "heads.npz", allow_pickle=False) as found:
        return _Heads(card, {name: found[name] for name in found.files}, [])


def _joined(old: _Heads, new: _Heads) -> Arrays:
    return {
        "vocabulary": old.arrays["vocabulary"],
        "intent_weight": _shared(old, new, _row("intent_weight")),
        "intent_bias": _shared(old, new, _row("intent_bias")),
        "prototype": np.concatenate(
            [old.arrays["prototype"], new.arrays["prototype"][new.taken]]
        ),
        **_slots(old, new),
        **_ngrams(old, new),
    }


def _row(name: str) -> Any:
    return lambda heads: heads.arrays[name]


def _shared(old: _Heads, new: _Heads, part: Any) -> np.ndarray:
    """Scores of the old classes, and of each new one as far above "not mine" as the
    new heads have it."""
    scale = old.card.temperature / new.card.temperature
    theirs, mine = part(new), part(old)
    above = (theirs[new.taken] - theirs[new.nobody]) * scale
    return np.concatenate([mine, above + mine[old.nobody]]).astype(np.float32)


def _ngrams(old: _Heads, new: _Heads) -> Arrays:
    weight = _shared(old, new, lambda heads: heads.ngrams().T).T
    scale = np.abs(weight).max(0) / 127 + 1e-12
    before, now = old.arrays["ngram_idf"], new.arrays["ngram_idf"]
    return {
        # What the old ones never saw is weighed as the new ones do.
        "ngram_idf": np.where(before > 0, before, now).astype(np.float32),
        "ngram_weight": np.round(weight / scale).astype(np.int8),
        "ngram_scale": scale.astype(np.float32),
    }


def _slots(old: _Heads, new: _Heads) -> Arrays:
    """Each class with the tags of its own heads; no path leads from these to those."""
    many, more = len(old.card.tags), len(new.card.tags)
    moves = np.full((many + more + 1, many + more), FORBIDDEN, np.float32)
    moves[:many, :many] = old.arrays["slot_transition"][:-1]
    moves[many:-1, many:] = new.arrays["slot_transition"][:-1]
    moves[-1, :many] = old.arrays["slot_transition"][-1]
    moves[-1, many:] = new.arrays["slot_transition"][-1]
    allowed = np.zeros((len(old.card.classes) + len(new.taken), many + more), bool)
    allowed[: len(old.card.classes), :many] = old.arrays["slot_allowed"]
    allowed[len(old.card.classes) :, many:] = new.arrays["slot_allowed"][new.taken]
    both = ("slot_weight", "slot_bias")
    pairs = {n: np.concatenate([old.arrays[n], new.arrays[n]]) for n in both}
    return {**pairs, "slot_transition": moves, "slot_allowed": allowed}
