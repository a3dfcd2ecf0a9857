"""What is made of a pack; the modules that make it are loaded when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.nlu.completeness import Progress
    from voiceagent.nlu.intent import Intent, IntentParser
    from voiceagent.nlu.phrase import Phraser
    from voiceagent.nlu.reader import CommandReader
    from voiceagent.nlu.slm.cascade import Cascade
    from voiceagent.nlu.slm.forms import Takes
    from voiceagent.nlu.telling import Telling
    from voiceagent.skills.house.house import HouseModel
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.stt.grammar import Grammar

__all__ = [
    "cascade",
    "frames",
    "grammar",
    "parser",
    "phraser",
    "progress",
    "reader",
    "takes",
    "telling",
]


def parser(pack: Pack, area: str) -> IntentParser:
    """Words to intents; `area`: where the device stands."""
    from voiceagent.nlu.intent import IntentParser

    return IntentParser(pack, context={"area": area} if area else None)


def frames(pack: Pack, area: str) -> IntentParser | None:
    """Words to intents, by what is understood besides the templates."""
    from voiceagent.nlu.intent import IntentParser
    from voiceagent.skills.packs.frames import FramedPack

    if pack.frames is None:
        return None
    framed = FramedPack(pack.frames, pack.slot_lists)
    return IntentParser(framed, context={"area": area} if area else None)


def reader(
    parser: IntentParser,
    frames: Callable[[], IntentParser | None],
    takes: Callable[[], Mapping[str, Takes]],
) -> CommandReader:
    """Words to intents, whatever manners stand around them."""
    from voiceagent.nlu.later import plannable
    from voiceagent.nlu.reader import CommandReader

    return CommandReader(parser, frames, lambda name: plannable(takes().get(name)))


def telling(pack: Pack, parse: Callable[[str], Intent | None]) -> Telling:
    """Why a sentence is no command, where a name or a number is all that is wrong."""
    from voiceagent.nlu.ranges import ranges_of
    from voiceagent.nlu.telling import Telling

    every = [pack.intents, *([pack.frames] if pack.frames is not None else [])]
    ranges = ranges_of(*((intents, pack.slot_lists) for intents in every))
    rooms = [area.name for area in pack.house.areas]
    things: dict[str, list[str]] = {}
    for entity in pack.house.entities:
        things.setdefault(entity.domain, []).append(entity.name)
    return Telling(parse, rooms, things, ranges)


def takes(pack: Pack) -> Mapping[str, Takes]:
    """What every intent takes."""
    from voiceagent.nlu.slm import template_forms

    return template_forms.takes(pack)


def cascade(
    known: Mapping[str, Takes], framed: Mapping[str, frozenset[str]]
) -> Cascade:
    """Templates, then the model, with guards that know what intents take."""
    from voiceagent.nlu.guards.guards import Guards
    from voiceagent.nlu.slm.cascade import Cascade

    return Cascade(Guards(known, framed=framed))


def phraser(pack: Pack, parser: IntentParser) -> Phraser:
    """Intents back to words."""
    from voiceagent.nlu.phrase import Phraser

    return Phraser(pack, parser)


def grammar(pack: Pack, openings: Sequence[str], *, asks: bool) -> Grammar:
    """What may be said, as one word automaton; `asks`: answers to questions too."""
    from voiceagent.nlu.clarify import with_answers
    from voiceagent.stt.grammar import compile_grammar

    intents = with_answers(pack.intents) if asks else pack.intents
    return compile_grammar(intents, pack.slot_lists, openings=openings)


def progress(grammar: Grammar, parser: IntentParser, house: HouseModel) -> Progress:
    """How much of a command texts are in a house."""
    from voiceagent.nlu.completeness import Progress
    from voiceagent.skills.targets import meant

    return Progress(grammar, parser.parse, partial(meant, house))
