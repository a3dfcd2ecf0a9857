"""What is known of a language: tables of its words and nothing else.

A language is one value of frozen tables, made in a file of its own (`en.py`). What is
done with them stands where it is done: each user compiles what it needs, once. Words
are in their spoken form (`lang/spoken.py`) unless a table says otherwise; what is
called a cue is written as `lang/cues.py` tells.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from voiceagent.lang.choice_tables import ChoiceWords
from voiceagent.lang.correction_tables import CorrectionWords
from voiceagent.lang.guard_tables import GuardTables
from voiceagent.lang.later_tables import LaterWords
from voiceagent.lang.manner_tables import MannerWords
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.private_tables import PrivateTables
from voiceagent.lang.quantity_tables import QuantityWords
from voiceagent.lang.reason_tables import ReasonWords
from voiceagent.lang.sign_tables import SignWords
from voiceagent.lang.sum_tables import SumWords
from voiceagent.lang.telling_tables import TellingWords
from voiceagent.lang.thing_tables import ThingWords
from voiceagent.lang.wonder_tables import WonderWords

__all__ = [
    "ShortAnswers",
    "CalendarWords",
    "CommandWords",
    "DocumentWords",
    "Language",
    "NumberWords",
    "ReadOutWords",
    "SpeechWords",
    "SpellingSounds",
]


class ReadOutWords(Struct, frozen=True, kw_only=True, eq=False):
    """Numbers read out digit by digit."""

    digits: Mapping[str, str]
    """Words besides the ones that are a digit where digits are read out."""
    not_digits: frozenset[str]
    """Words of `digits`, and words that sound like digits, that mean something else
    where no digits stand around them."""
    multiples: Mapping[str, int]
    """How often the next digit is said: `double five`."""


class NumberWords(Struct, frozen=True, kw_only=True, eq=False):
    """Numbers, said and understood."""

    ones: tuple[str, ...]
    """Zero to nineteen."""
    tens: tuple[str, ...]
    """Twenty to ninety."""
    scales: Mapping[str, int]
    """What a number in front of it is multiplied by, the smallest first."""
    minus: str
    signs: frozenset[str]
    """Words before a number that put it below zero."""
    below: frozenset[str]
    """Words behind one, alone or before zero, that do."""
    zeros: frozenset[str]
    plus: str
    """Said before a number, it changes nothing."""
    degrees: frozenset[str]
    """May stand between a number and what puts it below zero."""
    articles: frozenset[str]
    """Count one before a scale or a part: `a hundred`, `a half`."""
    parts: Mapping[str, int]
    """What a part is one of how many, said for one and for several."""
    alone: frozenset[str]
    """Parts that also count without a number before them."""
    heaps: Mapping[str, int]
    """Nouns that stand for a number behind an article or a number."""
    point: str
    joint: str
    """Between a scale and what is added: `two hundred and five`."""
    quantities: frozenset[str]
    """Words that count besides the ones and tens."""
    fractions: Mapping[str, tuple[float, ...]]
    """What each may come to in a slot: a half is 30 minutes, or 0.5."""
    same_fractions: Mapping[str, str]
    """Fractions that are taken for another one."""
    twins: frozenset[str]
    """Numbers that even people mishear for each other."""
    ordinals: tuple[str, ...]
    """First, second, third ... as far as days go."""
    tenths: tuple[str, ...]
    """The ranks of the tens."""
    read_out: ReadOutWords

    @property
    def values(self) -> dict[str, int]:
        """What the ones and tens count."""
        ones = {word: number for number, word in enumerate(self.ones)}
        return ones | {word: 10 * n for n, word in enumerate(self.tens, 2)}


class CalendarWords(Struct, frozen=True, kw_only=True, eq=False):
    """Days and what else tells when."""

    weekdays: tuple[str, ...]
    """From the first day of the week."""
    months: tuple[str, ...]
    near: tuple[str, ...]
    """Days that are named by how far they are."""
    times: frozenset[str]
    """Any word that names a time of the day or week."""
    night: str
    """Names a time behind one of `nightly`, and a mode of a thing elsewhere."""
    nightly: frozenset[str]


class SpeechWords(Struct, frozen=True, kw_only=True, eq=False):
    """How writing is spoken."""

    signs: Mapping[str, str]
    """Signs in words."""
    money: Mapping[str, str]
    """Signs before or behind an amount, said behind it."""
    apart: Mapping[str, str]
    """Words that are written in one and understood as several."""
    ordinal_endings: tuple[str, ...]
    """Behind digits: `3rd`."""
    oclock: str
    """Said behind a full hour, in spoken form."""
    full_hour: str
    """The same as it is written."""
    military: str
    """Said behind a full hour after noon."""
    oh: str
    """Said for the nought before a single minute."""
    up_to: str
    """Said between the ends of a range."""
    abbreviations: frozenset[str]
    """Words before a full stop that ends no sentence, without the last stop."""


class SpellingSounds(Struct, frozen=True, kw_only=True, eq=False):
    """How letters sound, in the phones of the CMU dictionary."""

    letters: Mapping[str, str]
    """Letters said one by one."""
    sounds: Mapping[str, str]
    """Letters within a word, also several at once."""
    long_vowels: Mapping[str, str]
    """Before a consonant and a silent letter, as `silent` finds them."""
    silent: str
    """Pattern: vowel, consonant, and a letter that only makes the vowel long."""
    variants: Mapping[str, tuple[str, ...]]
    """Ways to say common words that the dictionary lacks."""


class ShortAnswers(Struct, frozen=True, kw_only=True, eq=False):
    """Answers to a question of ours, and words that say little."""

    heard: tuple[str, ...]
    """Sentence templates of what a recogniser listens for as well."""
    yes: frozenset[str]
    no: frozenset[str]
    agreed: tuple[str, ...]
    """What is listened for where the answer is yes or no."""
    declined: tuple[str, ...]
    one: str
    """May follow the rank of what is chosen: `the second one`."""
    fillers: frozenset[str]
    """Words around an answer that change nothing."""
    at_once: frozenset[str]
    """One-word turns that must be quick whatever else is known."""
    hanging: frozenset[str]
    """Words that nobody ends a command with, but many pause after."""


class CommandWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words that commands and the templates of a pack are made of."""

    verbs: frozenset[str]
    """First words of commands that can be asked about: `do you want me to ...`."""
    no_verbs: frozenset[str]
    """First words of templates that are no verbs."""
    questions: frozenset[str]
    """First words of templates that ask."""
    function: frozenset[str]
    """Words that tell nothing about which template is meant."""
    empty: tuple[str, ...]
    """Cues in which words of lists mean nothing."""
    small: frozenset[str]
    """Words that are said where a template makes them optional: it sounds natural."""
    addressed: Mapping[str, str]
    """The user's words in the mouth of the agent: `my` is `your`."""
    closing: tuple[tuple[str, ...], ...]
    """Polite words that also close a sentence."""
    unheard: frozenset[str]
    """Polite words that are understood when typed and not listened for."""


