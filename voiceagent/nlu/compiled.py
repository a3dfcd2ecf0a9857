"""Templates of a pack, compiled; needed once for each change of the pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hassil.intents import IntentData, Intents, SlotList

from voiceagent.lang.spoken import spoken
from voiceagent.nlu.template import CompiledTemplate, TemplateFacts
from voiceagent.templates.compiler import Compiler
from voiceagent.templates.pieces import PieceVocabulary
from voiceagent.templates.reading import blocks_of

__all__ = ["compiled"]


def compiled(
    intents: Intents, slot_lists: Mapping[str, SlotList]
) -> Iterator[CompiledTemplate]:
    """Every sentence template, in the order of the pack."""
    compiler, vocabulary = Compiler(), PieceVocabulary()
    for block in blocks_of(intents, slot_lists):
        rules = {**intents.expansion_rules, **block.data.expansion_rules}
        facts = _facts(block.data)
        for sentence, part in block.parts():
            yield CompiledTemplate(
                block.intent,
                facts,
                compiler.node(part),
                _needs(sentence.get_required_clauses(rules)),
                vocabulary.pieces(part, block.data),
            )


def _facts(data: IntentData) -> TemplateFacts:
    return TemplateFacts(
        slots=dict(data.slots),
        requires_context=dict(data.requires_context),
        excludes_context=dict(data.excludes_context),
        required_keywords=frozenset(data.required_keywords or ()),
        gives_way=bool((data.metadata or {}).get("gives_way")),
    )


def _needs(clauses: frozenset[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """hassil's required pieces, in our form of the words; rarest (longest) first."""
    groups = (tuple(spoken(piece) for piece in clause) for clause in clauses)
    usable = (group for group in groups if all(group))
    return tuple(sorted(usable, key=lambda group: (len(group), -len(group[0]))))
