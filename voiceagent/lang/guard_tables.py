"""What the guards know of a language: cues of mood, polarity and loss, as data.

See `nlu/guards`: each table is one way in which a sentence can mean something else
than the order it resembles.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = [
    "DenialCues",
    "DirectionWords",
    "GuardTables",
    "LooseWords",
    "PastCues",
    "QuestionCues",
    "StepWords",
    "StoryCues",
    "SwitchWords",
]


class QuestionCues(Struct, frozen=True, kw_only=True, eq=False):
    """An order, or a question?"""

    openings: tuple[str, ...]
    """Cues that may stand before any sentence, several too, and mean nothing."""
    questions: tuple[str, ...]
    """Cues at the beginning: a question."""
    requests: tuple[str, ...]
    """Cues at the beginning: a question in form, an order in fact."""
    wondered: tuple[str, ...]
    """Cues at the beginning: perhaps a question, perhaps a wish."""
    asides: tuple[str, ...]
    """Cues anywhere: a question about an order, not an order."""
    looking: frozenset[str]
    """Orders that questions begin with: `check if`, `run that by me again`."""


class PastCues(Struct, frozen=True, kw_only=True, eq=False):
    """Somebody did something: no order."""

    persons: tuple[str, ...]
    glued: tuple[str, ...]
    """What may be glued to a person: `ive`."""
    between: tuple[str, ...]
    """Words between a person and what was done."""
    deeds: tuple[str, ...]
    """Cues: what was done."""
    no_deeds: tuple[str, ...]
    """Words that look like one of `deeds` and are none."""


class StoryCues(Struct, frozen=True, kw_only=True, eq=False):
    """Ordered, or told, supposed, planned?"""

    past: PastCues
    reported: tuple[str, ...]
    long_gone: tuple[str, ...]
    conditions: tuple[str, ...]
    polite: tuple[str, ...]
    """Cues of conditions that are manners."""
    later_joints: tuple[str, ...]
    later_events: tuple[str, ...]
    """Cues: what an order waits for, behind one of `later_joints`."""
    regularly: tuple[str, ...]
    others: tuple[str, ...]
    """Cues at the beginning: it is about somebody else."""
    forgotten: tuple[str, ...]
    """Cues that something was forgotten."""
    done: tuple[str, ...]
    """Cues that are in the past and mean now."""


class DenialCues(Struct, frozen=True, kw_only=True, eq=False):
    """Ordered, or forbidden?"""

    negations: tuple[str, ...]
    mild: frozenset[str]
    """Negations that are worth a question: nothing is forbidden in so many words."""
    forbidding: tuple[str, ...]
    exceptions: tuple[str, ...]
    ceasing: tuple[str, ...]
    """Cues that something is to end."""
    stop: str
    """The word of templates that end things, to which `ceasing` does not apply."""
    harmless: tuple[str, ...]
    """Cues of words that deny something, and do not forbid it."""
    unwanted: tuple[str, ...]
    ending: frozenset[str]
    """Intents with such words end something that somebody does not want any more."""


class SwitchWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words that switch, or are something else: `on the desk`."""

    pair: frozenset[str]
    """Of the opposites, the one that counts only where it switches."""
    verbs: frozenset[str]
    """Right behind them it switches."""
    others: frozenset[str]
    """Right behind them it switches where only a room follows."""
    room: str
    """The word that a room follows."""
    polite: frozenset[str]
    """Words that change nothing behind it."""


class StepWords(Struct, frozen=True, kw_only=True, eq=False):
    """A step, or a value?"""

    neutral: frozenset[str]
    """Words of direction that say nothing about how far."""
    states: tuple[str, ...]
    """Words before a value; before a step stands none of them."""
    by: str
    """The word before a step."""
    units: frozenset[str]


class DirectionWords(Struct, frozen=True, kw_only=True, eq=False):
    """This, or its opposite?"""

    opposites: tuple[tuple[frozenset[str], frozenset[str]], ...]
    switch: SwitchWords
    particles: Mapping[str, tuple[str, ...]]
    """Cues behind which a word of direction is none: `wake up`."""
    too: tuple[str, ...]
    complaints: tuple[str, ...]
    """What it is `too` much of: the other direction is wanted."""
    degrees: tuple[str, ...]
    manner: tuple[str, ...]
    """Behind one of `degrees`: how it is done, not in which direction."""
    upwards: frozenset[str]
    downwards: frozenset[str]
    step: StepWords


class LooseWords(Struct, frozen=True, kw_only=True, eq=False):
    """Taken by a slot, or lost?"""

    units: frozenset[str]
    one: str
    """A number that is also a pronoun."""
    before_one: frozenset[str]
    """Behind them, and before a cue of `after_one`, it is the pronoun."""
    after_one: tuple[str, ...]
    determiners: frozenset[str]
    """They announce a thing."""
    boundaries: frozenset[str]
    """Words at which the name of a thing ends."""
    everyday: frozenset[str]
    """Words that name no thing, whatever stands before them."""
    synonyms: Mapping[str, str]
    """Words that are known where their likeness is."""
    plural: str
    """What is glued to the name of many."""
    sorts: frozenset[str]
    """Things of a sort, of which a house may have several."""
    choosing: frozenset[str]
    """Before them, words that mean some of a sort, and nobody knows which."""


class GuardTables(Struct, frozen=True, kw_only=True, eq=False):
    """All that the guards know of a language."""

    questions: QuestionCues
    stories: StoryCues
    joints: frozenset[str]
    """Between two orders."""
    encouraging: str
    """Stands before an order, and is none: `go ahead and`."""
    denials: DenialCues
    directions: DirectionWords
    loose: LooseWords
