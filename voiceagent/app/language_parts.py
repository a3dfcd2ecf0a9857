"""What is made of a pack; the modules that make it are loaded when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.nlu.completeness import Progress
    from voiceagent.nlu.intent import IntentParser
    from voiceagent.nlu.phrase import Phraser
    from voiceagent.nlu.slm.cascade import Cascade
    from voiceagent.nlu.slm.forms import Takes
    from voiceagent.skills.house.house import HouseModel
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.stt.grammar import Grammar

__all__ = ["cascade", "grammar", "parser", "phraser", "progress", "takes"]


def parser(pack: Pack, area: str) -> IntentParser:
    """Words to intents; `area`: where the device stands."""
    from voiceagent.nlu.intent import IntentParser

    return IntentParser(pack, context={"area": area} if area else None)


def takes(pack: Pack) -> Mapping[str, Takes]:
    """What every intent takes."""
    from voiceagent.nlu.slm import template_forms

    return template_forms.takes(pack)


def cascade(known: Mapping[str, Takes]) -> Cascade:
    """Templates, then the model, with guards that know what intents take."""
    from voiceagent.nlu.guards.guards import Guards
    from voiceagent.nlu.slm.cascade import Cascade

    return Cascade(Guards(known))


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
