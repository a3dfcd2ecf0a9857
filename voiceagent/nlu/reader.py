"""A sentence to the one command that it is: by templates, manners set aside, by frames.

as it stands, and without manners   templates: every word is theirs
the same                            frames: what people say their own way
    its parts                           several commands, things and exceptions
    without its time                    a command that is not for now
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from voiceagent.lang.languages import language
from voiceagent.lang.numerals import numerals
from voiceagent.lang.spoken import foreign, spoken
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.later import LaterReader, Plannable
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.occasions import CANNOT
from voiceagent.nlu.parts import MOST_WORDS, PartsReader
from voiceagent.nlu.reasons import places_in, reasoned, things_in
from voiceagent.nlu.referring import TARGETS

__all__ = ["CommandReader"]

WORDS, CORRECTIONS = language().parts, language().corrections
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
        self._parser, self._frames, self._plannable = parser, frames, plannable
        self._parts = PartsReader(self.one)
        self._later = LaterReader(self._now, plannable)

    def make_ready(self) -> None:
        """Make what a first command would wait for."""
        self._frames()
        self._plannable("")

    def parse(self, text: str) -> Intent | None:
        """The command that `text` is, or several in one; None if it is none."""
        said = spoken(text)
        for cue in CORRECTIONS.dropped:
            if said.endswith(f" {cue}") and said.removesuffix(cue).count(" ") > 1:
                return self.one(cue)
        found = self._now(text)
        # "The light and the TV at nine" is no TV at nine: with a time, it is one frame.
        if found is None or found.parts or LATER_SLOT in found.slots:
            bare = without_manners(text)
            later = self._later.read(text)  # "from now" ends in what may be manners
            if later is None and bare != text:
                later = self._later.read(bare)
            if later is None or (found and CANNOT in later.slots):
                return found  # "and after that the fan" waits for nothing
            return later
        return found

    def _now(self, text: str) -> Intent | None:
        bare = without_manners(text)
        found = self._one(text, bare)
        if found is None or _joined(found):
            parts = self._parts.read(bare)
            if parts is None and found is not None and _swallows(found):
                return None
            return parts or found or self._reasoned(bare)
        return found

    def _reasoned(self, text: str) -> Intent | None:
        """A command with its reason, of which `it` and the place may be taken."""
        words = spoken(text).split()
        if foreign(text) or len(words) > MOST_WORDS:
            return None
        for reason, rest in reasoned(words):
            said = " ".join(rest)
            if WORDS.referring & {*rest}:
                found = self._about(reason, rest)
            else:
                found = self.one(said) or self._parts.read(said)
            if found is not None:
                return self._placed(found, reason, said)
        return None

    def _about(self, reason: Sequence[str], rest: Sequence[str]) -> Intent | None:
        """The command about what the reason speaks of."""
        found: dict[object, Intent] = {}
        for thing in things_in(reason):
            for at, word in enumerate(rest):
                if word in WORDS.referring:
                    way = [*rest[:at], "the", thing, *rest[at + 1 :]]
                    made = self.one(" ".join(way))
                    if made is not None and {*TARGETS} & made.slots.keys():
                        found[made.meaning] = made
        return next(iter(found.values())) if len(found) == 1 else None

    def _placed(self, found: Intent, reason: Sequence[str], said: str) -> Intent:
        """The same in the room that the reason speaks of, where none is said."""
        if found.parts or {*TARGETS, "scope"} & found.slots.keys():
            return found
        for place in places_in(reason):
            there = self.one(f"{said} {place}")
            if there is not None and there.name == found.name:
                return there
        return found

    def one(self, text: str) -> Intent | None:
        """The one command that `text` is, now and without its reason."""
        return self._one(text, without_manners(text))

    def _one(self, text: str, bare: str) -> Intent | None:
        """`bare`: the same without manners."""
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


TIMED = frozenset(
    word
    for one, many, _ in language().quantities.say.units.values()
    for word in (one, many)
)
"""Units of a while: what has one in its name has been misread."""
JOINTS = frozenset(WORDS.joints)
NO_FRONTS = WORDS.no_names | JOINTS
NOT_WITHIN = WORDS.kinds | WORDS.either | TIMED
"""Words with which no name begins, and those that stand in none."""
VERBS = language().commands.verbs
REMINDED = "reminder."
FREELY_NAMED = ("timer.", "alarm.", "reminder.")
"""What intents are about that somebody gave its name."""


def _name(intent: Intent) -> list[str]:
    named = intent.name.startswith(FREELY_NAMED)
    return spoken(str(intent.slots.get("name", ""))).split() if named else []


def _plausible(intent: Intent) -> bool:
    """Whether a name can be one: "all timers in the pasta" cannot."""
    name = _name(intent)
    return not name or (name[0] not in NO_FRONTS and NOT_WITHIN.isdisjoint(name))


def _named(intent: Intent) -> list[str]:
    """The words of the name that somebody gave to a timer or a list."""
    return _name(intent) or spoken(str(intent.slots.get("list", ""))).split()


def _swallows(intent: Intent) -> bool:
    """Whether a name holds another command: `a list called party and add crisps`."""
    name = _named(intent)
    if intent.name.startswith(REMINDED):
        return False  # of which anything may be said
    pairs = zip(name, name[1:], strict=False)
    return any(one in JOINTS and two in VERBS | WORDS.telling for one, two in pairs)


def _joined(intent: Intent) -> bool:
    """Whether a name looks like two (`the pasta and the egg timer`), or a thing like a
    thing and a list (`milk to the shopping list and eggs`)."""
    name = _named(intent)
    pairs = zip(name, name[1:], strict=False)
    item = {*spoken(str(intent.slots.get("item", ""))).split()}
    listed = bool(item & WORDS.lists and item & JOINTS)
    twice = any(one in JOINTS and two in WORDS.no_names for one, two in pairs)
    return listed or twice or _swallows(intent)


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
