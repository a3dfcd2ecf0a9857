"""Which of several things an answer names: by name, part of a name, rank, or all.

    chosen("the second one", (("pasta",), ("rice",)))    # Chosen(picked=(1,))

Every word of the answer has to be accounted for: what names nothing is no answer, and
what names several where one is wanted is asked about again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from voiceagent.lang.cues import any_of, at_start
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import NUMBER_VALUES, spoken

__all__ = ["RANKS", "Chosen", "bare", "chosen", "only"]

LANGUAGE = language()
ANSWERS, CHOICES, NUMBERS = LANGUAGE.answers, LANGUAGE.choices, LANGUAGE.numbers
RANKS = NUMBERS.ordinals[:20]
"""Places that have a word, one after the other."""
ThingNames = Sequence[Sequence[str]]
"""What each thing may be called, in spoken form."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an answer comes to."""

    picked: tuple[int, ...] = ()
    """Places of what is meant; none: it names nothing."""
    unclear: tuple[int, ...] = ()
    """Places of what it may be, where it names several with the name of one."""
    beyond: bool = False
    """It counts further than there are things."""
    other: bool = False
    """It has the form of an answer, and names none of them."""


def bare(words: str) -> str:
    """Without what changes nothing around an answer."""
    return " ".join(word for word in words.split() if word not in ANSWERS.fillers)


def only(words: str) -> str:
    """Without what an answer says besides the name: `the pasta one` is `pasta`."""
    kept = bare(words).split()
    while kept and kept[0] in CHOICES.before:
        kept = kept[1:]
    while len(kept) > 1 and kept[-1] in CHOICES.behind:
        kept = kept[:-1]
    said = " ".join(kept)
    return _telling().sub("", said, count=1).strip() or said


def chosen(text: str, names: ThingNames) -> Chosen:
    """What `text` picks of the things called `names`."""
    found = [
        _picked(part, names)
        for written in dict.fromkeys((text, text.replace(",", f" {CHOICES.joint} ")))
        for part in _last_said(spoken(written))
    ]
    sure = [each for each in found if each.picked]
    return next(iter(sure or filter(_speaks, found)), Chosen())


def _speaks(found: Chosen) -> bool:
    """Whether an answer comes to anything."""
    return found != Chosen()


def _last_said(words: str) -> Iterator[str]:
    """What holds where somebody put it right: `the first no the second one`."""
    yield words
    corrected = list(_corrections().finditer(words))
    for at in corrected[-1:]:
        yield words[at.end() :].strip()


@cache
def _telling() -> re.Pattern[str]:
    return at_start(CHOICES.telling)


@cache
def _corrections() -> re.Pattern[str]:
    marker = any_of(LANGUAGE.corrections.markers)
    return re.compile(rf"\b{marker}(?: {marker})*\b")


def _picked(words: str, names: ThingNames) -> Chosen:
    said = only(words)
    if not said:
        return Chosen()
    every = tuple(range(len(names)))
    exact = _exactly(said, names)
    if len(exact) == 1:
        return Chosen(exact)
    if (many := _all(said, len(names))) is not None:
        return many
    for cue in CHOICES.excepting:
        before, found, behind = f" {said} ".partition(f" {cue} ")
        if found and _all(before.strip(), len(names)) == Chosen(every):
            left = _parts(behind.strip(), names)
            kept = tuple(n for n in every if n not in left.picked)
            return Chosen(kept) if left.picked and kept else left
    return _parts(words, names)


def _parts(words: str, names: ThingNames) -> Chosen:
    """One thing after the other: `the first and the rice one`."""
    whole = _one(words, names)
    joints = [part for part in _joint().split(words) if part.strip()]
    if whole.picked or len(joints) < 2:
        return whole
    found = [_one(part, names) for part in joints]
    if any(not one.picked for one in found):
        missed = next(one for one in found if not one.picked)
        return whole if whole != Chosen() else missed
    return Chosen(tuple(dict.fromkeys(at for one in found for at in one.picked)))


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(CHOICES.joints)}\b")


def _all(said: str, many: int) -> Chosen | None:
    """All of them; None where that is not said."""
    every = tuple(range(many))
    if said in CHOICES.all_of_them:
        return Chosen(every)
    if said in CHOICES.both:
        return Chosen(every) if many == 2 else Chosen(unclear=every)
    for phrase in CHOICES.all_so_many:
        if said.startswith(f"{phrase} "):
            number = NUMBER_VALUES.get(said.removeprefix(f"{phrase} ").split()[0])
            rest = said.removeprefix(f"{phrase} ").split()[1:]
            if number is not None and " ".join(rest) in ("", *CHOICES.of_them):
                return Chosen(every) if number == many else Chosen(beyond=True)
    return None


def _one(words: str, names: ThingNames) -> Chosen:
    said = only(words)
    if not said:
        return Chosen()
    exact = _exactly(said, names)
    if len(exact) == 1:
        return Chosen(exact)
    tokens = set(said.split())
    partly = tuple(
        n for n, ways in enumerate(names) if any(tokens <= set(w.split()) for w in ways)
    )
    ranked = _ranked(said, len(names))
    if ranked is not None and not (partly and said in NUMBER_VALUES):
        return ranked
    found = exact or partly
    if len(found) == 1:
        return Chosen(found)
    return Chosen(unclear=found, other=not found and _points(words))


def _points(words: str) -> bool:
    """Whether it speaks of one of them: `the blue one`."""
    first, *rest = words.split() or [""]
    return first in CHOICES.before and bool(rest) and rest[-1] in CHOICES.behind


def _exactly(said: str, names: ThingNames) -> tuple[int, ...]:
    return tuple(n for n, ways in enumerate(names) if said in map(only, ways))


def _ranked(said: str, many: int) -> Chosen | None:
    """By its place; None where none is said."""
    words = said.split()
    counted = words[:1] == [CHOICES.number]
    last = [word for word in words if word in CHOICES.last]
    places = [RANKS.index(w) for w in words if w in RANKS]
    numbers = [NUMBER_VALUES[word] for word in words if word in NUMBER_VALUES]
    left = [w for w in words if w not in (*RANKS, *CHOICES.last)]
    left = [w for w in left if w not in NUMBER_VALUES and w not in CHOICES.behind]
    if counted and len(words) == 2 and len(numbers) == 1:
        return _at(numbers[0] - 1, many)
    if left or not (last or places or numbers):
        return None
    if numbers and not (last or places):  # "two": by its place, where no name has it
        return _at(numbers[0] - 1, many) if len(words) == 1 else None
    if numbers:  # the first two, the last three
        if len(numbers) != 1 or not 0 < numbers[0] <= many:
            return Chosen(beyond=True)
        every = tuple(range(many))
        if last:
            return Chosen(every[-numbers[0] :])
        return Chosen(every[: numbers[0]]) if places == [0] else None
    if last:  # "the last one", "the second last"
        back = places[0] if places else 0
        return _at(many - 1 - back, many)
    return _at(places[0], many) if len(places) == 1 else None


def _at(place: int, many: int) -> Chosen:
    return Chosen((place,)) if 0 <= place < many else Chosen(beyond=True)
