"""Words taken back in the same breath: "a timer for thirty, no, forty minutes".

Only what is plain is taken for the correction: with the new words in the place of the
old ones it is the same command with another value of the same kind, and the old words
were a value there too. What may be a correction and may be something else ("the light,
no fan") is asked about; anything else is no correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.clarify import Question, repeat_back
from voiceagent.nlu.intent import Intent

__all__ = [
    "DURATION",
    "TIME",
    "Mended",
    "asked_about",
    "hesitated",
    "is_rest",
    "mended",
    "swallowed",
    "takes_back",
]

MOST_MANNERS = 2
"""Words that a command may lack without being the rest of something else."""

WORDS, NUMBERS = language().corrections, language().numbers
MARKERS = tuple(tuple(marker.split()) for marker in WORDS.markers)
GOING_ON = tuple(tuple(marker.split()) for marker in WORDS.going_on)
JOINTS = frozenset(language().parts.joints)
FILLERS, ARTICLES = WORDS.fillers, WORDS.articles
LONGEST = 40
"""Words of a sentence that is looked at."""
VALUE, AFTER = 8, 6
"""Words of a value that is taken back, and of what stands between it and the marker."""
DEPTH = 3
"""So often somebody may change their mind in one sentence."""
DURATION = {"hours", "minutes", "seconds", "count"}
TIME = {"hour", "minute", "half", "day"}
MAY_GO = DURATION | {"minute"}
"""What the new value may do without: "seven thirty, no, eight"."""
NUMBER_WORDS = {*NUMBERS.ones, *NUMBERS.tens, *NUMBERS.scales}

Parse: TypeAlias = Callable[[str], Intent | None]
KnownWords: TypeAlias = Callable[[Sequence[str]], Intent | None]


@dataclass(frozen=True, slots=True)
class Mended:
    """What is meant, once what was taken back is gone."""

    intent: Intent
    plain: bool
    """Whether there is no doubt that it was a correction."""


@dataclass(frozen=True, slots=True)
class _Try:
    """One way to put the new words in the place of old ones."""

    old: Intent
    intent: Intent
    same: bool
    """Another value of the same kind."""
    rank: tuple[bool, bool, bool, int, int]
    torn: bool
    """The old words begin within a number."""


def is_rest(said: str, text: str) -> bool:
    """Whether the other words are accounted for: taken back, or the reason of it."""
    more = len(spoken(text).split()) - len(spoken(said).split())
    return _cut(_words(text)) is not None or more > MOST_MANNERS


def takes_back(text: str) -> bool:
    """Whether there is any word in it that may take something back."""
    cut = _cut(_words(text))
    return cut is not None and not _only_hesitates(cut[1])


def hesitated(text: str, found: Intent | None) -> bool:
    """Whether two commands of a kind may be one that was put right: `for five, er,
    fifteen minutes`."""
    if found is None or len({part.name for part in found.parts}) != 1:
        return False
    cut = _cut(_words(text))
    return cut is not None and _only_hesitates(cut[1])


def swallowed(intent: Intent) -> bool:
    """Whether a name was made of words that take something back: `the egg timer no the
    pasta timer`. What stands on a list may be any words, and is asked about there."""
    name = intent.slots.get("name")
    return isinstance(name, str) and takes_back(name)


def mended(text: str, parse: Parse, *, depth: int = DEPTH) -> Mended | None:
    """The command that `text`, which `parse` does not know, is corrected to."""
    cut = _cut(_words(text))
    if cut is None or depth == 0:
        return None
    before, marker, after = cut

    def known(words: Sequence[str]) -> Intent | None:
        said = " ".join(words)
        found = parse(said)
        if found is None and depth > 1:
            earlier = mended(said, parse, depth=depth - 1)
            found = earlier.intent if earlier and earlier.plain else None
        return found

    every = sorted(_tries(before, after, known), key=lambda t: t.rank)
    if not every:
        return _another(before, after, known)
    best = every[0]
    # "Twenty one, no, five" may be five, and twenty five.
    torn = any(t.torn and t.same and t.rank[3] == best.rank[3] for t in every)
    sure = _strong(marker) or after[0] in ARTICLES or _restated(best, after, known)
    sure = _numbers(best) or (sure and not _only_hesitates(marker))
    return Mended(best.intent, best.same and sure and not torn)


def _another(
    before: Sequence[str], after: Sequence[str], known: KnownWords
) -> Mended | None:
    """One whole command that is taken back for another one."""
    old, new = known(before), known(after)
    if old is None or new is None or old.meaning == new.meaning:
        return None
    return Mended(new, plain=False)


def asked_about(text: str, parse: Parse, *, sure: bool = True) -> Question | None:
    """Whether the correction was meant, where that is not plain, or `text` not sure."""
    found = mended(text, parse) if _cut(_words(text)) else None
    if found is None or (found.plain and sure):
        return None
    reason = "perhaps corrected in one breath"
    return repeat_back(found.intent, found.intent.text, reason=reason)


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " , ").replace(".", " . ").split()[: LONGEST + 1]


def _cut(words: Sequence[str]) -> tuple[list[str], list[str], list[str]] | None:
    """What stands before the last marker, the marker, and what comes after it."""
    if len(words) > LONGEST:
        return None
    found: tuple[int, int] | None = None
    at = 0
    while at < len(words):
        end = _marker(words, at)
        if end > at and any(_real(words, i) for i in range(at, end)):
            found = at, end
        at = max(end, at + 1)
    if found is None:
        return None
    start, end = found
    before, after = _plain(words[:start]), _plain(words[end:])
    return (before, list(words[start:end]), after) if before and after else None


def _marker(words: Sequence[str], at: int) -> int:
    """Where the run of markers that begins there ends."""
    first = at
    while at < len(words):
        some = MARKERS if at == first else (*MARKERS, *GOING_ON)
        one = next((m for m in some if tuple(words[at : at + len(m)]) == m), ())
        if not one and words[at] not in (*FILLERS, ",", "."):
            break
        at += len(one) or 1
    return at


def _only_hesitates(marker: Sequence[str]) -> bool:
    """Whether nothing was said between the commas: `, er,`."""
    return all(word in (*FILLERS, ",", ".") for word in marker)


def _real(words: Sequence[str], at: int) -> bool:
    if words[at] in FILLERS and words[at - 1 : at] == [","]:
        rest = [word for word in words[at + 1 : at + 3] if word != ","]
        return bool(rest) and rest[0] not in JOINTS
    return any(tuple(words[at : at + len(m)]) == m for m in MARKERS)


def _strong(marker: Sequence[str]) -> bool:
    """More than a lone "no", which may be "none" as well: "no, the fan", "no wait"."""
    said = [word for word in marker if word not in (*FILLERS, ",", ".")]
    return said != [WORDS.weak] or marker[-1] == ","


def _plain(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in (",", ".", *FILLERS)]


def _tries(before: list[str], after: list[str], known: KnownWords) -> Iterator[_Try]:
    for end in range(len(before), max(0, len(before) - AFTER), -1):
        rest = before[end:]
        for start in range(end - 1, max(-1, end - 1 - VALUE), -1):
            intent = known([*before[:start], *after, *rest])
            if intent is None:
                continue
            for old in _taken_back(before, after, rest, known):
                lost = _lost(old, intent)
                if "count" not in intent.slots:
                    lost -= DURATION  # another while, in other units
                same = _same_kind(old, intent)
                if old.meaning != intent.meaning:
                    torn = _torn(before, start, after)
                    far = end - start + 2 * len(rest)
                    rank = (_odd(intent), not same, torn, len(lost), far)
                    yield _Try(old, intent, same, rank, torn)


def _odd(intent: Intent) -> bool:
    """Whether a name was made of two: `the egg the pasta timer`."""
    name = str(intent.slots.get("name", "")).lower()
    return bool({*name.split()[1:]} & {*ARTICLES})


def _torn(before: Sequence[str], start: int, after: Sequence[str]) -> bool:
    """Whether a number goes on over that place: `one hundred and | twenty`."""
    left = [word for word in before[:start] if word != "and"]
    numbers = any(map(_number, (before[start], after[0])))
    return bool(left) and _number(left[-1]) and numbers


def _number(word: str) -> bool:
    return word.isdigit() or word in NUMBER_WORDS


def _taken_back(
    before: list[str], after: list[str], rest: list[str], known: KnownWords
) -> Iterator[Intent]:
    """The command as it was, with what follows the new value behind the old one."""
    tails = (after[i:] for i in range(1, len(after) + 1)) if not rest else ([],)
    for tail in tails:
        old = known([*before, *tail])
        if old is not None:
            yield old


def _same_kind(old: Intent, new: Intent) -> bool:
    if old.name != new.name or not _lost(old, new) <= MAY_GO:
        return False
    pairs = ((old.slots[key], new.slots[key]) for key in old.slots if key in new.slots)
    return _kinds(old) == _kinds(new) and all(
        isinstance(one, str) == isinstance(other, str) for one, other in pairs
    )


def _lost(old: Intent, new: Intent) -> set[str]:
    return {*old.slots} - {*new.slots}


def _kinds(intent: Intent) -> set[str]:
    groups = {**dict.fromkeys(DURATION, "a while"), **dict.fromkeys(TIME, "a time")}
    return {groups.get(key, key) for key in intent.slots}


def _numbers(best: _Try) -> bool:
    """Whether all that changes is numbers, of which there is never "no". The same ones
    of another unit ("thirty minutes, no seconds") may be another thing."""
    old, new = best.old.slots, best.intent.slots
    changed = [
        value for key, value in new.items() if old.get(key) != value and key not in TIME
    ]
    moved = sorted(map(str, old.values())) == sorted(map(str, new.values()))
    return not moved and not any(isinstance(value, str) for value in changed)


def _restated(best: _Try, after: list[str], known: KnownWords) -> bool:
    """Whether the whole command was said anew."""
    again = known(after)
    return again is not None and again.meaning == best.intent.meaning