class DocumentWords(Struct, frozen=True, kw_only=True, eq=False):
    """Questions about documents, and what stands in them."""

    empty: frozenset[str]
    """Words that a question does not turn on."""
    groups: tuple[frozenset[str], ...]
    """Words that a documents' author may have used instead of each other."""
    endings: tuple[tuple[str, str], ...]
    """What is taken from a word's end, and what stands there instead, the first that
    fits."""
    vowels: str
    kept_double: str
    """Letters that stay doubled where an ending is gone."""
    follow_ups: tuple[str, ...]
    """Beginnings of questions that go on with the one before."""
    frames: tuple[str, ...]
    """Questions; a topic stands in each gap."""
    daily_frames: tuple[str, ...]
    """Questions about a topic and a day."""
    small: frozenset[str]
    """Words that may change without changing what a sentence tells."""
    limiting: frozenset[str]
    """Words that must not be lost: without them it tells more."""
    counting: str
    """Words of amounts that no number is written with."""


class Language(Struct, frozen=True, kw_only=True, eq=False):
    """All tables of one language."""

    name: str
    """As in `en`: folders of packs, engines and configuration call it so."""
    numbers: NumberWords
    quantities: QuantityWords
    calendar: CalendarWords
    speech: SpeechWords
    sounds: SpellingSounds
    answers: ShortAnswers
    choices: ChoiceWords
    corrections: CorrectionWords
    commands: CommandWords
    guards: GuardTables
    manners: MannerWords
    parts: PartWords
    reasons: ReasonWords
    private: PrivateTables
    documents: DocumentWords
    signs: SignWords
    telling: TellingWords
    sums: SumWords
    things: ThingWords
    later: LaterWords
    wonder: WonderWords
