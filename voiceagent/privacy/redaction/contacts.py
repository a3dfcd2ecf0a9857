"""A list of contacts, by everything that may be written for one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.folding import atoms, folded, spellings
from voiceagent.privacy.redaction.sounds import alike, distance, heard, readings

__all__ = ["Contacts", "NameForm", "from_lists", "is_ordinary", "is_word"]

WORDS = language().private.names
NOTES = re.compile(r"\([^)]*\)|<[^>]*>|\[[^\]]*\]|\S+@\S+|[+\d][\d\s()./-]{4,}")
"""What a list may have beside a name."""
PIECES = re.compile(r"[\s,;&/_.]+")
HYPHENS = re.compile(r"[-‐‑‒–—]+")
LONGEST_TEXT = 120
WHOLE_LEAST = 8
"""Letters of all of a name that are heard as one word."""
TWO_DIFFER = 2
"""Letters that may differ in a name in two pieces."""
ENDINGS = (("ies", "y"), ("ies", "ie"), ("es", ""), ("s", ""), ("z", ""))
"""Of plurals and possessives, as they are written by whoever heard them."""


@dataclass(frozen=True, slots=True)
class NameForm:
    """What some letters stand for."""

    contact: int
    key: str
    """The same for all forms of it."""
    whole: bool = False
    """More than one part of the name: it needs nothing else to be one."""
    kept: bool = False
    """It never leaves, whatever else it means."""


@dataclass(slots=True)
class Contacts:
    """Who is in a list, by letters, sounds and initials."""

    forms: dict[str, NameForm] = field(default_factory=dict)
    initials: dict[str, NameForm] = field(default_factory=dict)
    longest: int = 0
    """Letters of the longest form."""
    _heard: dict[str, list[tuple[str, NameForm]]] = field(default_factory=dict)
    _count: int = 0

    def add(self, name: str, *, kept: bool = False) -> None:
        """One line of a list; `kept`: as it stands it never leaves."""
        parts = list(_parts(name))
        self._count += 1
        for at, part in enumerate(parts):
            if folded(part) not in WORDS.particles or at == 0:
                self._part(part)
        for start in range(len(parts)):
            if len(parts) - start > 1:
                self._form("".join(parts[start:]), whole=True)
        if len(parts) > 1:
            self._form(parts[-1] + "".join(parts[:-1]), whole=True)
            self._form(parts[0] + parts[-1], whole=True)
            self._initials(parts)
        if kept:
            self._form(name, kept=True, whole=True)

    def form(self, letters: str) -> NameForm | None:
        """What these letters stand for, also with an ending."""
        found = self.forms.get(letters)
        if found is not None or not letters.endswith(("s", "z")):
            return found
        for ending, instead in ENDINGS:
            bare = letters.removesuffix(ending) + instead
            if letters.endswith(ending) and bare in self.forms:
                return self.forms[bare]
        return None

    def heard(self, word: str) -> NameForm | None:
        """Whose name it is as it sounds, where it is no ordinary word."""
        if len(word) < 3 or is_word(word) or word in WORDS.often:
            return None
        inflected = is_ordinary(word)
        tried = (word, word[:-1]) if word.endswith("s") and len(word) > 4 else (word,)
        for one in tried:
            row = heard(one)
            for part, form in self._heard.get(row, ()):
                if form.whole:
                    near = distance(one, part) <= TWO_DIFFER
                elif inflected:  # "huges" is Hughes, "bells" is not Bill
                    near = len(part) > 5 and distance(one, part) <= 1
                else:
                    near = alike(one, part, row)
                if near:
                    return form
        return None

    def is_beside(self, contact: int, word: str) -> bool:
        """Whether a word next to one part of a name sounds like another one of it."""
        if len(word) < 2 or is_word(word):
            return False
        return any(
            form.contact == contact and not form.whole
            for _, form in self._heard.get(heard(word), ())
        )

    def heard_in_two(self, one: str, two: str) -> NameForm | None:
        """The same of a name in two pieces, neither of them a word."""
        if min(len(one), len(two)) < 3 or any(map(_known, (one, two))):
            return None
        whole = one + two
        for part, form in self._heard.get(heard(whole), ()):
            if distance(whole, part) <= TWO_DIFFER:
                return form
        return None

    def _part(self, part: str) -> None:
        pieces = [p for p in HYPHENS.split(part) if folded(p)]
        for piece in pieces:
            self._form(piece)
            for inner in _behind_apostrophe(piece):
                self._form(inner, key=folded(piece))
        if len(pieces) > 1:
            self._form("".join(pieces), whole=True)

    def _form(
        self, text: str, *, whole: bool = False, kept: bool = False, key: str = ""
    ) -> None:
        letters = folded(text)
        written = spellings(text)
        for form in sorted({*written, *_other(letters)}):
            if len(form) < 2:
                continue
            made = NameForm(self._count, key or letters, whole, kept)
            old = self.forms.get(form)
            if old is None or (kept and not old.kept):
                self.forms[form] = made
            self.longest = max(self.longest, len(form))
            if form in written and len(form) >= (WHOLE_LEAST if whole else 3):
                for sound in readings(form):
                    self._heard.setdefault(sound, []).append((form, made))

    def _initials(self, parts: list[str]) -> None:
        firsts = [folded(p)[:1] for part in parts for p in HYPHENS.split(part)]
        main = [folded(p)[:1] for p in parts if folded(p) not in WORDS.particles]
        form = NameForm(self._count, "".join(map(folded, parts)), whole=True)
        for made in {"".join(firsts), "".join(main), firsts[0] + firsts[-1]}:
            if len(made) > 1:
                self.initials.setdefault(made, form)


def _known(word: str) -> bool:
    return is_ordinary(word) or word in WORDS.often


def is_word(word: str) -> bool:
    """Whether it is an ordinary word of the language."""
    return word in WORDS.common or word in WORDS.ordinary


def is_ordinary(word: str) -> bool:
    """The same, also with one of the usual endings."""
    if is_word(word):
        return True
    stems = (word.removesuffix(end) for end in ("s", "es", "ed", "ing", "er", "ly"))
    return any(
        len(stem) > 2 and stem != word and (stem in WORDS.common or _stem(stem))
        for stem in stems
    )


def _stem(stem: str) -> bool:
    return stem in WORDS.ordinary or stem + "e" in WORDS.ordinary


def _parts(name: str) -> Iterator[str]:
    """The words of a name, without titles and notes."""
    for piece in PIECES.split(NOTES.sub(" ", name[:LONGEST_TEXT])):
        letters = folded(piece)
        if letters and letters not in WORDS.titles:
            yield piece


def _behind_apostrophe(piece: str) -> Iterator[str]:
    """`brien` of `O'Brien`."""
    inner = atoms(piece)
    for at, atom in enumerate(inner):
        if at and atom.tied and len(atom.text) >= 3 and "'" in _signs(piece):
            yield atom.text


def _signs(piece: str) -> str:
    return "".join("'" for c in piece if not c.isalnum())


def _other(letters: str) -> Iterable[str]:
    """Other spellings of the same: `mueller` and `muller`, `mac` and `mc`."""
    bare = re.sub("([aou])e", r"\1", letters)
    if bare != letters and len(bare) > 2 and not is_ordinary(bare):
        yield bare
    yield from (same for group in WORDS.same if letters in group for same in group)
    for one, two in (("mac", "mc"), ("mc", "mac")):
        if letters.startswith(one) and len(letters) > len(one) + 3:
            yield two + letters.removeprefix(one)


def from_lists(names: Iterable[str], kept: Iterable[str]) -> Contacts:
    """Both lists as one."""
    found = Contacts()
    for name in names:
        found.add(name)
    for name in kept:
        found.add(name, kept=True)
    return found
