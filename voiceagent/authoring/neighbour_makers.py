"""How sentences beside a pack are made, each from a sentence of the pack."""

from __future__ import annotations

import re

from voiceagent.authoring.neighbours import (
    Allowed,
    Neighbour,
    Neighbourhood,
    NeighbourKind,
    Seed,
)
from voiceagent.lang.en_neighbours import NEIGHBOUR_WORDS

__all__ = [
    "before_value",
    "behind",
    "corrected",
    "either",
    "exception",
    "in_front",
    "in_two",
    "no_unit",
    "other_unit",
    "persons_value",
    "pronoun",
    "pronoun_after",
    "second",
    "timed",
    "two_values",
    "unknown",
    "unknown_place",
    "with_number",
]

Made = Neighbour | None
SAME = Allowed.SAME


def in_front(kind: str, words: str) -> NeighbourKind:
    """Words in front of an order: nothing may be done."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.ordered:
            return None
        return Neighbour(kind, f"{near.pick(words)} {seed.text}")

    return make


def behind(kind: str, words: str) -> NeighbourKind:
    """Words behind an order: nothing may be done."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.ordered:
            return None
        return Neighbour(kind, f"{seed.text} {near.pick(words)}")

    return make


def unknown_place(seed: Seed, near: Neighbourhood) -> Made:
    """A place that nobody has."""
    text = f"{seed.text} in the {near.pick('places')}"
    return Neighbour("unknown place", text) if seed.ordered else None


def unknown(kind: str, words: str) -> NeighbourKind:
    """A value of a closed list is replaced by what nobody has."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.values:
            return None
        value, _ = near.chance.choice(seed.values)
        strange = near.pick(words)
        like = (f"{seed.text}|{value}|{strange}",)
        text = seed.with_other(value, strange)
        return Neighbour(kind, text, Allowed.SAME, like)

    return make


def before_value(kind: str, words: str) -> NeighbourKind:
    """A word in front of a value makes another thing of it."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.values:
            return None
        value, _ = near.chance.choice(seed.values)
        strange = near.pick(words)
        text = seed.with_other(value, f"{strange} {value}")
        return Neighbour(kind, text, unsaid=True)

    return make


def persons_value(seed: Seed, near: Neighbourhood) -> Made:
    """A thing of somebody nobody knows."""
    if not seed.values:
        return None
    value, _ = near.chance.choice(seed.values)
    text = f" {seed.text} ".replace(f" the {value} ", f" {value} ")
    text = text.replace(f" {value} ", f" {near.pick('persons')} {value} ", 1).strip()
    return Neighbour("unknown person", text, unsaid=True)


def exception(kind: str, words: str) -> NeighbourKind:
    """All of it but a thing: less may be done, and never that thing."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.ordered:
            return None
        others = [o for _, rest in seed.values for o in rest]
        spared = near.chance.choice(others) if others else near.pick("things")
        text = f"{seed.text} {near.pick(words)} the {spared}"
        return Neighbour(kind, text, Allowed.LESS, (seed.text,), spared=spared)

    return make


def in_two(seed: Seed, near: Neighbourhood) -> Made:
    """A second order that nobody can carry out: not half of it."""
    if not seed.ordered:
        return None
    text = f"{seed.text} and {near.pick('strange_commands')}"
    return Neighbour("second, unknown", text)


def second(seed: Seed, near: Neighbourhood) -> Made:
    """Two orders in one sentence: both, or none."""
    other = near.other(seed)
    if not (seed.ordered and other.ordered) or other.text == seed.text:
        return None
    word = near.chance.choice(("and", "and then", "then", "and also"))
    like = (seed.text, other.text)
    return Neighbour("second command", f"{seed.text} {word} {other.text}", SAME, like)


def two_values(seed: Seed, near: Neighbourhood) -> Made:
    """Two values where a template takes one."""
    found = _pair(seed, near)
    # With more values it is open which of them are meant of both.
    if found is None or len(seed.values) > 1:
        return None
    value, other = found
    like = (seed.text, seed.with_other(value, other))
    text = seed.with_other(value, f"{value} and {other}")
    return Neighbour("two values", text, SAME, like)


def either(seed: Seed, near: Neighbourhood) -> Made:
    """One of two, and nobody said which."""
    found = _pair(seed, near)
    if found is None or not seed.ordered:
        return None
    value, other = found
    return Neighbour("one or the other", seed.with_other(value, f"{value} or {other}"))


def _pair(seed: Seed, near: Neighbourhood) -> tuple[str, str] | None:
    pairs = [(value, other) for value, rest in seed.values for other in rest]
    return near.chance.choice(pairs) if pairs else None


def timed(kind: str, words: str, *, front: bool = False) -> NeighbourKind:
    """At another time, or under a condition: not now."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.ordered or seed.numbers:
            return None
        when = near.pick(words)
        text = f"{when} {seed.text}" if front else f"{seed.text} {when}"
        return Neighbour(kind, text, Allowed.LATER, unsaid=True)

    return make


def with_number(kind: str, *words: str) -> NeighbourKind:
    """A number becomes another one that no command has."""

    def make(seed: Seed, near: Neighbourhood) -> Made:
        if not seed.numbers:
            return None
        number = near.chance.choice(seed.numbers)
        other = near.chance.choice(words or NEIGHBOUR_WORDS["absurd"])
        text = seed.with_other(number, other.replace("#", number))
        return Neighbour(kind, text, unsaid=True)

    return make


def other_unit(seed: Seed, near: Neighbourhood) -> Made:
    """A number with a unit that does not fit."""
    unit = _unit(seed)
    if unit is None:
        return None
    return Neighbour("other unit", seed.with_other(unit, near.pick("other_units")))


def no_unit(seed: Seed, near: Neighbourhood) -> Made:
    """A number without its unit."""
    unit = _unit(seed)
    if unit is None:
        return None
    text = " ".join(seed.with_other(unit, "").split())
    return Neighbour("no unit", text, SAME, (seed.text,), unsaid=True)


def _unit(seed: Seed) -> str | None:
    units = [word for word in seed.text.split() if word in NEIGHBOUR_WORDS["units"]]
    return units[0] if units and seed.numbers else None


def pronoun(seed: Seed, near: Neighbourhood) -> Made:
    """Nothing was said before that it could be."""
    if not seed.values or not seed.ordered:
        return None
    value, _ = near.chance.choice(seed.values)
    text = _without_article(seed.text, value).replace(value, near.pick("pronouns"), 1)
    return Neighbour("pronoun alone", text, unsaid=True)


def pronoun_after(seed: Seed, near: Neighbourhood) -> Made:
    """It is what was spoken of just before, and nothing more."""
    first = near.other(seed)
    shared = {value for value, _ in seed.values} & {value for value, _ in first.values}
    if not shared or not seed.ordered or seed.text == first.text:
        return None
    value = sorted(shared)[0]
    text = _without_article(seed.text, value).replace(value, "it", 1)
    return Neighbour(
        "pronoun after", text, SAME, (seed.text,), (first.text,), unsaid=True
    )  # fmt: skip


def _without_article(text: str, value: str) -> str:
    return re.sub(rf"\b(?:the|my|a|an) {re.escape(value)}\b", value, text)


def corrected(seed: Seed, near: Neighbourhood) -> Made:
    """One value, and then the other one instead."""
    found = _pair(seed, near)
    if found is None or not seed.ordered:
        return None
    value, other = found
    word = near.chance.choice(("no", "no wait", "sorry i mean", "i mean"))
    like = (seed.with_other(value, other),)
    return Neighbour("corrected value", f"{seed.text} {word} the {other}", SAME, like)
