"""What redaction knows of names of people in a language, as data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["BothWords", "NameWords"]


class BothWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words that are ordinary ones and names, and how a sentence tells which."""

    either: frozenset[str]
    """A name unless the words around it show that it is none; every other ordinary
    word is none unless they show that it is one."""
    modals: frozenset[str]
    """Those that go before verbs."""
    months: frozenset[str]
    """Names of months too."""
    before_months: frozenset[str]
    parts_of_months: frozenset[str]
    """`the end of may`."""
    function: frozenset[str]
    """No names, even where one is expected."""
    articles: frozenset[str]
    """They stand before a noun that begins with a vowel, or are names."""
    people: frozenset[str]
    """A word behind one of these is a name: `my friend mark`."""
    determiners: frozenset[str]
    """A noun follows, not a name."""
    objects: frozenset[str]
    """What a verb may have behind it: `mark it`."""
    wishes: frozenset[str]
    """With `to`, a verb follows: `i want to mark`."""
    begins: frozenset[str]
    """A verb may follow: `please mark`."""
    subjects: frozenset[str]
    """Between one of these and a verb stands no name."""
    finite: frozenset[str]
    """A name stands before one of these: `will is late`."""
    helpers: frozenset[str]
    """What follows is not the verb `will`: `did will`."""
    goes_with: Mapping[str, frozenset[str]]
    """Words beside one that show the ordinary word: `phone bill`."""
    told: frozenset[str]
    """The same as `helpers`, of what was."""
    persons: frozenset[str]
    """`you will`, at the end too."""
    asking: frozenset[str]
    """A question begins."""
    spans: frozenset[str]
    """Between two months."""
    greets: frozenset[str]
    """A name follows."""
    asks: frozenset[str]
    """With a verb behind it, what stands between is who does it: `does cook know`."""
    verbs: frozenset[str]
    ties: frozenset[str]
    """With nothing behind it, what follows is somebody: `lunch with young`."""
    after_names: frozenset[str]
    """No verb: `call will tomorrow`."""


class NameWords(Struct, frozen=True, kw_only=True, eq=False):
    """Names of people."""

    cues: tuple[tuple[str, ...], ...]
    """A word behind one of these that is no common word is taken for a name."""
    starts: tuple[tuple[str, ...], ...]
    """The same, at the beginning of what is said: `this is`."""
    common: frozenset[str]
    """What is never taken for a name because of the word before it."""
    ordinary: frozenset[str]
    """What is, besides those, no name because it sounds like one."""
    nouns: frozenset[str]
    """Cues that name a thing behind a word such as `my`: `my phone contract`."""
    often: frozenset[str]
    """Words of the world (places, makers) and other people's first names that are taken
    for no name of the list because they sound like it."""
    same: tuple[tuple[str, ...], ...]
    """Names of which one is written for another, whatever the letters say."""
    both: BothWords
    titles: frozenset[str]
    """Words in a list of contacts that are no part of the name."""
    particles: frozenset[str]
    """Parts of names that say nothing alone: `van`, `de`."""
    short_forms: frozenset[str]
    """Two or three letters that are nobody's initials."""
    places: frozenset[str]
    """Two letters that are a place, too."""
    before_places: frozenset[str]
    letters: Mapping[str, str]
    """Letters as they are called."""
    homophones: frozenset[str]
    """Those of them that are ordinary words."""
    cases: frozenset[str]
    """May stand before a letter: `capital s`."""
    sounds: Mapping[str, str]
    """Letters, and the consonants that a reader hears."""
    foreign: Mapping[str, tuple[str, ...]]
    """What they may sound like besides, in names of other languages."""
    vowel_sounds: Mapping[str, str]
    """Vowels that each may be written as."""
    silent_ends: frozenset[str]
    """Letters that may be silent at the end."""
    vowels: str
    glide: str
    """A part of the vowel before it, where none follows: `strow`, `kowal`."""
