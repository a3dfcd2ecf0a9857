"""A sentence to the one command that it is: by templates, manners set aside, by frames.

as it stands, and without manners   templates: every word is theirs
the same                            frames: what people say their own way
    its parts                           several commands, things and exceptions
    without its time                    a command that is not for now
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from voiceagent.lang.languages import language
from voiceagent.lang.numerals import numerals
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.later import LaterReader, Plannable
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.parts import PartsReader

__all__ = ["CommandReader"]

WORDS = language().parts
LATER_SLOT = "conversation_command"
"""In which templates of Home Assistant keep a command that is not for now."""


class CommandReader:
    """Reads words with what a pack says; no state, any thread."""

    def __init__(
        self,
        parser: IntentParser,
        frames: Callable[[], IntentParser | None],
        plannable: Plannable = lambda name: True,
    ) -> None:
        """`frames()`: read by, where no template says it; None: there are none.
        `plannable`: whether an intent can be put off."""
        self._parser, self._frames = parser, frames
        self._parts = PartsReader(self._one)
        self._later = LaterReader(self._now, plannable)

    def parse(self, text: str) -> Intent | None:
        """The command that `text` is, or several in one; None if it is none."""
        found = self._now(text)
        # "The light and the TV at nine" is no TV at nine: with a time, it is one frame.
        if found is None or found.parts or LATER_SLOT in found.slots:
            bare = without_manners(text)
            later = self._later.read(text)  # "from now" ends in what may be manners
            if later is None and bare != text:
                later = self._later.read(bare)
            return later or found
        return found

    def _now(self, text: str) -> Intent | None:
        found = self._one(text)
        if found is None or _joined(found):
            return self._parts.read(without_manners(text)) or found
        return found

    def _one(self, text: str) -> Intent | None:
        bare = without_manners(text)
        ways = [bare, text] if bare and bare != text else [text]
        for way in ways:
            if (found := self._parser.parse(way)) is not None and _plausible(found):
                return found
        frames = self._frames()
        if frames is None:
            return None
        for way in (*reversed(ways), *_in_tenths(bare)):
            if (found := frames.parse(way)) is not None and _plausible(found):
                return replace(found, text=text)
        return None


FREELY_NAMED = ("timer.", "alarm.", "reminder.")
"""What intents are about that somebody gave its name."""


def _name(intent: Intent) -> list[str]:
    named = intent.name.startswith(FREELY_NAMED)
    return spoken(str(intent.slots.get("name", ""))).split() if named else []


def _plausible(intent: Intent) -> bool:
    """Whether a name can be one: "all timers in the pasta" cannot."""
    name = _name(intent)
    return not name or (name[0] not in WORDS.no_names and not WORDS.kinds & {*name})


def _joined(intent: Intent) -> bool:
    """Whether a name looks like two (`the pasta and the egg timer`), or a thing like a
    thing and a list (`milk to the shopping list and eggs`)."""
    name = _name(intent)
    pairs = zip(name, name[1:], strict=False)
    item = {*spoken(str(intent.slots.get("item", ""))).split()}
    listed = bool(item & WORDS.lists and item & {*WORDS.joints})
    return listed or any(
        one in WORDS.joints and two in WORDS.no_names for one, two in pairs
    )


def _in_tenths(text: str) -> Iterator[str]:
    """The same with its broken numbers as decimals: `one and a half degrees`, as frames
    have them."""
    words = spoken(text).split()
    broken = [n for n in numerals(words) if n.value != int(n.value)]
    for one in reversed(broken):
        said = spoken(f"{one.value:.1f}").split()
        words = [*words[: one.start], *said, *words[one.end :]]
    if broken:
        yield " ".join(words)
