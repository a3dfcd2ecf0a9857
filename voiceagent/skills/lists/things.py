"""Things on a list as they are said: several at once, with amounts, by part of a name.

things("two litres of milk, eggs and some bread")  # ["two litres of milk", ...]
core("two litres of milk")                         # "milk"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voiceagent.lang.cues import any_of
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import NUMBER_VALUES, spoken

__all__ = ["core", "found_in", "is_doubtful", "is_task_list", "same", "things"]

WORDS = language().things
LONGEST = 120
"""Letters of one thing; more is no thing."""
COMMAS = re.compile(r"[,;\n]|\s&\s")
JOINTS = re.compile(rf"\s{any_of(WORDS.joints)}\s")
KEPT = "\x00"


def things(text: str, *, tasks: bool = False) -> list[str]:
    """Every thing of a row, once; names that are known are told apart without a comma
    too. `tasks`: what is joined by "and" is one."""
    parts = [part for part in COMMAS.split(text) if part.strip(" .!?")]
    if not tasks:
        parts = [cut for part in parts for cut in _cut(part)]
    apart = [one for part in parts for one in _apart(_clean(part), WORDS.known)]
    return list(dict.fromkeys(one for one in apart if one))


def is_doubtful(thing: str) -> bool:
    """Whether it may be no thing: `nothing`, `no milk`, `everything but eggs`."""
    return not WORDS.doubtful.isdisjoint(spoken(thing).split())


def _cut(part: str) -> Iterator[str]:
    """At each joint, but within a name that has one."""
    whole = part
    for name in WORDS.whole:
        whole = re.sub(rf"(?i)\b{name}\b", lambda m: m[0].replace(" ", KEPT), whole)
    for cut in JOINTS.split(f" {whole} "):
        yield cut.replace(KEPT, " ")


def _apart(part: str, names: frozenset[str]) -> list[str]:
    """`milk eggs bread` as heard, where each is a name that is known."""
    words = part.split()
    if len(words) < 2 or part in names or not names:
        return [part]
    ways: list[list[str] | None] = [[], *([None] * len(words))]
    for end in range(1, len(words) + 1):
        for start in range(max(0, end - 3), end):
            name, before = " ".join(words[start:end]), ways[start]
            if before is not None and name in names and ways[end] is None:
                ways[end] = [*before, name]
    return ways[-1] or [part]


def _clean(part: str) -> str:
    """Without what is no part of the thing."""
    words = part.strip(" .!?\"'").split()
    while words and spoken(words[0]) in WORDS.before and not _is_few(words):
        words = words[1:]
    while words and spoken(words[-1]) in WORDS.behind:
        words = words[:-1]
    return " ".join(words).lower()[:LONGEST]


def _is_few(words: Sequence[str]) -> bool:
    text = " ".join(words).lower()
    measured = len(words) > 2 and words[1].lower() in WORDS.measures
    return measured or any(text.startswith(f"{few} ") for few in WORDS.few)


def core(thing: str) -> str:
    """What it is, without how much: for finding it again."""
    words = spoken(thing).split()
    text = " ".join(words)
    for few in sorted(WORDS.few, key=len)[::-1]:
        if text.startswith(f"{few} "):
            words = text.removeprefix(f"{few} ").split()
            break
    while len(words) > 1 and (words[0] in NUMBER_VALUES or words[0] in WORDS.before):
        words = words[1:]
    if len(words) > 1 and words[0] in WORDS.measures:
        words = words[1:]
        if len(words) > 1 and words[0] == WORDS.of:
            words = words[1:]
    return " ".join(words)


def same(one: str, other: str) -> bool:
    """Whether two are the same thing, whatever the amount, one or many of it."""
    return bool(_stems(core(one)) & _stems(core(other)))


def _stems(name: str) -> set[str]:
    return {name} | {
        name.removesuffix(end)
        for end in WORDS.many
        if name.endswith(end) and name != end
    }


def found_in(wanted: str, there: Sequence[str]) -> list[str]:
    """What `wanted` names of all that is there: the very words; the same thing; what
    has all its words."""
    exact = [kept for kept in there if spoken(kept) == spoken(wanted)]
    alike = exact or [kept for kept in there if same(kept, wanted)]
    words = set(core(wanted).split())
    within = alike or [kept for kept in there if words <= set(spoken(kept).split())]
    rest = _without_particles(wanted)
    return within if within or rest == wanted else found_in(rest, there)


def kept_of(stay: Sequence[str], there: Sequence[str]) -> tuple[list[str], list[str]]:
    """What of all that is there is to stay, and what of `stay` is none of it."""
    fits = {item: found_in(item, there) for item in stay}
    kept = [one for several in fits.values() for one in several]
    return kept, [item for item, several in fits.items() if not several]


def _without_particles(wanted: str) -> str:
    """`out the milk` and `the milk off` are the milk, where nothing else is meant."""
    first, *rest = wanted.split()
    if rest and first.lower() in WORDS.particles:
        return " ".join(rest)
    *rest, last = wanted.split()
    return " ".join(rest) if rest and last.lower() in WORDS.particles else wanted


def is_task_list(name: str) -> bool:
    """Whether sentences stand on a list rather than things."""
    return bool(WORDS.tasks & set(spoken(name).split()))
