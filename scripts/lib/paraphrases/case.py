"""A sentence that is typed, where, and what it may come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from voiceagent.evaluation.typed import TUESDAY

__all__ = ["Paraphrase", "digest", "does"]

LETTERS = re.compile(r"[^a-z0-9 ]")
Way = str | dict[str, Any]
"""As `voiceagent.evaluation.expected` reads it."""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A sentence of a public set."""

    source: str
    kind: str
    """Its intent in that set."""
    text: str
    ways: tuple[Way, ...]
    before: tuple[str, ...] = ()
    house: str = ""
    """A `house.toml` as text; empty: the demo house."""
    area: str = ""
    """Where the device stands."""
    start: datetime = TUESDAY


def digest(text: str) -> str:
    """The same for the same letters, however words and numbers are read one day."""
    plain = LETTERS.sub("", text.lower())
    return sha256(" ".join(plain.split()).encode()).hexdigest()[:12]


def does(*lines: str, ask: bool = False) -> tuple[Way, ...]:
    """Just that; with `ask` it may be asked about too."""
    wanted: Sequence[str] = list(lines)
    return ({"does": wanted}, "ask") if ask else ({"does": wanted},)
