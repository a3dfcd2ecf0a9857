"""Which intents of a pack have the same answer for everybody, as the pack says it.

    museum.find:
      data:
        - sentences: ["where is [the] {exhibit}"]
          metadata: {cacheable: {max_age_s: 86400, threshold: 0.9, stale_s: 3600}}

An intent is one of them only where all of its blocks say so; the strictest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiceagent.errors import PackError
from voiceagent.pop.keys import Cacheable

if TYPE_CHECKING:
    from hassil.intents import Intents

__all__ = ["declared"]

CACHEABLE = "cacheable"
MONTH = 30 * 86_400.0


class CacheableEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As it is written in a pack."""

    max_age_s: Annotated[float, Meta(gt=0.0, le=MONTH)]
    threshold: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.9
    stale_s: Annotated[float, Meta(ge=0.0, le=MONTH)] = 0.0


def declared(intents: Intents) -> Mapping[str, Cacheable]:
    """By intent; `PackError` where something else is written there."""
    found: dict[str, Cacheable] = {}
    for name, intent in intents.intents.items():
        blocks = [_entry(name, block.metadata or {}) for block in intent.data]
        said = [one for one in blocks if one is not None]
        if said and len(said) == len(blocks):
            found[name] = Cacheable(
                max_age=min(one.max_age_s for one in said),
                threshold=max(one.threshold for one in said),
                stale=min(one.stale_s for one in said),
            )
    return found


def _entry(intent: str, metadata: Mapping[str, Any]) -> CacheableEntry | None:
    if CACHEABLE not in metadata:
        return None
    try:
        return msgspec.convert(metadata[CACHEABLE], CacheableEntry)
    except msgspec.ValidationError as error:
        raise PackError(
            f"`cacheable` of `{intent}` is wrong",
            cause=str(error),
            hint="metadata: {cacheable: {max_age_s: 3600}}",
        ) from error
