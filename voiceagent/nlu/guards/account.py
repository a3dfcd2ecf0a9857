"""The wall: every word of a sentence is explained, or nothing is done.

A word is explained by a slot's value, by the templates of the intent, by a likeness of
one of their words, or by the closed table of manners and fillers. What is left is
content that the intent says nothing about: a room nobody knows, a person, a time, a
second thing. On the rest alone nobody may act.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voiceagent.lang.cues import somewhere
from voiceagent.lang.language import Language
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import distance, number_words, said_numbers, spoken
from voiceagent.nlu.guards.leftovers import NAMES
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.forms import Atom, Takes
from voiceagent.templates.matching import Matching

__all__ = ["Account", "AccountRule"]

UNITS = language().guards.loose.units
STEPS = language().guards.directions.upwards | language().guards.directions.downwards
LETTERS_A_MISTAKE = 4
"""One wrong letter is forgiven for this many of a name."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is left of a sentence when everything that explains has its words."""

    words: tuple[str, ...]
    held: frozenset[int]
    """Places of words that are in a slot's value."""
    loose: tuple[int, ...]
    """Places of words that nothing explains."""
    dangling: bool = False
    """Whether the last word says something only with what would follow."""

    @property
    def complete(self) -> bool:
        """Whether every word is explained."""
        return not self.loose and not self.dangling

    @property
    def unknown(self) -> str:
        """The first stretch of words that nothing explains."""
        found: list[str] = []
        for place in self.loose:
            if found and place != self.loose[0] + len(found):
                break
            found.append(self.words[place])
        return " ".join(found)


class AccountRule:
    """Takes account of the words of a sentence for an intent."""

    def __init__(self, tables: Language) -> None:
        self._manners, self._loose = tables.manners, tables.guards.loose
        self._pointing = (
            self._loose.determiners | tables.manners.places
        ) - tables.manners.pointing
        self._states, self._joint = tables.manners.states, tables.parts.joint
        directions = tables.guards.directions
        self._ways = directions.upwards | directions.downwards
        self._scaled = self._ways | self._states.high | self._states.low
        self._degrees = frozenset((*directions.too, *directions.degrees))
        guards = tables.guards
        self._asides = (
            somewhere(guards.denials.harmless),
            somewhere(guards.stories.polite),
            somewhere(guards.questions.requests),
            somewhere((*tables.manners.fronts, *tables.manners.backs)),
        )
        self._numbers = frozenset(tables.numbers.values) | tables.numbers.quantities

    def judge(
        self,
        text: str,
        intent: Intent,
        known: Takes,
        framed: frozenset[str] = frozenset(),
    ) -> GuardVerdict:
        """What is said about acting on `intent`, or answering it; `framed`: words of
        its frames."""
        found = self.of(text, intent, known, framed)
        own = frozenset[str]().union(*known.literals)
        if not known.asks and self._joint not in own and self._joins(text, found):
            return refuse("more than one thing")
        if found.complete or self._reasoned(found, intent, known, framed):
            return PASS
        if found.dangling and not found.loose:
            return refuse("the sentence is not finished")
        if known.asks and not known.values:
            return PASS
        if self._names_something(found):
            return refuse("a thing that nobody here knows", found.unknown)
        if known.asks:
            return PASS
        return ask("a word that nothing explains", found.unknown)

    def _joins(self, text: str, found: Account) -> bool:
        """Whether two things are joined of which no slot holds both: `lamp and tv`."""
        aside = self._aside(text, found.words)
        places = (at for at, word in enumerate(found.words) if word == self._joint)
        return any(at not in found.held | aside for at in places)

    def of(
        self,
        text: str,
        intent: Intent,
        known: Takes,
        framed: frozenset[str] = frozenset(),
    ) -> Account:
        """The account of `text`, in its spoken form."""
        words = tuple(text.split())
        held = frozenset(_held(text, words, intent, known))
        aside = self._aside(text, words)
        own = frozenset[str]().union(*known.literals)
        explained = self._explained(known, own) | framed
        loose = tuple(
            at
            for at, word in enumerate(words)
            if at not in held | aside
            and not self._plain(words, at, held, own, explained)
        )
        last = len(words) - 1
        dangling = last >= 0 and last not in held and words[last] in self._joining
        if known.asks and dangling:  # "what did you want to remind me of"
            dangling = words[last] not in own
        return Account(words, held, loose, dangling)

    def _reasoned(
        self, found: Account, intent: Intent, known: Takes, framed: frozenset[str]
    ) -> bool:
        """Whether all that is left is the reason for a command that is whole: `I am
        off to work so turn everything off`. What it forbids other rules look for."""
        words = found.words
        for at, word in enumerate(words):
            if word in self._manners.hence:
                reason, rest = range(at), words[at + 1 :]
            elif word in self._manners.because:
                reason, rest = range(at + 1, len(words)), words[:at]
            else:
                continue
            if rest and not found.held & {*reason}:
                if self.of(" ".join(rest), intent, known, framed).complete:
                    return True
        return False

    def _aside(self, text: str, words: Sequence[str]) -> frozenset[int]:
        """Places of phrases that are manners as a whole: `if you don't mind`."""
        starts = _starts(words)
        hits = (hit.span() for rule in self._asides for hit in rule.finditer(text))
        return frozenset(place for hit in hits for place in _places(starts, *hit))

    @property
    def _joining(self) -> frozenset[str]:
        ends = self._manners.joining | language().commands.small
        return ends - frozenset(("on", "off"))

    def _explained(self, known: Takes, own: frozenset[str]) -> frozenset[str]:
        """Words besides those of the templates that say no more than they do."""
        manners = self._manners
        found = set(manners.fillers | manners.joining)
        for word, like in {**manners.likenesses, **_single(self._loose)}.items():
            if like & own:
                found.add(word)
        if any(isinstance(v, int | float) for vs in known.fixed.values() for v in vs):
            found |= self._states.high | self._states.low | self._ways | self._degrees
            found |= {self._states.enough, *self._states.negations}
        return frozenset(found)

    def _plain(
        self,
        words: Sequence[str],
        at: int,
        held: frozenset[int],
        own: frozenset[str],
        explained: frozenset[str],
    ) -> bool:
        word = words[at]
        if word in self._manners.pronouns:
            place = at > 0 and words[at - 1] in self._manners.places
            return word in own and not place
        if word in self._manners.pointing:
            after = words[at + 1] if at + 1 < len(words) else ""
            return word in own or at + 1 in held or after in own
        if word in self._numbers:
            return word in own
        if word in self._degrees - self._manners.fillers:
            return bool(self._scaled & {*words[at + 1 : at + 2]}) or word in own
        return any(form in own or form in explained for form in self._forms(word))

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        yield word + self._loose.plural
        for ending in self._manners.endings:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                stem = word[: -len(ending)]
                yield from (stem, stem + "e")

    def _names_something(self, found: Account) -> bool:
        """Whether what is left stands where things are named: behind a word that
        points to one, or before a thing that is known."""
        words, held = found.words, found.held
        for at in found.loose:
            before = words[at - 1] if at else ""
            after = words[at + 1] if at + 1 < len(words) else ""
            if before in self._pointing or at + 1 in held or after in self._loose.sorts:
                return True
        return False


