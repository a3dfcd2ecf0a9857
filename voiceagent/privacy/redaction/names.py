"""Names: of the contact list in any form, and after words that go before names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.both import is_name_here
from voiceagent.privacy.redaction.contacts import (
    Contacts,
    NameForm,
    from_lists,
    is_ordinary,
    is_word,
)
from voiceagent.privacy.redaction.folding import PlainWord, atoms
from voiceagent.privacy.redaction.letters import LetterRun, letter_runs
from voiceagent.privacy.redaction.tokens import Span, Token

__all__ = ["Names", "cued_names"]

WORDS = language().private.names
CUES = {
    first: tuple(cue for cue in (*WORDS.cues, *WORDS.starts) if cue[0] == first)
    for first in {cue[0] for cue in (*WORDS.cues, *WORDS.starts)}
}
LONGEST = 3
"""Words of a name."""
SPELLED_LEAST = 2
"""Letters of a name that is told letter by letter."""


@dataclass(frozen=True, slots=True)
class NameMention:
    """A form that was found."""

    first: int
    """Index of its first atom."""
    last: int
    form: NameForm
    doubtful: bool
    """An ordinary word too."""


class Names:
    """Finds the names of a list."""

    def __init__(self, names: Iterable[str], kept: Iterable[str] = ()) -> None:
        """`names`: full names, of which every part counts alone too, ordinary words
        where they are names; `kept`: what never leaves, whatever it means there."""
        self._contacts: Contacts = from_lists(names, kept)

    def spans(self, text: str, words: Sequence[Token]) -> Iterator[Span]:
        """Every place where one of them stands."""
        if not self._contacts.forms:
            return
        found = atoms(text)
        runs = list(letter_runs(words))
        mentions = _settled(list(self._mentions(found)), found, text, words)
        yield from (_span(found, m) for m in self._grown(mentions, found))
        for run in runs:
            yield from self._spelled(run, words)
        yield from self._initials(found, text)

    def _mentions(self, found: Sequence[PlainWord]) -> Iterator[NameMention]:
        """The longest form at each place."""
        at = 0
        while at < len(found):
            mention = self._written(found, at) or self._heard(found, at)
            if mention is not None:
                yield mention
            at = mention.last + 1 if mention is not None else at + 1

    def _written(self, found: Sequence[PlainWord], at: int) -> NameMention | None:
        best, letters, ordinary = None, "", True
        for last in range(at, len(found)):
            letters += found[last].text
            if len(letters) > self._contacts.longest + 3:
                break
            ordinary = ordinary and is_ordinary(found[last].text)
            form = self._contacts.form(letters)
            if form is None:
                continue
            alone = last == at
            glued = not alone and ordinary and not form.whole
            if glued and not all(a.tied for a in found[at + 1 : last + 1]):
                continue  # "a man" is not Aman
            doubtful = alone and not form.kept and _is_both(letters)
            best = NameMention(at, last, form, doubtful)
        return best

    def _heard(self, found: Sequence[PlainWord], at: int) -> NameMention | None:
        form = self._contacts.heard(found[at].text)
        if form is not None:
            return NameMention(at, at, form, doubtful=False)
        if at + 1 < len(found):
            form = self._contacts.heard_in_two(found[at].text, found[at + 1].text)
        return NameMention(at, at + 1, form, doubtful=False) if form else None

    def _grown(
        self, mentions: Sequence[NameMention], found: Sequence[PlainWord]
    ) -> Iterator[NameMention]:
        """Parts of one name as one, with the initials beside them."""
        last: NameMention | None = None
        for mention in mentions:
            mention = self._with_neighbours(mention, last, found)
            if last is not None and last.last + 1 == mention.first:
                if last.form.contact == mention.form.contact:
                    last = _joined(last, mention)
                    continue
            if last is not None:
                yield last
            last = mention
        if last is not None:
            yield last

    def _with_neighbours(
        self,
        mention: NameMention,
        before: NameMention | None,
        found: Sequence[PlainWord],
    ) -> NameMention:
        """With the initials before it, and what sounds like its other parts."""
        first, last, whose = mention.first, mention.last, mention.form.contact
        while first and _is_initial(found[first - 1], before, first - 1):
            first -= 1
        free = before is None or first - 1 > before.last
        if first and free and self._contacts.is_beside(whose, found[first - 1].text):
            first -= 1
        if last + 1 < len(found) and self._contacts.is_beside(
            whose, found[last + 1].text
        ):
            last += 1
        return replace(mention, first=first, last=last)

    def _spelled(self, run: LetterRun, words: Sequence[Token]) -> Iterator[Span]:
        """Names within letters that were told one by one."""
        items = run.items
        at = 0
        while at < len(items):
            letters, best = "", None
            for last in range(at, len(items)):
                letters += items[last][0]
                form = self._contacts.forms.get(letters)
                if form is not None and last - at + 1 >= SPELLED_LEAST:
                    best = last, form
            if best is not None:
                begin, end = words[items[at][1]].start, words[items[best[0]][2]].end
                yield Span(begin, end, "NAME", best[1].key)
            at = best[0] + 1 if best is not None else at + 1

    def _initials(self, found: Sequence[PlainWord], text: str) -> Iterator[Span]:
        """`JRS`, `J. R. S.`, `j r s`."""
        for at, atom in enumerate(found):
            form = self._contacts.initials.get(atom.text)
            before = found[at - 1] if at else None
            if form is not None and not (
                _is_word(atom, text) or _is_place(atom, before)
            ):
                yield Span(atom.start, atom.end, "NAME", form.key)
            letters = atom.text if len(atom.text) == 1 else ""
            if letters and _goes_on(before, atom, text):
                continue
            for last in range(at + 1, min(at + 5, len(found))):
                gap = text[found[last - 1].end : found[last].start]
                beside = len(gap) < 3 and not re.search(r"[\d'’]", gap)
                if not letters or len(found[last].text) != 1 or not beside:
                    break
                letters += found[last].text
                form = self._contacts.initials.get(letters)
                if form is not None and letters not in WORDS.short_forms:
                    yield Span(atom.start, found[last].end, "NAME", form.key)


def _goes_on(before: PlainWord | None, atom: PlainWord, text: str) -> bool:
    """Whether letters before belong to it: `m. t.` of `g. m. t.`"""
    if before is None or len(before.text) != 1 or before.text in ONE_LETTER_WORDS:
        return False
    return text[before.end : atom.start] in (".", ". ")


ONE_LETTER_WORDS = frozenset("ai")


def _is_place(atom: PlainWord, before: PlainWord | None) -> bool:
    """`in AL`, `Anderson AL`."""
    if atom.text not in WORDS.places:
        return False
    if not atom.capital or before is None:
        return not atom.capital
    return before.capital or before.text in WORDS.before_places


def _is_both(letters: str) -> bool:
    return is_word(letters) or letters in WORDS.both.either


def _is_word(atom: PlainWord, text: str) -> bool:
    said = text[atom.start : atom.end]
    if atom.text in WORDS.short_forms:
        return True
    if atom.text in WORDS.common:
        return True
    return is_ordinary(atom.text) and not (said.isupper() and _tells_case(text))


def _tells_case(text: str) -> bool:
    """Whether capital letters mean something: there are some, and not all are."""
    begun = sum(word[:1].isupper() for word in text.split())
    return 0 < begun and begun * 2 <= len(text.split()) + 1 and not text.isupper()


def _settled(
    mentions: list[NameMention],
    found: Sequence[PlainWord],
    text: str,
    words: Sequence[Token],
) -> list[NameMention]:
    """Without ordinary words that are no names where they stand."""
    starts, case = [word.start for word in words], _tells_case(text)
    kept: list[NameMention] = []
    for at, mention in enumerate(mentions):
        beside = any(
            other.form.contact == mention.form.contact
            and not (other.doubtful and other.form.key == mention.form.key)
            for other in (mentions[max(0, at - 1) : at] + mentions[at + 1 : at + 2])
            if other.last + 1 == mention.first or mention.last + 1 == other.first
        )
        word = bisect_right(starts, found[mention.first].start) - 1
        if (
            not mention.doubtful
            or beside
            or (word >= 0 and is_name_here(words, word, tells_case=case))
        ):
            kept.append(replace(mention, doubtful=False))
    return kept


def _joined(one: NameMention, other: NameMention) -> NameMention:
    key = one.form.key + other.form.key
    return replace(one, last=other.last, form=replace(one.form, key=key))


def _is_initial(atom: PlainWord, last: NameMention | None, at: int) -> bool:
    return (
        len(atom.text) == 1
        and not atom.tied
        and (last is None or at > last.last)
        and (atom.capital or atom.text not in WORDS.common)
    )


def _span(found: Sequence[PlainWord], mention: NameMention) -> Span:
    first, last = found[mention.first], found[mention.last]
    return Span(first.start, last.end, "NAME", mention.form.key)


def _is_noun(texts: Sequence[str], at: int) -> bool:
    """`the contact information`, `anna's email folder`: nobody is called."""
    before = texts[at - 1] if at else ""
    return before in WORDS.both.determiners or before.endswith(("'s", "\u2019s"))


def cued_names(words: Sequence[Token]) -> Iterator[Span]:
    """What follows a word that goes before names, as far as it is no common word."""
    texts = [word.text for word in words]
    for at in range(len(words)):
        begins = at == 0 or texts[at - 1] in WORDS.both.greets
        for cue in CUES.get(texts[at], ()):
            if tuple(texts[at : at + len(cue)]) != cue:
                continue
            if cue in WORDS.starts and not begins:
                continue
            if len(cue) == 1 and cue[0] in WORDS.nouns and _is_noun(texts, at):
                continue
            for word in words[at + len(cue) : at + len(cue) + LONGEST]:
                if word.bare in WORDS.common or word.digits:
                    break
                yield Span(word.start, word.end, "NAME", word.bare)
