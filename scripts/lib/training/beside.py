"""Sentences that lie beside what the pack supports, as what is not to be done.

They are those that `voiceagent pack neighbours` tries the pack with, drawn with another
seed: an exception, a place that nobody has, a second order, a condition. A model reads
one sentence as one command, so all of them are lost on it but what asks for the same
thing in other words. The kinds that are held out teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.training.sampling import Example
from voiceagent.authoring.neighbour_kinds import KINDS
from voiceagent.authoring.neighbours import Allowed, Neighbourhood
from voiceagent.lang.spoken import spoken
from voiceagent.skills.packs.pack import Pack

__all__ = ["SAID_OTHERWISE", "beside"]

SAID_OTHERWISE = frozenset(
    (
        *("no unit", "pronoun after", "homophone", "a word less", "foreign words"),
        *("half a sentence", "end of a sentence"),
    )
)
"""Kinds whose sentences may mean just what the pack does, so that no label is sure."""
SEED = 7000
"""Added to the seed of training: other sentences than those of any measurement."""


def beside(pack: Pack, seed: int, each: int) -> Iterator[Example]:
    """Up to `each` sentences of every kind that nobody can do as they stand."""
    kinds = {name: make for name, make in KINDS.items() if name not in SAID_OTHERWISE}
    near = Neighbourhood(pack, seed=SEED + seed, per_intent=min(60, each))
    for one in near.draw(kinds, each):
        # What was said before is not told to a model.
        if not one.before and (one.allowed is not Allowed.SAME or one.like):
            family = f"beside: {one.kind}"
            text = spoken(one.text)
            yield Example(text, None, (), "train", "beside", family)