def _single(loose: object) -> dict[str, frozenset[str]]:
    synonyms = getattr(loose, "synonyms", {})
    return {word: frozenset((like,)) for word, like in synonyms.items()}


def _held(
    text: str, words: Sequence[str], intent: Intent, known: Takes
) -> Iterator[int]:
    """Places of words that the slots' values were read from."""
    pairs = set(intent.slots.items())
    run, starts = Matching(text), _starts(words)
    for atom in known.atoms:
        for start, match in atom.hits(run):
            slots = {(c.slot, c.value) for c in match.captures}
            more = {c.slot for c in match.captures} - {*NAMES} <= {*intent.slots}
            named = any(c.slot in NAMES for c in match.captures)
            if slots <= pairs or (more and not named and atom.plain):
                yield from _places(starts, start, match.end)
    yield from _counted(words, intent, known)
    for slot, value in pairs:
        if isinstance(value, str):
            said = _said(known.values.get(slot, ()), value)
            yield from _stretch(words, said)


def _counted(words: Sequence[str], intent: Intent, known: Takes) -> Iterator[int]:
    """Places of numbers that a slot has, with their unit behind them."""
    values = {abs(v) for v in intent.slots.values() if isinstance(v, int | float)}
    for value, at in said_numbers(words):
        end = at + len(number_words(value).split())
        if words[end : end + 1] and words[end] in STEPS:  # "ten more minutes"
            end += 1
        if value in values and {*words[end : end + 1]} & UNITS & known.words:
            yield from range(at, end + 1)


def _said(atoms: Sequence[Atom], value: SlotValue) -> list[str]:
    phrases = [p for atom in atoms for p, v in atom.phrases if v == value]
    return phrases or [spoken(str(value))]


def _stretch(words: Sequence[str], phrases: Sequence[str]) -> Iterator[int]:
    """The places of a phrase, or of the one that is nearly it."""
    for phrase in phrases:
        many = len(phrase.split())
        most = len(phrase) // LETTERS_A_MISTAKE
        for at in range(len(words) - many + 1):
            piece = " ".join(words[at : at + many])
            if piece == phrase or distance(piece, phrase, most) <= min(most, 2):
                yield from range(at, at + many)


def _starts(words: Sequence[str]) -> list[int]:
    found, at = [], 0
    for word in words:
        found.append(at)
        at += len(word) + 1
    return found


def _places(starts: Sequence[int], start: int, end: int) -> Iterator[int]:
    yield from (n for n, at in enumerate(starts) if start <= at < end)
