"""A sentence template, compiled: all that is left of it where words are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.templates.matching import MatchNode

__all__ = ["CompiledTemplate", "TemplateFacts"]


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What holds for all sentences of a block."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    """Values that are fixed there."""
    requires_context: Mapping[str, Any] = field(default_factory=dict)
    excludes_context: Mapping[str, Any] = field(default_factory=dict)
    required_keywords: frozenset[str] = frozenset()
    gives_way: bool = False
    """Whatever else can be read is meant (`metadata: {gives_way: true}`)."""


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """One compiled sentence and what it belongs to."""

    intent: str
    facts: TemplateFacts
    node: MatchNode
    needs: tuple[tuple[str, ...], ...]
    """Of each group, one piece must occur in the words."""
    pieces: frozenset[str]
    """What its words are made of."""

    def possible(self, text: str) -> bool:
        """Whether the words hold what it needs."""
        for group in self.needs:
            for piece in group:
                if piece in text:
                    break
            else:
                return False
        wanted = self.facts.required_keywords
        return not wanted or not wanted.isdisjoint(text.split())
