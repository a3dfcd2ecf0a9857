"""Sentences beside a pack by a slip: words lost, misheard, or of another language."""

from __future__ import annotations

from voiceagent.authoring.neighbours import (
    Allowed,
    Neighbour,
    Neighbourhood,
    NeighbourKind,
    Seed,
)
from voiceagent.lang.en_neighbours import NEIGHBOUR_WORDS

__all__ = [
    "dropped_word",
    "foreign",
    "half",
    "homophone",
    "mixed",
    "other_domain",
    "second_half",
]

SAME = Allowed.SAME


def homophone(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """A word that sounds like the right one."""
    pairs = [pair.split(":") for pair in NEIGHBOUR_WORDS["homophones"]]
    fitting = [(a, b) for a, b in pairs if a in seed.text.split()]
    if not fitting:
        return None
    word, other = near.chance.choice(fitting)
    text = seed.with_other(word, other)
    return Neighbour("homophone", text, SAME, (seed.text,), unsaid=True)


def half(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """A sentence that ends in the middle."""
    words = seed.text.split()
    if len(words) < 3:
        return None
    left = words[: near.chance.randrange(1, len(words))]
    return Neighbour("half a sentence", " ".join(left), SAME, (seed.text,), unsaid=True)


def second_half(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """A sentence whose beginning is lost."""
    words = seed.text.split()
    if len(words) < 4:
        return None
    left = words[near.chance.randrange(1, min(3, len(words) - 1)) :]
    kind = "end of a sentence"
    return Neighbour(kind, " ".join(left), SAME, (seed.text,), unsaid=True)


def dropped_word(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """One word less inside: the same is meant, or it cannot be known."""
    words = seed.text.split()
    if len(words) < 4:
        return None
    del words[near.chance.randrange(1, len(words) - 1)]
    return Neighbour("a word less", " ".join(words), SAME, (seed.text,), unsaid=True)


def foreign(kind: str, words: str, allowed: Allowed) -> NeighbourKind:
    """A word of another language beside it."""

    def make(seed: Seed, near: Neighbourhood) -> Neighbour | None:
        if not seed.ordered:
            return None
        word, front = near.pick(words), near.chance.random() < 0.5
        text = f"{word} {seed.text}" if front else f"{seed.text} {word}"
        return Neighbour(kind, text, allowed, (seed.text,))

    return make


def other_domain(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """A sentence of something else."""
    return Neighbour("another domain", near.pick("other_domains"))


def mixed(seed: Seed, near: Neighbourhood) -> Neighbour | None:
    """A known thing in a sentence of another domain."""
    if not seed.values:
        return None
    value, _ = near.chance.choice(seed.values)
    words = near.pick("other_domains").split()
    text = " ".join([*words[:-1], "the", value])
    return Neighbour("a name in another domain", text, unsaid=True)
